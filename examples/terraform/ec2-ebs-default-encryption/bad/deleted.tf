resource "aws_ebs_encryption_by_default" "deleted" {
  enabled = true
}
