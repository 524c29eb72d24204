variable "buckets" { 
  type = map(object({ acl = optional(string), versioned = optional(bool, true) }))
  default = { a = { acl = "public-read" }, "b.c[\"x\"]" = {} }
}
provider "aws" {
  alias  = "west"
  region = var.west
  access_key = "FAKEACCESSKEYNOTREAL"
  secret_key = "fake-secret-not-real"
  skip_credentials_validation = true
  skip_requesting_account_id = true
  skip_metadata_api_check = true
}
variable "west" { default = "us-west-2" }
module "b" {
  source = "./mod"
  for_each = var.buckets
  name = "fix-${replace(each.key, "/[^a-z]/", "")}"
  acl = each.value.acl
  versioned = each.value.versioned
  providers = { aws = aws.west }
}
resource "aws_s3_bucket_public_access_block" "outer" {
  for_each = module.b
  bucket = each.value.id
}
resource "aws_s3_bucket_policy" "outer" {
  for_each = var.buckets
  bucket = module.b[each.key].id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "${module.b[each.key].arn}/*" }] })
}
resource "aws_s3_bucket" "all" {
  for_each = toset(["x", "y"])
  bucket = "fix-all-${each.key}"
  acl = null
}
resource "aws_s3_bucket_versioning" "all" {
  for_each = aws_s3_bucket.all
  bucket = each.value.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket" "counted" {
  count = 2
  bucket = "fix-counted-${count.index}"
}
resource "aws_s3_bucket_acl" "counted" {
  count = 2
  bucket = aws_s3_bucket.counted[count.index].id
  acl = "private"
}
resource "aws_s3_bucket_ownership_controls" "counted" {
  bucket = aws_s3_bucket.counted[0].id
  rule { object_ownership = "ObjectWriter" }
}
locals { target = aws_s3_bucket.counted[1].id }
resource "aws_s3_bucket_ownership_controls" "loc" {
  bucket = local.target
  rule { object_ownership = "ObjectWriter" }
}
resource "aws_s3_bucket_public_access_block" "splat" {
  count = 2
  bucket = element(aws_s3_bucket.counted[*].id, count.index)
}
