resource "aws_s3_bucket_versioning" "deleted" {
  bucket = aws_s3_bucket.deleted.id

  versioning_configuration {
    status = "Enabled"
  }
}
