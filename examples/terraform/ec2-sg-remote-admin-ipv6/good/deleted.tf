resource "aws_vpc_security_group_ingress_rule" "deleted_open" {
  security_group_id = aws_security_group.deleted.id
  ip_protocol       = "tcp"
  from_port         = 3389
  to_port           = 3389
  cidr_ipv6         = "::/0"
}
