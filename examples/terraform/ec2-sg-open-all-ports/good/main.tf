resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

# Inline: only the port of the service is open to everybody.
resource "aws_security_group" "inline" {
  name   = "good-ports-inline"
  vpc_id = aws_vpc.this.id

  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

# Rules as resources of their own: one source each, the way AWS has them.
resource "aws_security_group" "companion" {
  name   = "good-ports-companion"
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "companion" {
  security_group_id = aws_security_group.companion.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

# The older resource for rules, with lists of sources.
resource "aws_security_group" "companion_list" {
  name   = "good-ports-companion-list"
  vpc_id = aws_vpc.this.id
}

resource "aws_security_group_rule" "companion_list" {
  type              = "ingress"
  security_group_id = aws_security_group.companion_list.id
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_blocks       = ["0.0.0.0/0"]
}

# A module for several groups.
module "each" {
  source   = "../../modules/security-group"
  for_each = toset(["jobs", "web"])

  name                = "good-ports-${each.key}"
  vpc_id              = aws_vpc.this.id
  ingress_rules       = ["https-443-tcp"]
  ingress_cidr_blocks = ["0.0.0.0/0"]
}

# From another group, whose id is known only after apply: no group is the internet.
resource "aws_security_group" "unknown" {
  name   = "good-ports-unknown"
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "unknown" {
  security_group_id            = aws_security_group.unknown.id
  ip_protocol                  = "-1"
  referenced_security_group_id = aws_security_group.companion.id
}

# The rule in deleted.tf opened this group to everybody. Deleting it closes the group again.
resource "aws_security_group" "deleted" {
  name   = "good-ports-deleted"
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "deleted" {
  security_group_id = aws_security_group.deleted.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}
