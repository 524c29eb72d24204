resource "aws_iam_access_key" "deleted" {
  user = aws_iam_user.deleted.name
}
