# A managed policy, attached to one user.
resource "aws_iam_user" "companion" {
  name = "bad-direct-companion"
}

resource "aws_iam_user_policy_attachment" "companion" {
  user       = aws_iam_user.companion.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

# A policy in the user itself.
resource "aws_iam_user" "companion_inline" {
  name = "bad-direct-companion-inline"
}

resource "aws_iam_user_policy" "companion_inline" {
  name = "read-reports"
  user = aws_iam_user.companion_inline.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::reports/*" }]
  })
}

# One attachment for several principals.
resource "aws_iam_user" "companion_list" {
  name = "bad-direct-companion-list"
}

resource "aws_iam_policy" "companion_list" {
  name = "bad-direct-companion-list"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:ListAllMyBuckets", Resource = "*" }]
  })
}

resource "aws_iam_policy_attachment" "companion_list" {
  name       = "list-buckets"
  users      = [aws_iam_user.companion_list.name]
  policy_arn = aws_iam_policy.companion_list.arn
}

# A module for several users.
module "each" {
  source   = "../../modules/iam-user"
  for_each = toset(["anna", "bert"])

  name                  = "bad-direct-${each.key}"
  create_iam_access_key = false
  policy_arns           = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
}

# Which policy it is is known only after apply. That there is one is known now.
resource "aws_iam_user" "unknown" {
  name = "bad-direct-unknown"
}

resource "aws_iam_policy" "unknown" {
  name_prefix = "bad-direct-"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:ListAllMyBuckets", Resource = "*" }]
  })
}

resource "aws_iam_user_policy_attachment" "unknown" {
  user       = aws_iam_user.unknown.name
  policy_arn = aws_iam_policy.unknown.arn
}
