terraform {
 required_providers { aws = { source = "hashicorp/aws" } }
}
variable "name" {}
variable "acl" {}
variable "versioned" {}
resource "aws_s3_bucket" "this" {
  bucket = var.name
  acl = var.acl
}
resource "aws_s3_bucket" "logs" {
  count = 1
  bucket = "${var.name}-logs"
}
resource "aws_s3_bucket_acl" "logs" {
  bucket = try(aws_s3_bucket.logs[0].id, "")
  acl = "log-delivery-write"
}
module "inner" {
  source = "./inner"
  bucket_id = aws_s3_bucket.this.id
  status = var.versioned ? "Enabled" : "Suspended"
}
output "id" { value = aws_s3_bucket.this.id }
output "arn" { value = module.inner.arn }
