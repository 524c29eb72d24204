resource "aws_s3_bucket" "plain" { bucket = "fixture-plain" }
resource "aws_s3_bucket" "inline" {
  bucket = "fixture-inline"
  acl = "public-read"
  versioning { enabled = true }
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "arn:aws:s3:::fixture-inline/*" }] })
}
resource "aws_s3_bucket" "computed" {}
resource "aws_s3_bucket" "open" { bucket = "fixture-open" }
resource "aws_s3_bucket_public_access_block" "open" {
  bucket = aws_s3_bucket.open.id
  block_public_acls = true
}
resource "aws_s3_bucket_policy" "open" {
  bucket = aws_s3_bucket.open.id
  policy = data.aws_iam_policy_document.open.json
}
data "aws_iam_policy_document" "open" {
  statement {
    principals { 
      type = "*" 
      identifiers = ["*"] 
    }
    actions = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.open.arn}/*"]
  }
}
resource "aws_s3_bucket_policy" "enc" {
  bucket = aws_s3_bucket.plain.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "${aws_s3_bucket.plain.arn}/*" }] })
}
resource "aws_s3_bucket_acl" "open" {
  bucket = aws_s3_bucket.open.id
  acl = "public-read"
}
resource "aws_s3_bucket_versioning" "open" {
  bucket = aws_s3_bucket.open.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket_server_side_encryption_configuration" "open" {
  bucket = aws_s3_bucket.open.id
  rule { 
    apply_server_side_encryption_by_default { sse_algorithm = "AES256" } 
  }
}
resource "aws_s3_bucket_ownership_controls" "open" {
  bucket = aws_s3_bucket.open.id
  rule { object_ownership = "ObjectWriter" }
}
resource "aws_s3_account_public_access_block" "this" { block_public_acls = true }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_security_group" "sg" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port = 22
    to_port = 22
    protocol = "tcp"
    cidr_blocks = ["0.0.0.0/0", aws_vpc.main.cidr_block]
  }
}
