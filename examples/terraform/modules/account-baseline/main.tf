variable "s3_public_access_block" {
  description = "The four flags; null: not managed"
  type = object({
    block_public_acls       = optional(bool, true)
    block_public_policy     = optional(bool, true)
    ignore_public_acls      = optional(bool, true)
    restrict_public_buckets = optional(bool, true)
  })
  default = null
}

variable "ebs_encryption_by_default" {
  description = "Null: not managed"
  type        = bool
  default     = null
}

variable "password_policy" {
  description = "Null: not managed"
  type = object({
    minimum_password_length   = optional(number, 14)
    password_reuse_prevention = optional(number, 24)
  })
  default = null
}

resource "aws_s3_account_public_access_block" "this" {
  for_each = { for name, flags in { this = var.s3_public_access_block } : name => flags if flags != null }

  block_public_acls       = each.value.block_public_acls
  block_public_policy     = each.value.block_public_policy
  ignore_public_acls      = each.value.ignore_public_acls
  restrict_public_buckets = each.value.restrict_public_buckets
}

resource "aws_ebs_encryption_by_default" "this" {
  count = var.ebs_encryption_by_default == null ? 0 : 1

  enabled = var.ebs_encryption_by_default
}

resource "aws_iam_account_password_policy" "this" {
  count = var.password_policy == null ? 0 : 1

  minimum_password_length   = var.password_policy.minimum_password_length
  password_reuse_prevention = var.password_policy.password_reuse_prevention
}
