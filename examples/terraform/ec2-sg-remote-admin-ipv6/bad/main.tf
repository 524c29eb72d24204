resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

# Inline: Remote Desktop, from everywhere.
resource "aws_security_group" "inline" {
  name   = "bad-rdp6-inline"
  vpc_id = aws_vpc.this.id

  ingress {
    from_port        = 3389
    to_port          = 3389
    protocol         = "tcp"
    ipv6_cidr_blocks = ["::/0"]
  }
}

# Rules as resources of their own.
resource "aws_security_group" "companion" {
  name   = "bad-rdp6-companion"
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "companion" {
  security_group_id = aws_security_group.companion.id
  ip_protocol       = "tcp"
  from_port         = 3389
  to_port           = 3389
  cidr_ipv6         = "::/0"
}

# Two halves are the whole internet, too.
resource "aws_security_group" "companion_halves" {
  name   = "bad-rdp6-companion-halves"
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_security_group_ingress_rule" "companion_halves" {
  for_each = toset(["::/1", "8000::/1"])

  security_group_id = aws_security_group.companion_halves.id
  ip_protocol       = "tcp"
  from_port         = 3389
  to_port           = 3389
  cidr_ipv6         = each.value
}

# The older resource for rules, with lists of sources.
resource "aws_security_group" "companion_list" {
  name   = "bad-rdp6-companion-list"
  vpc_id = aws_vpc.this.id
}

resource "aws_security_group_rule" "companion_list" {
  type              = "ingress"
  security_group_id = aws_security_group.companion_list.id
  protocol          = "tcp"
  from_port         = 3389
  to_port           = 3389
  ipv6_cidr_blocks  = ["2001:db8:1234::/48", "::/0"]
}

# A module for several groups.
module "each" {
  source   = "../../modules/security-group"
  for_each = toset(["jobs", "web"])

  name                     = "bad-rdp6-${each.key}"
  vpc_id                   = aws_vpc.this.id
  ingress_rules            = ["rdp-tcp"]
  ingress_ipv6_cidr_blocks = ["::/0"]
}

# One of the sources is known only after apply. The other one is enough.
resource "aws_security_group" "unknown" {
  name   = "bad-rdp6-unknown"
  vpc_id = aws_vpc.this.id
}

resource "terraform_data" "office" {
  input = "2001:db8:1234::/48"
}

resource "aws_security_group_rule" "unknown" {
  type              = "ingress"
  security_group_id = aws_security_group.unknown.id
  protocol          = "tcp"
  from_port         = 3389
  to_port           = 3389
  ipv6_cidr_blocks  = ["::/0", terraform_data.office.output]
}
