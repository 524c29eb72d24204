# Replaced: the versioning goes with it, and the block is left out of the configuration.
resource "aws_s3_bucket" "replaced" { bucket = "lifecycle-replaced-new" }
resource "aws_s3_bucket_versioning" "replaced" {
  bucket = aws_s3_bucket.replaced.id
  versioning_configuration { status = "Enabled" }
}
# Replaced, the new one first; its versioning is left out.
resource "aws_s3_bucket" "ahead" {
  bucket = "lifecycle-ahead-new"
  lifecycle { create_before_destroy = true }
}
resource "aws_s3_bucket" "tainted" { bucket = "lifecycle-tainted" }
resource "aws_s3_bucket_versioning" "tainted" {
  bucket = aws_s3_bucket.tainted.id
  versioning_configuration { status = "Enabled" }
}
# destroyed: no longer in the configuration.
removed {
  from = aws_s3_bucket.dropped
  lifecycle { destroy = true }
}
removed {
  from = aws_s3_bucket.let_go
  lifecycle { destroy = false }
}
resource "aws_s3_bucket" "unguarded" { bucket = "lifecycle-unguarded" }
removed {
  from = aws_s3_bucket_versioning.unguarded
  lifecycle { destroy = true }
}
module "moved" { source = "./module" }
moved {
  from = aws_s3_bucket.into
  to   = module.moved.aws_s3_bucket.this
}
moved {
  from = aws_s3_bucket_versioning.into
  to   = module.moved.aws_s3_bucket_versioning.this
}
resource "aws_s3_bucket" "counted" {
  for_each = toset(["first"])
  bucket   = "lifecycle-counted-0"
  tags     = { touched = "yes" }
}
moved {
  from = aws_s3_bucket.counted[0]
  to   = aws_s3_bucket.counted["first"]
}
# Versioning is taken from one bucket and given to another.
resource "aws_s3_bucket" "mine" { bucket = "lifecycle-mine" }
resource "aws_s3_bucket" "yours" { bucket = "lifecycle-yours" }
resource "aws_s3_bucket_versioning" "swapped" {
  bucket = aws_s3_bucket.yours.id
  versioning_configuration { status = "Enabled" }
}
import {
  to = aws_s3_bucket.imported
  id = "lifecycle-imported"
}
resource "aws_s3_bucket" "imported" { bucket = "lifecycle-imported" }
resource "aws_s3_bucket_versioning" "imported" {
  bucket = aws_s3_bucket.imported.id
  versioning_configuration { status = "Enabled" }
}
