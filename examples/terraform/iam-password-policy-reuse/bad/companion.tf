# An account has one password policy. Five passwords later the old one is back.
resource "aws_iam_account_password_policy" "companion" {
  minimum_password_length   = 14
  password_reuse_prevention = 5
}
