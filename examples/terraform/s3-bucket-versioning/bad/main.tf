# Inline, as before version 4 of the provider.
resource "aws_s3_bucket" "inline" {
  bucket = "bad-versions-inline"

  versioning {
    enabled = false
  }
}

# Suspended: what is there stays, what comes is overwritten.
resource "aws_s3_bucket" "companion" {
  bucket = "bad-versions-companion"
}

resource "aws_s3_bucket_versioning" "companion" {
  bucket = aws_s3_bucket.companion.id

  versioning_configuration {
    status = "Suspended"
  }
}

# A module for several buckets, which keeps versions only when asked to.
module "each" {
  source   = "../../modules/s3-bucket"
  for_each = toset(["invoices", "reports"])

  bucket = "bad-versions-each-${each.key}"
}

# Whether it is on is known only after apply, so no plan can tell.
resource "terraform_data" "chosen" {
  input = "Suspended"
}

resource "aws_s3_bucket" "unknown" {
  bucket = "bad-versions-unknown"
}

resource "aws_s3_bucket_versioning" "unknown" {
  bucket = aws_s3_bucket.unknown.id

  versioning_configuration {
    status = terraform_data.chosen.output
  }
}

# Deleting the resource in deleted.tf suspends versioning.
resource "aws_s3_bucket" "deleted" {
  bucket = "bad-versions-deleted"
}
