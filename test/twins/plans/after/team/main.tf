variable "name" {
  type = string
}

variable "is_open" {
  type = bool
}

locals {
  prefix = "plans-${var.name}"
}

module "storage" {
  source = "./storage"

  prefix  = local.prefix
  is_open = var.is_open
}
