resource "aws_s3_bucket" "made" { bucket = "opentofu-made" }
resource "aws_s3_bucket_versioning" "made" {
  for_each = toset(["only"])
  bucket   = aws_s3_bucket.made.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket_public_access_block" "made" {
  bucket            = aws_s3_bucket.made.id
  block_public_acls = true
}
data "aws_iam_policy_document" "open" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.made.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}
resource "aws_s3_bucket_policy" "made" {
  bucket = aws_s3_bucket.made.id
  policy = data.aws_iam_policy_document.open.json
}
resource "aws_security_group" "ssh" {
  name = "opentofu-ssh"
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
