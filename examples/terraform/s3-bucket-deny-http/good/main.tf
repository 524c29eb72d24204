# Inline, as before version 4 of the provider.
resource "aws_s3_bucket" "inline" {
  bucket = "good-http-inline"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::good-http-inline", "arn:aws:s3:::good-http-inline/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

# In a policy of its own: the bucket and all that is in it, everybody, no other condition.
resource "aws_s3_bucket" "companion" {
  bucket = "good-http-companion"
}

data "aws_iam_policy_document" "companion" {
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = ["arn:aws:s3:::good-http-companion", "arn:aws:s3:::good-http-companion/*"]

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

resource "aws_s3_bucket_policy" "companion" {
  bucket = aws_s3_bucket.companion.id
  policy = data.aws_iam_policy_document.companion.json
}

# A module for several buckets, which names each by an ARN that is known only after apply.
module "each" {
  source   = "../../modules/s3-bucket"
  for_each = toset(["invoices", "reports"])

  bucket                                = "good-http-each-${each.key}"
  attach_deny_insecure_transport_policy = true
}

# Who may read is known only after apply. That nobody may without TLS is known now.
resource "aws_s3_bucket" "unknown" {
  bucket = "good-http-unknown"
}

resource "aws_iam_role" "reader" {
  name = "good-http-reader"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "unknown" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::good-http-unknown/*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.reader.arn]
    }
  }

  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = ["arn:aws:s3:::good-http-unknown", "arn:aws:s3:::good-http-unknown/*"]

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

resource "aws_s3_bucket_policy" "unknown" {
  bucket = aws_s3_bucket.unknown.id
  policy = data.aws_iam_policy_document.unknown.json
}
