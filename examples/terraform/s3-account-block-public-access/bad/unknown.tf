# What a person or another system chose is known only after apply.
resource "terraform_data" "chosen" {
  input = false
}

resource "aws_s3_account_public_access_block" "unknown" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = terraform_data.chosen.output
}
