provider "aws" {
  region = "eu-central-1"
}

resource "aws_vpc" "old" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_vpc" "left" {
  cidr_block = "10.1.0.0/16"
}

resource "aws_default_security_group" "left" {
  vpc_id = aws_vpc.left.id

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_default_network_acl" "left" {
  default_network_acl_id = aws_vpc.left.default_network_acl_id

  ingress {
    rule_no    = 50
    action     = "allow"
    protocol   = "tcp"
    from_port  = 443
    to_port    = 443
    cidr_block = "0.0.0.0/0"
  }
}

resource "aws_security_group" "changed" {
  name   = "changed"
  vpc_id = aws_vpc.old.id
}

resource "aws_vpc_security_group_ingress_rule" "kept" {
  security_group_id = aws_security_group.changed.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_ingress_rule" "narrowed" {
  security_group_id = aws_security_group.changed.id
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_security_group_rule" "gone" {
  type              = "ingress"
  security_group_id = aws_security_group.changed.id
  protocol          = "udp"
  from_port         = 53
  to_port           = 53
  self              = true
}

resource "aws_network_acl" "changed" {
  vpc_id = aws_vpc.old.id
}

resource "aws_network_acl_rule" "gone" {
  network_acl_id = aws_network_acl.changed.id
  rule_number    = 10
  rule_action    = "deny"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = 22
  to_port        = 22
}

resource "aws_network_acl_rule" "kept" {
  network_acl_id = aws_network_acl.changed.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = 22
  to_port        = 22
}
