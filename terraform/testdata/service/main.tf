module "service" {
  for_each = { old00001 = "after", new00001 = "after" }
  source   = "./service"
  name     = each.key
  note     = each.value
}
# The same without a module.
resource "aws_s3_bucket" "flat00001" { bucket = "service-flat00001" }
resource "aws_s3_bucket_versioning" "flat00001" {
  bucket = aws_s3_bucket.flat00001.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_security_group" "flat00001" {
  name = "service-flat00001"
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
