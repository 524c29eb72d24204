data "aws_caller_identity" "me" {}
resource "aws_s3_bucket" "guarded" { bucket = "u1-guarded" }

resource "aws_s3_bucket_policy" "guarded" {
  bucket = aws_s3_bucket.guarded.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "${aws_s3_bucket.guarded.arn}/*" }] })
}
resource "aws_s3_bucket" "forgets" { bucket = "u1-forgets" }

resource "aws_s3_bucket_policy" "forgets" {
  bucket = aws_s3_bucket.forgets.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "${aws_s3_bucket.forgets.arn}/*" }] })
}
resource "aws_s3_bucket" "updated" { 
 bucket = "u1-updated"
 tags = { a = "b" }
}

resource "aws_s3_bucket_versioning" "updated" {
  bucket = aws_s3_bucket.updated.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket" "renamed" { bucket = "u1-moved" }
resource "aws_s3_bucket_acl" "moved" {
  bucket = aws_s3_bucket.renamed.id
  acl = "private"
}
resource "aws_s3_bucket_ownership_controls" "moved" {
  bucket = aws_s3_bucket.renamed.id
  rule { object_ownership = "BucketOwnerPreferred" }
}
resource "aws_s3_bucket" "tainted" { bucket = "u1-tainted" }
resource "aws_s3_bucket" "same" { bucket = "u1-same" }

resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_security_group" "sg" { 
  name = "u1"
  vpc_id = aws_vpc.v.id 
  tags = { x = "2" }
}


moved {
  from = aws_s3_bucket.moved
  to = aws_s3_bucket.renamed
}
removed {
  from = aws_s3_bucket_public_access_block.forgets
  lifecycle { destroy = false }
}
removed {
  from = aws_s3_bucket.removed
  lifecycle { destroy = false }
}
import {
  to = aws_s3_bucket.imported
  id = "u1-imported"
}
resource "aws_s3_bucket" "imported" { bucket = "u1-imported" }
