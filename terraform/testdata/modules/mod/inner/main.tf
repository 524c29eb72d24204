variable "bucket_id" {}
variable "status" {}
resource "aws_s3_bucket_versioning" "v" {
  bucket = var.bucket_id
  versioning_configuration { status = var.status }
}
data "aws_s3_bucket" "b" { bucket = var.bucket_id }
output "arn" { value = data.aws_s3_bucket.b.arn }
