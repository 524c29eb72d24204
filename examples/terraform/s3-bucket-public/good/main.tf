# Inline, as before version 4 of the provider: the ACL is an argument of the bucket.
resource "aws_s3_bucket" "inline" {
  bucket = "good-public-inline"
  acl    = "private"
}

# The public access block in a resource of its own, and a policy that names who may read.
resource "aws_s3_bucket" "companion" {
  bucket = "good-public-companion"
}

resource "aws_s3_bucket_public_access_block" "companion" {
  bucket                  = aws_s3_bucket.companion.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "companion" {
  bucket = aws_s3_bucket.companion.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::good-public-companion/*"
    }]
  })
}

# A module for several buckets: closed unless somebody opens them.
module "each" {
  source   = "../../modules/s3-bucket"
  for_each = toset(["invoices", "reports"])

  bucket = "good-public-each-${each.key}"
}

# What the policy says is known only after apply; the block makes it safe whatever that is.
resource "aws_s3_bucket" "unknown" {
  bucket = "good-public-unknown"
}

resource "aws_s3_bucket_public_access_block" "unknown" {
  bucket                  = aws_s3_bucket.unknown.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_iam_role" "reader" {
  name = "good-public-reader"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_s3_bucket_policy" "unknown" {
  bucket = aws_s3_bucket.unknown.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = aws_iam_role.reader.arn }
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.unknown.arn}/*"
    }]
  })
}

# Its block is in deleted.tf. Without it the bucket is still closed: nothing opens it.
resource "aws_s3_bucket" "deleted" {
  bucket = "good-public-deleted"
}
