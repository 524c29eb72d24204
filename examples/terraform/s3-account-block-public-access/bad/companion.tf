# One of four is off: a public policy that is there already stays in force.
resource "aws_s3_account_public_access_block" "companion" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = false
}
