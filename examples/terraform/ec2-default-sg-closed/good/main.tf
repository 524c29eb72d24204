# Every VPC comes with this group. Adopting it without a rule empties it.
resource "aws_vpc" "inline" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_default_security_group" "inline" {
  vpc_id = aws_vpc.inline.id
}

# A module for several VPCs, which adopts the group unless told otherwise.
module "each" {
  source   = "../../modules/vpc"
  for_each = { dev = "10.1.0.0/16", prod = "10.2.0.0/16" }

  name = "good-default-${each.key}"
  cidr = each.value
}

# Which VPC it is in is known only after apply, as every id of something new.
resource "aws_vpc" "unknown" {
  cidr_block = terraform_data.range.output
}

resource "terraform_data" "range" {
  input = "10.3.0.0/16"
}

resource "aws_default_security_group" "unknown" {
  vpc_id = aws_vpc.unknown.id
}

# deleted.tf adopted the group of this VPC. Terraform cannot delete the group: it only forgets it, and it stays empty.
resource "aws_vpc" "deleted" {
  cidr_block = "10.4.0.0/16"
}
