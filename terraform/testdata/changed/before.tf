data "aws_caller_identity" "me" {}
resource "aws_s3_bucket" "guarded" { bucket = "u1-guarded" }
resource "aws_s3_bucket_public_access_block" "guarded" {
  bucket = aws_s3_bucket.guarded.id
  block_public_acls = true
  block_public_policy = true
  ignore_public_acls = true
  restrict_public_buckets = true
}
resource "aws_s3_bucket_policy" "guarded" {
  bucket = aws_s3_bucket.guarded.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "${aws_s3_bucket.guarded.arn}/*" }] })
}
resource "aws_s3_bucket" "forgets" { bucket = "u1-forgets" }
resource "aws_s3_bucket_public_access_block" "forgets" {
  bucket = aws_s3_bucket.forgets.id
  block_public_acls = true
}
resource "aws_s3_bucket_policy" "forgets" {
  bucket = aws_s3_bucket.forgets.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "${aws_s3_bucket.forgets.arn}/*" }] })
}
resource "aws_s3_bucket" "updated" { bucket = "u1-updated" }
resource "aws_s3_bucket_policy" "updated" {
  bucket = aws_s3_bucket.updated.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "${aws_s3_bucket.updated.arn}/*" }] })
}
resource "aws_s3_bucket_versioning" "updated" {
  bucket = aws_s3_bucket.updated.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket" "moved" { bucket = "u1-moved" }
resource "aws_s3_bucket_acl" "moved" {
  bucket = aws_s3_bucket.moved.id
  acl = "private"
}
resource "aws_s3_bucket_ownership_controls" "moved" {
  bucket = aws_s3_bucket.moved.id
  rule { object_ownership = "ObjectWriter" }
}
resource "aws_s3_bucket" "tainted" { bucket = "u1-tainted" }
resource "aws_s3_bucket" "same" { bucket = "u1-same" }
resource "aws_s3_bucket" "removed" { bucket = "u1-removed" }
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_security_group" "sg" { 
  name = "u1"
  vpc_id = aws_vpc.v.id 
  tags = { x = "1" }
}
resource "aws_security_group_rule" "ssh" {
  security_group_id = aws_security_group.sg.id
  type = "ingress"
  from_port = 22
  to_port = 22
  protocol = "tcp"
  cidr_blocks = ["0.0.0.0/0"]
}
