variable "name" {
  sensitive = true
  default   = "canary-bucket-name"
}
variable "statement" {
  sensitive = true
  default   = "canary-principal"
}
resource "aws_s3_bucket" "named" { bucket = var.name }
resource "aws_iam_user" "robot" { name = "secrets-robot" }
resource "aws_iam_access_key" "robot" { user = aws_iam_user.robot.name }
