# An account has one password policy. Eight characters are guessed.
resource "aws_iam_account_password_policy" "companion" {
  minimum_password_length   = 8
  password_reuse_prevention = 24
}

# In a module. There is one policy, so there is one instance.
module "each" {
  source   = "../../modules/account-baseline"
  for_each = toset(["this"])

  password_policy = {
    minimum_password_length   = 8
    password_reuse_prevention = 24
  }
}

# What a person or another system chose is known only after apply.
resource "terraform_data" "chosen" {
  input = 8
}

resource "aws_iam_account_password_policy" "unknown" {
  minimum_password_length   = terraform_data.chosen.output
  password_reuse_prevention = 24
}
