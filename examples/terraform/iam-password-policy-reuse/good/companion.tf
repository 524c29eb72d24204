# An account has one password policy; it says everything at once. 24 is the most that AWS remembers.
resource "aws_iam_account_password_policy" "companion" {
  minimum_password_length   = 14
  password_reuse_prevention = 24
}
