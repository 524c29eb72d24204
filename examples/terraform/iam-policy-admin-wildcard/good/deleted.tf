resource "aws_iam_role_policy_attachment" "deleted" {
  role       = aws_iam_role.attached.name
  policy_arn = aws_iam_policy.deleted.arn
}
