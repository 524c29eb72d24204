# Once per region.
resource "aws_ebs_encryption_by_default" "companion" {
  enabled = true
}

# In a module. There is one setting per region, so there is one instance.
module "each" {
  source   = "../../modules/account-baseline"
  for_each = toset(["this"])

  ebs_encryption_by_default = true
}

# What a person or another system chose is known only after apply.
resource "terraform_data" "chosen" {
  input = true
}

resource "aws_ebs_encryption_by_default" "unknown" {
  enabled = terraform_data.chosen.output
}
