resource "aws_s3_bucket_policy" "deleted" {
  bucket = aws_s3_bucket.deleted.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::bad-http-deleted", "arn:aws:s3:::bad-http-deleted/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
