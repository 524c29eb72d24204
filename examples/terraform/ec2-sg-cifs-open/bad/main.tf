resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

# Inline: CIFS, from everywhere.
resource "aws_security_group" "inline" {
  name   = "bad-cifs-inline"
  vpc_id = aws_vpc.this.id

  ingress {
    from_port   = 445
    to_port     = 445
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

# Rules as resources of their own.
resource "aws_security_group" "companion" {
  name   = "bad-cifs-companion"
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "companion" {
  security_group_id = aws_security_group.companion.id
  ip_protocol       = "tcp"
  from_port         = 445
  to_port           = 445
  cidr_ipv4         = "0.0.0.0/0"
}

# Two halves are the whole internet, too.
resource "aws_security_group" "companion_halves" {
  name   = "bad-cifs-companion-halves"
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "companion_halves" {
  for_each = toset(["0.0.0.0/1", "128.0.0.0/1"])

  security_group_id = aws_security_group.companion_halves.id
  ip_protocol       = "tcp"
  from_port         = 445
  to_port           = 445
  cidr_ipv4         = each.value
}

# The older resource for rules, with lists of sources.
resource "aws_security_group" "companion_list" {
  name   = "bad-cifs-companion-list"
  vpc_id = aws_vpc.this.id
}

resource "aws_security_group_rule" "companion_list" {
  type              = "ingress"
  security_group_id = aws_security_group.companion_list.id
  protocol          = "tcp"
  from_port         = 445
  to_port           = 445
  cidr_blocks       = ["203.0.113.0/24", "0.0.0.0/0"]
}

# A module for several groups.
module "each" {
  source   = "../../modules/security-group"
  for_each = toset(["jobs", "web"])

  name                = "bad-cifs-${each.key}"
  vpc_id              = aws_vpc.this.id
  ingress_rules       = ["cifs-tcp"]
  ingress_cidr_blocks = ["0.0.0.0/0"]
}

# One of the sources is known only after apply. The other one is enough.
resource "aws_security_group" "unknown" {
  name   = "bad-cifs-unknown"
  vpc_id = aws_vpc.this.id
}

resource "terraform_data" "office" {
  input = "203.0.113.0/24"
}

resource "aws_security_group_rule" "unknown" {
  type              = "ingress"
  security_group_id = aws_security_group.unknown.id
  protocol          = "tcp"
  from_port         = 445
  to_port           = 445
  cidr_blocks       = ["0.0.0.0/0", terraform_data.office.output]
}
