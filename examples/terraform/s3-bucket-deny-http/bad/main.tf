# Inline: what is in the bucket is covered, the bucket itself is not.
resource "aws_s3_bucket" "inline" {
  bucket = "bad-http-inline"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = "arn:aws:s3:::bad-http-inline/*"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

# Allowing only what comes over TLS is not the same: other statements and roles still allow the rest.
resource "aws_s3_bucket" "companion" {
  bucket = "bad-http-companion"
}

resource "aws_s3_bucket_policy" "companion" {
  bucket = aws_s3_bucket.companion.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::444455556666:root" }
      Action    = "s3:GetObject"
      Resource  = "arn:aws:s3:::bad-http-companion/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}

# A module for several buckets, which denies only when asked to.
module "each" {
  source   = "../../modules/s3-bucket"
  for_each = toset(["invoices", "reports"])

  bucket = "bad-http-each-${each.key}"
}

# Who may read is known only after apply. That nothing is denied is known now.
resource "aws_s3_bucket" "unknown" {
  bucket = "bad-http-unknown"
}

resource "aws_iam_role" "reader" {
  name = "bad-http-reader"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "unknown" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::bad-http-unknown/*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.reader.arn]
    }
  }
}

resource "aws_s3_bucket_policy" "unknown" {
  bucket = aws_s3_bucket.unknown.id
  policy = data.aws_iam_policy_document.unknown.json
}

# The policy in deleted.tf denied it.
resource "aws_s3_bucket" "deleted" {
  bucket = "bad-http-deleted"
}
