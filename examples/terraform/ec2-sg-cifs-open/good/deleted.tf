resource "aws_vpc_security_group_ingress_rule" "deleted_open" {
  security_group_id = aws_security_group.deleted.id
  ip_protocol       = "tcp"
  from_port         = 445
  to_port           = 445
  cidr_ipv4         = "0.0.0.0/0"
}
