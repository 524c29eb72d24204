module "service" {
  for_each = { old00001 = "before" }
  source   = "./service"
  name     = each.key
  note     = each.value
}
