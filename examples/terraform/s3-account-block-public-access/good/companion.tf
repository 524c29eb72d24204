# Once per account, and every bucket in it is closed, whatever its policy says.
resource "aws_s3_account_public_access_block" "companion" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
