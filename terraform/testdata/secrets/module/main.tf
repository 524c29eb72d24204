variable "secret" {}
resource "aws_s3_bucket" "this" { bucket = "secrets-inside" }
resource "aws_s3_bucket_public_access_block" "this" { bucket = aws_s3_bucket.this.id }
resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = <<-JSON
    {"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["*", "${var.secret}"]}, "Action": "*", "Resource": "${aws_s3_bucket.this.arn}"}]}
  JSON
}
