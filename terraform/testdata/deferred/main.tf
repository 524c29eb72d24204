resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
# Read when applying: which account it is nobody knows before.
data "aws_caller_identity" "late" { depends_on = [aws_vpc.v] }
data "aws_s3_bucket" "late" { bucket = aws_s3_bucket.made.id }
data "aws_s3_bucket" "foreign" {
  bucket     = "deferred-foreign"
  depends_on = [aws_vpc.v]
}
resource "aws_s3_bucket" "made" { bucket_prefix = "deferred-made-" }
resource "aws_s3_bucket" "other" { bucket_prefix = "deferred-other-" }
# Through a data source that looks up what the plan makes.
resource "aws_s3_bucket_versioning" "made" {
  bucket = data.aws_s3_bucket.late.id
  versioning_configuration { status = "Enabled" }
}
# Of a bucket that the plan does not make.
resource "aws_s3_bucket_versioning" "foreign" {
  bucket = data.aws_s3_bucket.foreign.id
  versioning_configuration { status = "Enabled" }
}
data "aws_iam_policy_document" "base" {
  statement {
    sid       = "Tls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = ["arn:aws:s3:::*", "arn:aws:s3:::*/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
data "aws_iam_policy_document" "late" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
  statement {
    sid       = "Read"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.made.arn}/*"]
    principals {
      type        = "AWS"
      identifiers = [data.aws_caller_identity.late.account_id]
    }
  }
}
data "aws_iam_policy_document" "over" {
  source_policy_documents   = [data.aws_iam_policy_document.late.json]
  override_policy_documents = [jsonencode({ Statement = [{ Sid = "Read", Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "*" }] })]
}
resource "aws_s3_bucket_policy" "made" {
  bucket = aws_s3_bucket.made.id
  policy = data.aws_iam_policy_document.late.json
}
resource "aws_s3_bucket_public_access_block" "made" { bucket = aws_s3_bucket.made.id }
resource "aws_s3_bucket_policy" "other" {
  bucket = aws_s3_bucket.other.id
  policy = data.aws_iam_policy_document.over.json
}
resource "aws_s3_bucket_public_access_block" "other" { bucket = aws_s3_bucket.other.id }
