# In a module. There is one policy, so there is one instance.
module "each" {
  source   = "../../modules/account-baseline"
  for_each = toset(["this"])

  password_policy = {
    minimum_password_length   = 14
    password_reuse_prevention = 5
  }
}
