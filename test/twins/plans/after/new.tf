# Three deep, with keys on the way.
module "team" {
  source   = "./team"
  for_each = toset(["billing", "search"])

  name    = each.key
  is_open = each.key == "search"
}

# Another region of the same account.
provider "aws" {
  alias  = "ireland"
  region = "eu-west-1"
}

resource "aws_ebs_encryption_by_default" "ireland" {
  provider = aws.ireland
  enabled  = true
}

resource "aws_ebs_encryption_by_default" "here" {
  enabled = false
}

# Another account: what is set there says nothing about this one.
provider "aws" {
  alias               = "audit"
  region              = "eu-central-1"
  access_key          = var.audit_access_key
  secret_key          = var.audit_secret_key
  allowed_account_ids = ["444455556666"]
}

variable "audit_access_key" {
  type = string
}

variable "audit_secret_key" {
  type = string
}

resource "aws_s3_account_public_access_block" "audit" {
  provider                = aws.audit
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# The same bucket here is open, there closed by the account.
module "published" {
  source = "./published"

  name = "plans-published-here"
}

module "published_in_audit" {
  source = "./published"

  name = "plans-published-in-audit"

  providers = {
    aws = aws.audit
  }

  depends_on = [aws_s3_account_public_access_block.audit]
}

# What must not be shown is judged all the same.
variable "partner_range" {
  type      = string
  sensitive = true
}

resource "aws_security_group" "partner" {
  name   = "plans-partner"
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [var.partner_range]
  }
}

# A bucket that is looked up only when applying, and a policy that goes to it.
resource "aws_s3_bucket" "looked_up" {
  bucket = "plans-looked-up"
}

data "aws_s3_bucket" "later" {
  bucket = aws_s3_bucket.looked_up.id
}

resource "aws_s3_bucket_policy" "later" {
  bucket = data.aws_s3_bucket.later.id
  policy = data.aws_iam_policy_document.encrypted_only.json
}

data "aws_iam_policy_document" "encrypted_only" {
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.looked_up.arn, "${aws_s3_bucket.looked_up.arn}/*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = [false]
    }
  }
}

# The same by jsonencode around what is not known yet, and in a heredoc.
resource "aws_s3_bucket" "encoded" {
  bucket = "plans-encoded"
}

resource "aws_s3_bucket_policy" "encoded" {
  bucket = aws_s3_bucket.encoded.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.encoded.arn, "${aws_s3_bucket.encoded.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_bucket" "heredoc" {
  bucket = "plans-heredoc"
}

resource "aws_s3_bucket_policy" "heredoc" {
  bucket = aws_s3_bucket.heredoc.id
  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["${aws_s3_bucket.heredoc.arn}", "${aws_s3_bucket.heredoc.arn}/*"],
        "Condition": { "Bool": { "aws:SecureTransport": "false" } }
      }
    }
  EOT
}

# The blocks of a prefix list count for the rules that name it.
resource "aws_ec2_managed_prefix_list" "anybody" {
  name           = "plans-anybody"
  address_family = "IPv4"
  max_entries    = 2

  entry {
    cidr = "0.0.0.0/1"
  }
}

resource "aws_ec2_managed_prefix_list_entry" "anybody" {
  prefix_list_id = aws_ec2_managed_prefix_list.anybody.id
  cidr           = "128.0.0.0/1"
}

resource "aws_security_group" "listed" {
  name   = "plans-listed"
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "listed" {
  security_group_id = aws_security_group.listed.id
  ip_protocol       = "tcp"
  from_port         = 3389
  to_port           = 3389
  prefix_list_id    = aws_ec2_managed_prefix_list.anybody.id
}
