# Once per region.
resource "aws_ebs_encryption_by_default" "companion" {
  enabled = true
}
