resource "aws_vpc_security_group_ingress_rule" "deleted_all" {
  security_group_id = aws_security_group.deleted.id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}
