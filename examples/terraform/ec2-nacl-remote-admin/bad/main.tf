# Nobody adopted the network ACL that comes with this VPC: it lets everything through.
resource "aws_vpc" "inline_default" {
  cidr_block = "10.0.0.0/16"
}

# Inline: from 1024 on, for answers, which includes Remote Desktop.
resource "aws_network_acl" "inline" {
  vpc_id = aws_vpc.inline_default.id

  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = 1024
    to_port    = 65535
    cidr_block = "0.0.0.0/0"
  }
}

# Rules as resources of their own: the deny has the higher number, so it comes too late.
resource "aws_network_acl" "companion" {
  vpc_id = aws_vpc.inline_default.id
}

resource "aws_network_acl_rule" "companion_allow" {
  network_acl_id = aws_network_acl.companion.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = 22
  to_port        = 22
}

resource "aws_network_acl_rule" "companion_deny" {
  network_acl_id = aws_network_acl.companion.id
  rule_number    = 200
  rule_action    = "deny"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = 22
  to_port        = 22
}

# A module for several VPCs.
module "each" {
  source   = "../../modules/vpc"
  for_each = { dev = "10.1.0.0/16", prod = "10.2.0.0/16" }

  name                         = "bad-nacl-${each.key}"
  cidr                         = each.value
  public_subnets               = [cidrsubnet(each.value, 8, 1)]
  public_dedicated_network_acl = true
}

# What is denied later is known only after apply. It cannot take back what came before.
resource "aws_network_acl" "unknown" {
  vpc_id = aws_vpc.inline_default.id
}

resource "terraform_data" "office" {
  input = "203.0.113.0/24"
}

resource "aws_network_acl_rule" "unknown_allow" {
  network_acl_id  = aws_network_acl.unknown.id
  rule_number     = 100
  rule_action     = "allow"
  protocol        = "tcp"
  ipv6_cidr_block = "::/0"
  from_port       = 22
  to_port         = 22
}

resource "aws_network_acl_rule" "unknown_deny" {
  network_acl_id = aws_network_acl.unknown.id
  rule_number    = 200
  rule_action    = "deny"
  protocol       = "tcp"
  cidr_block     = terraform_data.office.output
  from_port      = 22
  to_port        = 22
}

# The rule in deleted.tf is all that keeps SSH from everybody.
resource "aws_network_acl" "deleted" {
  vpc_id = aws_vpc.inline_default.id
}

resource "aws_network_acl_rule" "deleted_allow" {
  network_acl_id = aws_network_acl.deleted.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = 0
  to_port        = 1023
}
