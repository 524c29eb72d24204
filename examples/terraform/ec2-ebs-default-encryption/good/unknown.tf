# What a person or another system chose is known only after apply.
resource "terraform_data" "chosen" {
  input = true
}

resource "aws_ebs_encryption_by_default" "unknown" {
  enabled = terraform_data.chosen.output
}
