resource "aws_s3_bucket" "logs" {
  bucket = "bad-flow-logs"
}

# Only what was accepted: attempts leave no trace.
resource "aws_vpc" "companion" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_flow_log" "companion" {
  vpc_id               = aws_vpc.companion.id
  traffic_type         = "ACCEPT"
  log_destination_type = "s3"
  log_destination      = aws_s3_bucket.logs.arn
}

# Only one subnet of the VPC.
resource "aws_vpc" "companion_subnet" {
  cidr_block = "10.1.0.0/16"
}

resource "aws_subnet" "recorded" {
  vpc_id     = aws_vpc.companion_subnet.id
  cidr_block = "10.1.1.0/24"
}

resource "aws_flow_log" "companion_subnet" {
  subnet_id            = aws_subnet.recorded.id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = aws_s3_bucket.logs.arn
}

# A module for several VPCs, which records only when asked to.
module "each" {
  source   = "../../modules/vpc"
  for_each = { dev = "10.2.0.0/16", prod = "10.3.0.0/16" }

  name = "bad-flow-${each.key}"
  cidr = each.value
}

# What is recorded is known only after apply, so no plan can tell.
resource "terraform_data" "chosen" {
  input = "ACCEPT"
}

resource "aws_vpc" "unknown" {
  cidr_block = "10.4.0.0/16"
}

resource "aws_flow_log" "unknown" {
  vpc_id               = aws_vpc.unknown.id
  traffic_type         = terraform_data.chosen.output
  log_destination_type = "s3"
  log_destination      = aws_s3_bucket.logs.arn
}

# The only flow log, in deleted.tf, goes.
resource "aws_vpc" "deleted" {
  cidr_block = "10.5.0.0/16"
}
