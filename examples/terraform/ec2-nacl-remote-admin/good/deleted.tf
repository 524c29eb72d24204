resource "aws_network_acl_rule" "deleted" {
  network_acl_id = aws_network_acl.deleted.id
  rule_number    = 10
  rule_action    = "deny"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = 22
  to_port        = 22
}
