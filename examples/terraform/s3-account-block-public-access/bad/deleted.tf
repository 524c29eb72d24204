# Deleting the resource does not leave the setting as it is: AWS goes back to its default.
resource "aws_s3_account_public_access_block" "deleted" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
