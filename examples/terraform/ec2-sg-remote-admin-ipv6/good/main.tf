resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

# Inline: only the office gets in.
resource "aws_security_group" "inline" {
  name   = "good-rdp6-inline"
  vpc_id = aws_vpc.this.id

  ingress {
    from_port        = 3389
    to_port          = 3389
    protocol         = "tcp"
    ipv6_cidr_blocks = ["2001:db8:1234::/48"]
  }
}

# Rules as resources of their own: one source each, the way AWS has them.
resource "aws_security_group" "companion" {
  name   = "good-rdp6-companion"
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "companion" {
  security_group_id = aws_security_group.companion.id
  ip_protocol       = "tcp"
  from_port         = 3389
  to_port           = 3389
  cidr_ipv6         = "2001:db8:1234::/48"
}

# The older resource for rules, with lists of sources.
resource "aws_security_group" "companion_list" {
  name   = "good-rdp6-companion-list"
  vpc_id = aws_vpc.this.id
}

resource "aws_security_group_rule" "companion_list" {
  type              = "ingress"
  security_group_id = aws_security_group.companion_list.id
  protocol          = "tcp"
  from_port         = 3389
  to_port           = 3389
  ipv6_cidr_blocks  = ["2001:db8:1234::/48"]
}

# A module for several groups.
module "each" {
  source   = "../../modules/security-group"
  for_each = toset(["jobs", "web"])

  name                     = "good-rdp6-${each.key}"
  vpc_id                   = aws_vpc.this.id
  ingress_rules            = ["rdp-tcp"]
  ingress_ipv6_cidr_blocks = ["2001:db8:1234::/48"]
}

# From another group, whose id is known only after apply: no group is the internet.
resource "aws_security_group" "unknown" {
  name   = "good-rdp6-unknown"
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "unknown" {
  security_group_id            = aws_security_group.unknown.id
  ip_protocol                  = "tcp"
  from_port                    = 3389
  to_port                      = 3389
  referenced_security_group_id = aws_security_group.companion.id
}

# The rule in deleted.tf opened this group to everybody. Deleting it closes the group again.
resource "aws_security_group" "deleted" {
  name   = "good-rdp6-deleted"
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "deleted" {
  security_group_id = aws_security_group.deleted.id
  ip_protocol       = "tcp"
  from_port         = 3389
  to_port           = 3389
  cidr_ipv6         = "2001:db8:1234::/48"
}
