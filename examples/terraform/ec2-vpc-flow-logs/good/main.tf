resource "aws_s3_bucket" "logs" {
  bucket = "good-flow-logs"
}

resource "aws_s3_bucket" "rejected" {
  bucket = "good-flow-logs-rejected"
}

# All traffic, or at least what was rejected, of the whole VPC.
resource "aws_vpc" "companion" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_flow_log" "companion" {
  vpc_id               = aws_vpc.companion.id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = aws_s3_bucket.logs.arn
}

# A module for several VPCs.
module "each" {
  source   = "../../modules/vpc"
  for_each = { dev = "10.1.0.0/16", prod = "10.2.0.0/16" }

  name                      = "good-flow-${each.key}"
  cidr                      = each.value
  enable_flow_log           = true
  flow_log_traffic_type     = "REJECT"
  flow_log_destination_type = "s3"
  flow_log_destination_arn  = aws_s3_bucket.logs.arn
}

# What is recorded is known only after apply, so no plan can tell.
resource "terraform_data" "chosen" {
  input = "ALL"
}

resource "aws_vpc" "unknown" {
  cidr_block = "10.3.0.0/16"
}

resource "aws_flow_log" "unknown" {
  vpc_id               = aws_vpc.unknown.id
  traffic_type         = terraform_data.chosen.output
  log_destination_type = "s3"
  log_destination      = aws_s3_bucket.logs.arn
}

# One of two flow logs, in deleted.tf, goes; the other one stays.
resource "aws_vpc" "deleted" {
  cidr_block = "10.4.0.0/16"
}

resource "aws_flow_log" "deleted_other" {
  vpc_id               = aws_vpc.deleted.id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = aws_s3_bucket.logs.arn
}
