# One of four is off: a public policy that is there already stays in force.
resource "aws_s3_account_public_access_block" "companion" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = false
}

# In a module. There is one setting, so there is one instance.
module "each" {
  source   = "../../modules/account-baseline"
  for_each = toset(["this"])

  s3_public_access_block = {
    block_public_acls       = true
    block_public_policy     = true
    ignore_public_acls      = true
    restrict_public_buckets = false
  }
}

# What a person or another system chose is known only after apply.
resource "terraform_data" "chosen" {
  input = false
}

resource "aws_s3_account_public_access_block" "unknown" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = terraform_data.chosen.output
}
