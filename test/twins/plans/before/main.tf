provider "aws" {
  region = "eu-central-1"
}

# Gets another address: moved.
resource "aws_s3_bucket" "old_name" {
  bucket = "plans-moved"
}

resource "aws_s3_bucket_versioning" "old_name" {
  bucket = aws_s3_bucket.old_name.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Its guard is forgotten: it stays in AWS, and Terraform no longer manages it.
resource "aws_s3_bucket" "guard_forgotten" {
  bucket = "plans-guard-forgotten"
}

resource "aws_s3_bucket_public_access_block" "guard_forgotten" {
  bucket                  = aws_s3_bucket.guard_forgotten.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# Leaves Terraform's hands altogether, and comes back under another address by import.
resource "aws_s3_bucket" "handed_over" {
  bucket = "plans-imported"
}

# Gets another name, so it is made anew, and what belongs to it too.
resource "aws_s3_bucket" "replaced" {
  bucket = "plans-replaced"
}

resource "aws_s3_bucket_public_access_block" "replaced" {
  bucket                  = aws_s3_bucket.replaced.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# Only its tags change; its versioning stays as it is.
resource "aws_s3_bucket" "updated" {
  bucket = "plans-updated"
}

resource "aws_s3_bucket_versioning" "updated" {
  bucket = aws_s3_bucket.updated.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "deleted" {
  bucket = "plans-deleted"
}

resource "aws_s3_bucket" "unchanged" {
  bucket = "plans-unchanged"
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

# Is replaced by another kind of record.
resource "aws_flow_log" "main" {
  vpc_id               = aws_vpc.main.id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = aws_s3_bucket.unchanged.arn
}

# Its open rule is deleted while its tags change: what was refreshed of the group still holds that rule.
resource "aws_security_group" "closed" {
  name   = "plans-closed"
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "closed" {
  security_group_id = aws_security_group.closed.id
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_ipv4         = "0.0.0.0/0"
}

# Does not change; a rule that is added opens it.
resource "aws_security_group" "opened" {
  name   = "plans-opened"
  vpc_id = aws_vpc.main.id
}

# Is tainted, so it is made anew with the same rule.
resource "aws_security_group" "tainted" {
  name   = "plans-tainted"
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_iam_role" "deploy" {
  name               = "plans-deploy"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["codebuild.amazonaws.com"]
    }
  }
}

# Has it attached, and becomes all-powerful; the attachment does not change.
resource "aws_iam_policy" "grows" {
  name = "plans-grows"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "*" }]
  })
}

resource "aws_iam_role_policy_attachment" "grows" {
  role       = aws_iam_role.deploy.name
  policy_arn = aws_iam_policy.grows.arn
}
