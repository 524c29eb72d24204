resource "aws_default_security_group" "deleted" {
  vpc_id = aws_vpc.deleted.id

  egress {
    cidr_blocks = ["0.0.0.0/0"]
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
  }
}
