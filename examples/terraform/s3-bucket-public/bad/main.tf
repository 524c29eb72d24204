# A policy for everybody, and a public access block that lets it.
resource "aws_s3_bucket" "companion" {
  bucket = "bad-public-companion"
}

resource "aws_s3_bucket_public_access_block" "companion" {
  bucket                  = aws_s3_bucket.companion.id
  block_public_acls       = true
  block_public_policy     = false
  ignore_public_acls      = true
  restrict_public_buckets = false
}

resource "aws_s3_bucket_policy" "companion" {
  bucket = aws_s3_bucket.companion.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::bad-public-companion/*"
    }]
  })

  depends_on = [aws_s3_bucket_public_access_block.companion]
}

# The same by an ACL, which needs ACLs switched on.
resource "aws_s3_bucket" "companion_acl" {
  bucket = "bad-public-companion-acl"
}

resource "aws_s3_bucket_public_access_block" "companion_acl" {
  bucket                  = aws_s3_bucket.companion_acl.id
  block_public_acls       = false
  block_public_policy     = true
  ignore_public_acls      = false
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "companion_acl" {
  bucket = aws_s3_bucket.companion_acl.id

  rule {
    object_ownership = "BucketOwnerPreferred"
  }
}

resource "aws_s3_bucket_acl" "companion_acl" {
  bucket = aws_s3_bucket.companion_acl.id
  acl    = "public-read"

  depends_on = [
    aws_s3_bucket_ownership_controls.companion_acl,
    aws_s3_bucket_public_access_block.companion_acl,
  ]
}

# A module for several buckets, opened.
module "each" {
  source   = "../../modules/s3-bucket"
  for_each = toset(["assets", "downloads"])

  bucket                  = "bad-public-each-${each.key}"
  block_public_policy     = false
  restrict_public_buckets = false
  attach_policy           = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::bad-public-each-${each.key}/*"
    }]
  })
}

# Which bucket the policy names is known only after apply; that it is for everybody is known now.
resource "aws_s3_bucket" "unknown" {
  bucket = "bad-public-unknown"
}

resource "aws_s3_bucket_public_access_block" "unknown" {
  bucket                  = aws_s3_bucket.unknown.id
  block_public_acls       = true
  block_public_policy     = false
  ignore_public_acls      = true
  restrict_public_buckets = false
}

data "aws_iam_policy_document" "unknown" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.unknown.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_s3_bucket_policy" "unknown" {
  bucket = aws_s3_bucket.unknown.id
  policy = data.aws_iam_policy_document.unknown.json

  depends_on = [aws_s3_bucket_public_access_block.unknown]
}

# The block in deleted.tf is all that keeps this policy from anybody: deleting it publishes the bucket.
resource "aws_s3_bucket" "deleted" {
  bucket = "bad-public-deleted"
}

resource "aws_s3_bucket_policy" "deleted" {
  bucket = aws_s3_bucket.deleted.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::bad-public-deleted/*"
    }]
  })

  depends_on = [aws_s3_bucket_public_access_block.deleted] # goes with deleted.tf
}
