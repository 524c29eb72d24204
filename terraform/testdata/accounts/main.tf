# One name in several accounts is a name in each of them.
resource "aws_s3_bucket" "here" { bucket = "accounts-same" }
resource "aws_s3_bucket_versioning" "here" {
  bucket = "accounts-same"
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket" "west" {
  provider = aws.west
  bucket   = "accounts-west"
}
# A companion may be made by the provider of another region.
resource "aws_s3_bucket_versioning" "west" {
  bucket = aws_s3_bucket.west.bucket
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket" "prod" {
  provider = aws.prod
  bucket   = "accounts-same"
}
resource "aws_s3_bucket_policy" "prod" {
  provider = aws.prod
  bucket   = aws_s3_bucket.prod.id
  policy   = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "arn:aws:s3:::accounts-same/*" }] })
}
resource "aws_s3_bucket_public_access_block" "prod" {
  provider = aws.prod
  bucket   = aws_s3_bucket.prod.id
}
# The block of one account guards no bucket of another.
resource "aws_s3_account_public_access_block" "here" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
data "aws_caller_identity" "prod" { provider = aws.prod }
module "staging" {
  source    = "./module"
  providers = { aws = aws.staging }
}
