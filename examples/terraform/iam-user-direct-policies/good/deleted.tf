resource "aws_iam_user_policy_attachment" "deleted" {
  user       = aws_iam_user.deleted.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
