# Inline: the members of the group reach each other on every port.
resource "aws_vpc" "inline" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_default_security_group" "inline" {
  vpc_id = aws_vpc.inline.id

  ingress {
    self      = true
    from_port = 0
    to_port   = 0
    protocol  = "-1"
  }
}

# A rule as a resource of its own.
resource "aws_vpc" "companion" {
  cidr_block = "10.1.0.0/16"
}

resource "aws_default_security_group" "companion" {
  vpc_id = aws_vpc.companion.id
}

resource "aws_vpc_security_group_egress_rule" "companion" {
  security_group_id = aws_default_security_group.companion.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

# A module for several VPCs that leaves the group as AWS makes it: open among its members, and to everywhere.
module "each" {
  source   = "../../modules/vpc"
  for_each = { dev = "10.2.0.0/16", prod = "10.3.0.0/16" }

  name                          = "bad-default-${each.key}"
  cidr                          = each.value
  manage_default_security_group = false
}

# Whom the rule lets in is known only after apply. That there is one is known now.
resource "aws_vpc" "unknown" {
  cidr_block = "10.4.0.0/16"
}

resource "terraform_data" "office" {
  input = "203.0.113.0/24"
}

resource "aws_default_security_group" "unknown" {
  vpc_id = aws_vpc.unknown.id
}

resource "aws_vpc_security_group_ingress_rule" "unknown" {
  security_group_id = aws_default_security_group.unknown.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = terraform_data.office.output
}

# deleted.tf adopted the group of this VPC, with a rule. Deleting it there deletes nothing in AWS: the rule stays.
resource "aws_vpc" "deleted" {
  cidr_block = "10.5.0.0/16"
}
