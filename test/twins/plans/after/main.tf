provider "aws" {
  region = "eu-central-1"
}

moved {
  from = aws_s3_bucket.old_name
  to   = aws_s3_bucket.moved
}

moved {
  from = aws_s3_bucket_versioning.old_name
  to   = aws_s3_bucket_versioning.moved
}

resource "aws_s3_bucket" "moved" {
  bucket = "plans-moved"
}

resource "aws_s3_bucket_versioning" "moved" {
  bucket = aws_s3_bucket.moved.id

  versioning_configuration {
    status = "Suspended"
  }
}

resource "aws_s3_bucket" "guard_forgotten" {
  bucket = "plans-guard-forgotten"
}

removed {
  from = aws_s3_bucket_public_access_block.guard_forgotten

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_s3_bucket.handed_over

  lifecycle {
    destroy = false
  }
}

import {
  to = aws_s3_bucket.imported
  id = "plans-imported"
}

resource "aws_s3_bucket" "imported" {
  bucket = "plans-imported"
}

resource "aws_s3_bucket_versioning" "imported" {
  bucket = aws_s3_bucket.imported.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Made anew, without the block of the old one: a new bucket is closed.
resource "aws_s3_bucket" "replaced" {
  bucket = "plans-replaced-by-this"
}

resource "aws_s3_bucket" "updated" {
  bucket = "plans-updated"
  tags   = { Team = "payments" }
}

resource "aws_s3_bucket_versioning" "updated" {
  bucket = aws_s3_bucket.updated.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "unchanged" {
  bucket = "plans-unchanged"
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_flow_log" "main" {
  vpc_id               = aws_vpc.main.id
  traffic_type         = "ACCEPT"
  log_destination_type = "s3"
  log_destination      = aws_s3_bucket.unchanged.arn
}

resource "aws_security_group" "closed" {
  name   = "plans-closed"
  vpc_id = aws_vpc.main.id
  tags   = { Team = "payments" }
}

resource "aws_security_group" "opened" {
  name   = "plans-opened"
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "opened" {
  security_group_id = aws_security_group.opened.id
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

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

resource "aws_iam_policy" "grows" {
  name = "plans-grows"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }]
  })
}

resource "aws_iam_role_policy_attachment" "grows" {
  role       = aws_iam_role.deploy.name
  policy_arn = aws_iam_policy.grows.arn
}
