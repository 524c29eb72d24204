# Inline, as before version 4 of the provider: versions are kept, and one stolen key can erase them.
resource "aws_s3_bucket" "inline" {
  bucket = "bad-mfa-inline"

  versioning {
    enabled = true
  }
}

# In a resource of its own.
resource "aws_s3_bucket" "companion" {
  bucket = "bad-mfa-companion"
}

resource "aws_s3_bucket_versioning" "companion" {
  bucket = aws_s3_bucket.companion.id

  versioning_configuration {
    status     = "Enabled"
    mfa_delete = "Disabled"
  }
}

# A module for several buckets.
module "each" {
  source   = "../../modules/s3-bucket"
  for_each = toset(["invoices", "reports"])

  bucket     = "bad-mfa-each-${each.key}"
  versioning = { enabled = true }
}

# What the bucket is called is known only after apply.
resource "aws_s3_bucket" "unknown" {
  bucket_prefix = "bad-mfa-"
}

resource "aws_s3_bucket_versioning" "unknown" {
  bucket = aws_s3_bucket.unknown.id

  versioning_configuration {
    status = "Enabled"
  }
}
