# What a person or another system chose is known only after apply.
resource "terraform_data" "chosen" {
  input = 24
}

resource "aws_iam_account_password_policy" "unknown" {
  minimum_password_length   = 14
  password_reuse_prevention = terraform_data.chosen.output
}
