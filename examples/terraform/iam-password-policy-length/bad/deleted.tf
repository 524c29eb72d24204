# Deleting the resource does not leave the setting as it is: AWS goes back to its default.
resource "aws_iam_account_password_policy" "deleted" {
  minimum_password_length   = 14
  password_reuse_prevention = 24
}
