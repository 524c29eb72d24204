# What a person or another system chose is known only after apply.
resource "terraform_data" "chosen" {
  input = 14
}

resource "aws_iam_account_password_policy" "unknown" {
  minimum_password_length   = terraform_data.chosen.output
  password_reuse_prevention = 24
}
