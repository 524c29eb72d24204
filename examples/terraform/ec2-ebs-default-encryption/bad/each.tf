# In a module. There is one setting per region, so there is one instance.
module "each" {
  source   = "../../modules/account-baseline"
  for_each = toset(["this"])

  ebs_encryption_by_default = false
}
