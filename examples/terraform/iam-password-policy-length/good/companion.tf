# An account has one password policy; it says everything at once.
resource "aws_iam_account_password_policy" "companion" {
  minimum_password_length   = 14
  password_reuse_prevention = 24
}
