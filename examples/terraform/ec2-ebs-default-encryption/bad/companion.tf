# Switched off: whoever forgets to ask for encryption gets a plain disk.
resource "aws_ebs_encryption_by_default" "companion" {
  enabled = false
}
