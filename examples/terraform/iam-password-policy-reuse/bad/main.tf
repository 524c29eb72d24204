# An account has one password policy. Five passwords later the old one is back.
resource "aws_iam_account_password_policy" "companion" {
  minimum_password_length   = 14
  password_reuse_prevention = 5
}

# In a module. There is one policy, so there is one instance.
module "each" {
  source   = "../../modules/account-baseline"
  for_each = toset(["this"])

  password_policy = {
    minimum_password_length   = 14
    password_reuse_prevention = 5
  }
}

# What a person or another system chose is known only after apply.
resource "terraform_data" "chosen" {
  input = 5
}

resource "aws_iam_account_password_policy" "unknown" {
  minimum_password_length   = 14
  password_reuse_prevention = terraform_data.chosen.output
}
