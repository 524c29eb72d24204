# Only the root user can switch it on, with a code from its device: apply it once, by hand, and take the code out again.
variable "mfa" {
  description = "Serial and code of the root user's MFA device"
  type        = string
  default     = "arn:aws:iam::111122223333:mfa/root-account-mfa-device 123456"
}

resource "aws_s3_bucket" "companion" {
  bucket = "good-mfa-companion"
}

resource "aws_s3_bucket_versioning" "companion" {
  bucket = aws_s3_bucket.companion.id
  mfa    = var.mfa

  versioning_configuration {
    status     = "Enabled"
    mfa_delete = "Enabled"
  }
}

# A module for several buckets.
module "each" {
  source   = "../../modules/s3-bucket"
  for_each = toset(["invoices", "reports"])

  bucket     = "good-mfa-each-${each.key}"
  versioning = { enabled = true, mfa_delete = true, mfa = var.mfa }
}

# What the bucket is called is known only after apply.
resource "aws_s3_bucket" "unknown" {
  bucket_prefix = "good-mfa-"
}

resource "aws_s3_bucket_versioning" "unknown" {
  bucket = aws_s3_bucket.unknown.id
  mfa    = var.mfa

  versioning_configuration {
    status     = "Enabled"
    mfa_delete = "Enabled"
  }
}
