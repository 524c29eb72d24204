resource "aws_s3_bucket" "this" {
  bucket = "lifecycle-into"
  tags   = { moved = "yes" }
}
resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id
  versioning_configuration { status = "Enabled" }
}
