# Inline, as before version 4 of the provider.
resource "aws_s3_bucket" "inline" {
  bucket = "good-versions-inline"

  versioning {
    enabled = true
  }
}

# In a resource of its own.
resource "aws_s3_bucket" "companion" {
  bucket = "good-versions-companion"
}

resource "aws_s3_bucket_versioning" "companion" {
  bucket = aws_s3_bucket.companion.id

  versioning_configuration {
    status = "Enabled"
  }
}

# A module for several buckets.
module "each" {
  source   = "../../modules/s3-bucket"
  for_each = toset(["invoices", "reports"])

  bucket     = "good-versions-each-${each.key}"
  versioning = { enabled = true }
}

# Whether it is on is known only after apply, so no plan can tell.
resource "terraform_data" "chosen" {
  input = "Enabled"
}

resource "aws_s3_bucket" "unknown" {
  bucket = "good-versions-unknown"
}

resource "aws_s3_bucket_versioning" "unknown" {
  bucket = aws_s3_bucket.unknown.id

  versioning_configuration {
    status = terraform_data.chosen.output
  }
}
