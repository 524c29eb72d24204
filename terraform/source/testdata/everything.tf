# Something of everything that people write.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}

variable "names" {
  type    = set(string)
  default = ["a", "b"]
}

locals {
  bucket = aws_s3_bucket.this["a"].id
  tags   = merge(var.tags, { Name = "x-${var.env}" })
  rules  = { for rule in var.rules : "${rule.port}/${rule.protocol}" => rule... if rule.open }
  list   = [for k, v in local.rules : v[0].port if length(v) > 0 && !(k == "22/tcp")]
  pick   = var.env == "prod" ? try(local.list[0], null) : -1 + 2 * 3
}

resource "aws_s3_bucket" "this" {
  for_each = var.names
  bucket   = "site-${each.key}"
  # vedette:skip=s3-bucket-versioning:rebuilt every night
}

resource "aws_s3_bucket_policy" "this" {
  for_each = aws_s3_bucket.this
  bucket   = each.value.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = ["s3:GetObject"]
      Resource  = ["${each.value.arn}/*", aws_s3_bucket.this[each.key].arn]
    }]
  })
}

resource "aws_security_group" "web" {
  dynamic "ingress" {
    for_each = { for p in [22, 443] : p => p }
    iterator = port
    content {
      from_port   = port.value
      to_port     = port.value
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}

resource "aws_iam_policy" "heredoc" {
  policy = <<-JSON
    {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "${aws_s3_bucket.this["a"].arn}"}]}
  JSON
}

output "arns" {
  value = values(aws_s3_bucket.this)[*].arn
}
