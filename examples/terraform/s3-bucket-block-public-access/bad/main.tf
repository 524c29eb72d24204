# What is left out is off.
resource "aws_s3_bucket" "companion" {
  bucket = "bad-block-companion"
}

resource "aws_s3_bucket_public_access_block" "companion" {
  bucket            = aws_s3_bucket.companion.id
  block_public_acls = true
}

# A module for several buckets, told otherwise.
module "each" {
  source   = "../../modules/s3-bucket"
  for_each = toset(["assets", "downloads"])

  bucket              = "bad-block-each-${each.key}"
  block_public_policy = false
}

# What the bucket is called is known only after apply.
resource "aws_s3_bucket" "unknown" {
  bucket_prefix = "bad-block-"
}

resource "aws_s3_bucket_public_access_block" "unknown" {
  bucket                  = aws_s3_bucket.unknown.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = false
}

# Deleting the block in deleted.tf does not bring back what a new bucket has: nothing is blocked any more.
resource "aws_s3_bucket" "deleted" {
  bucket = "bad-block-deleted"
}
