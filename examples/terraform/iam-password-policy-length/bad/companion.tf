# An account has one password policy. Eight characters are guessed.
resource "aws_iam_account_password_policy" "companion" {
  minimum_password_length   = 8
  password_reuse_prevention = 24
}
