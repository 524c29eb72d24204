resource "aws_eip" "x" { domain = "vpc" }
resource "aws_eip" "hidden" { domain = "vpc" }
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
variable "ports" { default = [22, 443] }
variable "office" {
  sensitive = true
  default   = "198.51.100.7/32"
}
variable "metadata" { default = false }
locals {
  wide   = concat(["0.0.0.0/0"], [for a in [aws_eip.x] : "${a.public_ip}/32"])
  is_new = aws_eip.hidden.public_ip == ""
}

# A list that the plan does not know, though its first member is written there.
resource "aws_security_group" "mixed" {
  name   = "mixed"
  vpc_id = aws_vpc.v.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "TCP"
    cidr_blocks = ["10.0.0.0/8"]
  }
  ingress {
    from_port   = 22
    to_port     = "22"
    protocol    = "tcp"
    cidr_blocks = local.wide
  }
}
resource "aws_security_group" "attribute" {
  name   = "attribute"
  vpc_id = aws_vpc.v.id
  ingress = [{
    from_port        = 22
    to_port          = 22
    protocol         = "tcp"
    cidr_blocks      = ["0.0.0.0/0", "${aws_eip.x.public_ip}/32"]
    description      = ""
    ipv6_cidr_blocks = []
    prefix_list_ids  = []
    security_groups  = []
    self             = false
  }]
}
resource "aws_security_group" "ports" {
  name   = "ports"
  vpc_id = aws_vpc.v.id
  dynamic "ingress" {
    for_each = var.ports
    iterator = port
    content {
      from_port   = port.value
      to_port     = port.value
      protocol    = "tcp"
      cidr_blocks = [port.value == 22 ? "0.0.0.0/0" : "10.0.0.0/8", "${aws_eip.x.public_ip}/32"]
    }
  }
}
# One block is written, and of the others nobody knows how many there are.
resource "aws_security_group" "perhaps" {
  name   = "perhaps"
  vpc_id = aws_vpc.v.id
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
  dynamic "ingress" {
    for_each = concat([80], [for a in [1] : 443 if local.is_new])
    content {
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}
resource "aws_security_group" "secret" {
  name   = "secret"
  vpc_id = aws_vpc.v.id
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = [var.office, "${aws_eip.x.public_ip}/32"]
  }
}

# Three that look alike in the plan: unset, dynamic over what is not known, dynamic over nothing.
resource "aws_instance" "unset" {
  ami           = "ami-12345678"
  instance_type = "t3.micro"
}
resource "aws_instance" "unknown" {
  ami           = "ami-12345678"
  instance_type = "t3.micro"
  dynamic "metadata_options" {
    for_each = local.is_new ? [1] : []
    content { http_tokens = "required" }
  }
}
resource "aws_instance" "none" {
  ami           = "ami-12345678"
  instance_type = "t3.micro"
  dynamic "metadata_options" {
    for_each = var.metadata ? [1] : []
    content { http_tokens = "required" }
  }
}
resource "aws_instance" "one" {
  ami           = "ami-12345678"
  instance_type = "t3.micro"
  dynamic "metadata_options" {
    for_each = [1]
    content { http_tokens = "required" }
  }
}
resource "aws_instance" "either" {
  ami           = "ami-12345678"
  instance_type = "t3.micro"
  metadata_options { http_tokens = local.is_new ? "required" : "optional" }
}

resource "aws_s3_bucket" "grants" {
  bucket = "half-known-grants"
  dynamic "grant" {
    for_each = local.is_new ? [1] : []
    content {
      type        = "Group"
      permissions = ["READ"]
      uri         = "http://acs.amazonaws.com/groups/global/AllUsers"
    }
  }
}
resource "aws_s3_bucket_ownership_controls" "grants" {
  bucket = aws_s3_bucket.grants.id
  rule { object_ownership = "ObjectWriter" }
}
resource "aws_s3_bucket_public_access_block" "grants" {
  bucket             = aws_s3_bucket.grants.id
  ignore_public_acls = false
}
resource "aws_s3_bucket" "encoded" { bucket = "half-known-encoded" }
resource "aws_s3_bucket_policy" "encoded" {
  bucket = aws_s3_bucket.encoded.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.encoded.arn}/*"
      Condition = { IpAddress = { "aws:SourceIp" = ["0.0.0.0/0", var.office] } }
    }]
  })
}
resource "aws_s3_bucket_public_access_block" "encoded" {
  bucket = aws_s3_bucket.encoded.id
}
resource "aws_iam_role" "inline" {
  name               = "half-known"
  assume_role_policy = data.aws_iam_policy_document.trust.json
  inline_policy {
    name   = "narrow"
    policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "*" }] })
  }
  inline_policy {
    name   = "wide"
    policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "*", Resource = ["*", aws_s3_bucket.encoded.arn] }] })
  }
}
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
    dynamic "condition" {
      for_each = local.is_new ? [1] : []
      content {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = ["111122223333"]
      }
    }
    condition {
      test     = "StringLike"
      variable = "aws:SourceArn"
      values   = [aws_s3_bucket.encoded.arn]
    }
    condition {
      test     = "StringLike"
      variable = "aws:SourceArn"
      values   = ["arn:aws:s3:::other"]
    }
  }
}
