resource "aws_default_security_group" "deleted" {
  vpc_id = aws_vpc.deleted.id
}
