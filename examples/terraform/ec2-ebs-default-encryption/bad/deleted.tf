# Deleting the resource does not leave the setting as it is: AWS goes back to its default.
resource "aws_ebs_encryption_by_default" "deleted" {
  enabled = true
}
