resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

# Inline: every port, from everywhere.
resource "aws_security_group" "inline" {
  name   = "bad-ports-inline"
  vpc_id = aws_vpc.this.id

  ingress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

# Rules as resources of their own.
resource "aws_security_group" "companion" {
  name   = "bad-ports-companion"
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "companion" {
  security_group_id = aws_security_group.companion.id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

# Two halves are the whole internet, too.
resource "aws_security_group" "companion_halves" {
  name   = "bad-ports-companion-halves"
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "companion_halves" {
  for_each = toset(["0.0.0.0/1", "128.0.0.0/1"])

  security_group_id = aws_security_group.companion_halves.id
  ip_protocol       = "-1"
  cidr_ipv4         = each.value
}

# The older resource for rules, with lists of sources.
resource "aws_security_group" "companion_list" {
  name   = "bad-ports-companion-list"
  vpc_id = aws_vpc.this.id
}

resource "aws_security_group_rule" "companion_list" {
  type              = "ingress"
  security_group_id = aws_security_group.companion_list.id
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
  cidr_blocks       = ["203.0.113.0/24", "0.0.0.0/0"]
}

# A module for several groups.
module "each" {
  source   = "../../modules/security-group"
  for_each = toset(["jobs", "web"])

  name                = "bad-ports-${each.key}"
  vpc_id              = aws_vpc.this.id
  ingress_rules       = ["all-all"]
  ingress_cidr_blocks = ["0.0.0.0/0"]
}

# One of the sources is known only after apply. The other one is enough.
resource "aws_security_group" "unknown" {
  name   = "bad-ports-unknown"
  vpc_id = aws_vpc.this.id
}

resource "terraform_data" "office" {
  input = "203.0.113.0/24"
}

resource "aws_security_group_rule" "unknown" {
  type              = "ingress"
  security_group_id = aws_security_group.unknown.id
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
  cidr_blocks       = ["0.0.0.0/0", terraform_data.office.output]
}
