provider "aws" {
  region = "eu-central-1"
}

resource "aws_vpc" "old" {
  cidr_block = "10.0.0.0/16"
}

# Both of what came with it are no longer managed: they stay as they were.
resource "aws_vpc" "left" {
  cidr_block = "10.1.0.0/16"
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
  cidr_ipv4         = "203.0.113.0/24"
}

resource "aws_network_acl" "changed" {
  vpc_id = aws_vpc.old.id
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

# New, with nothing adopted.
resource "aws_vpc" "new" {
  cidr_block = "10.2.0.0/16"
  tags       = { Name = "new" }
}

# New, with everything adopted.
resource "aws_vpc" "closed" {
  cidr_block = "10.3.0.0/16"
}

resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.closed.id
}

resource "aws_default_network_acl" "closed" {
  default_network_acl_id = aws_vpc.closed.default_network_acl_id
}

# A rule that goes to the group that comes with a VPC, by way of the VPC.
resource "aws_vpc" "reached" {
  cidr_block = "10.4.0.0/16"
}

resource "aws_security_group_rule" "reached" {
  type              = "ingress"
  security_group_id = aws_vpc.reached.default_security_group_id
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_blocks       = ["0.0.0.0/0"]
}

resource "aws_security_group" "every_source" {
  name   = "every-source"
  vpc_id = aws_vpc.new.id

  ingress {
    protocol         = "6"
    from_port        = 443
    to_port          = 444
    cidr_blocks      = ["10.0.0.0/8", "192.168.0.0/16"]
    ipv6_cidr_blocks = ["2001:db8::/32"]
    prefix_list_ids  = ["pl-0123456789abcdef0"]
    security_groups  = ["sg-0123456789abcdef0"]
    self             = true
  }

  egress {
    protocol    = "all"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "from_rules" {
  vpc_id = aws_vpc.new.id
}

resource "aws_security_group_rule" "out" {
  type              = "egress"
  security_group_id = aws_security_group.from_rules.id
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_blocks       = ["0.0.0.0/0"]
}

resource "aws_vpc_security_group_ingress_rule" "from_list" {
  security_group_id = aws_security_group.from_rules.id
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  prefix_list_id    = aws_ec2_managed_prefix_list.office.id
}

resource "aws_vpc_security_group_ingress_rule" "from_group" {
  security_group_id            = aws_security_group.from_rules.id
  ip_protocol                  = "-1"
  referenced_security_group_id = aws_security_group.every_source.id
}

resource "aws_ec2_managed_prefix_list" "office" {
  name           = "office"
  address_family = "IPv4"
  max_entries    = 5

  entry {
    cidr = "203.0.113.0/24"
  }
}

resource "aws_ec2_managed_prefix_list_entry" "home" {
  prefix_list_id = aws_ec2_managed_prefix_list.office.id
  cidr           = "198.51.100.0/24"
}

resource "aws_network_acl" "inline" {
  vpc_id = aws_vpc.new.id

  ingress {
    rule_no         = 100
    action          = "ALLOW"
    protocol        = "-1"
    from_port       = 0
    to_port         = 0
    ipv6_cidr_block = "::/0"
  }

  egress {
    rule_no    = 100
    action     = "deny"
    protocol   = "udp"
    from_port  = 53
    to_port    = 53
    cidr_block = "0.0.0.0/0"
  }
}

resource "aws_flow_log" "vpc" {
  vpc_id          = aws_vpc.new.id
  traffic_type    = "REJECT"
  log_destination = "arn:aws:logs:eu-central-1:111122223333:log-group:flows"
  iam_role_arn    = "arn:aws:iam::111122223333:role/flows"
}
