# The user gets what the group may.
resource "aws_iam_user" "companion" {
  name = "good-direct-companion"
}

resource "aws_iam_group" "readers" {
  name = "good-direct-readers"
}

resource "aws_iam_group_policy_attachment" "readers" {
  group      = aws_iam_group.readers.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_user_group_membership" "companion" {
  user   = aws_iam_user.companion.name
  groups = [aws_iam_group.readers.name]
}

# A module for several users.
module "each" {
  source   = "../../modules/iam-user"
  for_each = toset(["anna", "bert"])

  name                  = "good-direct-${each.key}"
  create_iam_access_key = false
  groups                = [aws_iam_group.readers.name]
}

# What the user is called is known only after apply. That nothing is attached to it is known now.
resource "terraform_data" "name" {
  input = "good-direct-unknown"
}

resource "aws_iam_user" "unknown" {
  name = terraform_data.name.output
}

resource "aws_iam_user_group_membership" "unknown" {
  user   = aws_iam_user.unknown.name
  groups = [aws_iam_group.readers.name]
}

# What deleted.tf attached to this user goes.
resource "aws_iam_user" "deleted" {
  name = "good-direct-deleted"
}
