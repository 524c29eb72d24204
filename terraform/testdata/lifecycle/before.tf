resource "aws_s3_bucket" "replaced" { bucket = "lifecycle-replaced-old" }
resource "aws_s3_bucket_public_access_block" "replaced" {
  bucket              = aws_s3_bucket.replaced.id
  block_public_policy = true
}
resource "aws_s3_bucket_versioning" "replaced" {
  bucket = aws_s3_bucket.replaced.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket" "ahead" {
  bucket = "lifecycle-ahead-old"
  lifecycle { create_before_destroy = true }
}
resource "aws_s3_bucket_versioning" "ahead" {
  bucket = aws_s3_bucket.ahead.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket" "tainted" { bucket = "lifecycle-tainted" }
resource "aws_s3_bucket_versioning" "tainted" {
  bucket = aws_s3_bucket.tainted.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket" "destroyed" { bucket = "lifecycle-destroyed" }
resource "aws_s3_bucket" "dropped" { bucket = "lifecycle-dropped" }
resource "aws_s3_bucket" "let_go" { bucket = "lifecycle-let-go" }
resource "aws_s3_bucket" "unguarded" { bucket = "lifecycle-unguarded" }
resource "aws_s3_bucket_versioning" "unguarded" {
  bucket = aws_s3_bucket.unguarded.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket" "into" { bucket = "lifecycle-into" }
resource "aws_s3_bucket_versioning" "into" {
  bucket = aws_s3_bucket.into.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket" "counted" {
  count  = 2
  bucket = "lifecycle-counted-${count.index}"
}
resource "aws_s3_bucket" "mine" { bucket = "lifecycle-mine" }
resource "aws_s3_bucket" "yours" { bucket = "lifecycle-yours" }
resource "aws_s3_bucket_versioning" "swapped" {
  bucket = aws_s3_bucket.mine.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket" "imported" { bucket = "lifecycle-imported" }
