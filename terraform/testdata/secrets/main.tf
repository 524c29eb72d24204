variable "name" {
  sensitive = true
  default   = "canary-bucket-name"
}
variable "statement" {
  sensitive = true
  default   = "canary-principal"
}
variable "tag" {
  sensitive = true
  default   = { owner = "canary-tag" }
}
variable "acl" {
  sensitive = true
  default   = "canary-acl"
}
locals {
  inner = "arn:aws:iam::111122223333:role/${var.statement}"
}
# The provider makes the ARN out of the name, and Terraform does not mark it.
resource "aws_s3_bucket" "named" {
  bucket = var.name
  tags   = var.tag
}
resource "aws_iam_user" "robot" {
  name = "secrets-robot"
  tags = { touched = "yes" }
}
resource "aws_iam_access_key" "robot" {
  user   = aws_iam_user.robot.name
  status = "Inactive"
}
# The mark is lost in the data source.
data "aws_iam_policy_document" "read" {
  statement {
    actions   = ["s3:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["*", local.inner]
    }
  }
}
data "aws_iam_policy_document" "around" {
  source_policy_documents = [data.aws_iam_policy_document.read.json]
}
data "aws_iam_policy_document" "deferred" {
  statement {
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.new.arn]
    principals {
      type        = "AWS"
      identifiers = ["*", local.inner]
    }
  }
}
resource "aws_s3_bucket" "new" { bucket = "secrets-new" }
resource "aws_s3_bucket_public_access_block" "new" { bucket = aws_s3_bucket.new.id }
resource "aws_s3_bucket_policy" "new" {
  bucket = aws_s3_bucket.new.id
  policy = data.aws_iam_policy_document.deferred.json
}
resource "aws_s3_bucket" "around" { bucket = "secrets-around" }
resource "aws_s3_bucket_public_access_block" "around" { bucket = aws_s3_bucket.around.id }
resource "aws_s3_bucket_policy" "around" {
  bucket = aws_s3_bucket.around.id
  policy = data.aws_iam_policy_document.around.json
}
resource "aws_s3_bucket" "encoded" { bucket = "secrets-encoded" }
resource "aws_s3_bucket_public_access_block" "encoded" { bucket = aws_s3_bucket.encoded.id }
resource "aws_s3_bucket_policy" "encoded" {
  bucket = aws_s3_bucket.encoded.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["*", local.inner] }
      Action    = "s3:*"
      Resource  = aws_s3_bucket.encoded.arn
    }]
  })
}
module "inside" {
  source = "./module"
  secret = var.statement
}
