# All four, in a resource of its own.
resource "aws_s3_bucket" "companion" {
  bucket = "good-block-companion"
}

resource "aws_s3_bucket_public_access_block" "companion" {
  bucket                  = aws_s3_bucket.companion.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# Since April 2023 AWS blocks every new bucket by itself. Saying so keeps it that way.
resource "aws_s3_bucket" "companion_none" {
  bucket = "good-block-companion-none"
}

# A module for several buckets, which blocks unless told otherwise.
module "each" {
  source   = "../../modules/s3-bucket"
  for_each = toset(["invoices", "reports"])

  bucket = "good-block-each-${each.key}"
}

# What the bucket is called is known only after apply.
resource "aws_s3_bucket" "unknown" {
  bucket_prefix = "good-block-"
}

resource "aws_s3_bucket_public_access_block" "unknown" {
  bucket                  = aws_s3_bucket.unknown.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
