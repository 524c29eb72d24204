resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

# The network ACL that comes with a VPC lets everything through. Adopted without a rule, it lets nothing through.
resource "aws_default_network_acl" "inline_default" {
  default_network_acl_id = aws_vpc.this.default_network_acl_id
}

# Inline: HTTPS, and the ports from which Linux answers. From 1024 on would include Remote Desktop.
resource "aws_network_acl" "inline" {
  vpc_id = aws_vpc.this.id

  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = 443
    to_port    = 443
    cidr_block = "0.0.0.0/0"
  }

  ingress {
    rule_no    = 110
    action     = "allow"
    protocol   = "tcp"
    from_port  = 32768
    to_port    = 60999
    cidr_block = "0.0.0.0/0"
  }
}

# Rules as resources of their own: denied first, whatever later rules allow.
resource "aws_network_acl" "companion" {
  vpc_id = aws_vpc.this.id
}

resource "aws_network_acl_rule" "companion_deny" {
  for_each = { "22" = 10, "3389" = 20 }

  network_acl_id = aws_network_acl.companion.id
  rule_number    = each.value
  rule_action    = "deny"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = tonumber(each.key)
  to_port        = tonumber(each.key)
}

resource "aws_network_acl_rule" "companion_allow" {
  network_acl_id = aws_network_acl.companion.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = 0
  to_port        = 65535
}

# A module for several VPCs.
module "each" {
  source   = "../../modules/vpc"
  for_each = { dev = "10.1.0.0/16", prod = "10.2.0.0/16" }

  name                         = "good-nacl-${each.key}"
  cidr                         = each.value
  public_subnets               = [cidrsubnet(each.value, 8, 1)]
  default_network_acl_ingress  = []
  public_dedicated_network_acl = true
  public_inbound_acl_rules = [
    { rule_number = 100, rule_action = "allow", from_port = 443, to_port = 443, protocol = "tcp", cidr_block = "0.0.0.0/0" },
  ]
}

# For whom SSH is allowed is known only after apply; the rule before it denies SSH to everybody.
resource "aws_network_acl" "unknown" {
  vpc_id = aws_vpc.this.id
}

resource "terraform_data" "office" {
  input = "203.0.113.0/24"
}

resource "aws_network_acl_rule" "unknown_deny" {
  network_acl_id = aws_network_acl.unknown.id
  rule_number    = 10
  rule_action    = "deny"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = 22
  to_port        = 22
}

resource "aws_network_acl_rule" "unknown_allow" {
  network_acl_id = aws_network_acl.unknown.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = terraform_data.office.output
  from_port      = 22
  to_port        = 22
}

# The rule in deleted.tf denied what nothing allows: without it, nothing opens.
resource "aws_network_acl" "deleted" {
  vpc_id = aws_vpc.this.id
}
