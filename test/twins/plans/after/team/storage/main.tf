variable "prefix" {
  type = string
}

variable "is_open" {
  type = bool
}

module "bucket" {
  source = "./bucket"
  count  = 2

  name       = "${var.prefix}-${count.index}"
  versioning = var.is_open && count.index == 1 ? "Suspended" : "Enabled"
}
