provider "aws" {
  region = "eu-central-1"
}

resource "aws_iam_user" "old" {
  name = "old"
}

resource "aws_iam_access_key" "old" {
  user = aws_iam_user.old.name
}

# What stands beside it is judged there, though the refreshed role shows it too.
resource "aws_iam_role" "old" {
  name               = "old"
  description        = "changed"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "old" {
  name   = "beside"
  role   = aws_iam_role.old.name
  policy = data.aws_iam_policy_document.everything.json
}

resource "aws_iam_role_policy_attachment" "old" {
  role       = aws_iam_role.old.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}

resource "aws_iam_policy" "old" {
  name   = "old"
  policy = data.aws_iam_policy_document.everything.json
}

data "aws_iam_policy_document" "everything" {
  statement {
    actions   = ["*"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

# New users.
resource "aws_iam_user" "empty" {
  name = "empty"
}

resource "aws_iam_user" "full" {
  name = "full"
}

resource "aws_iam_user_policy" "full" {
  name   = "inline"
  user   = aws_iam_user.full.name
  policy = data.aws_iam_policy_document.everything.json
}

resource "aws_iam_user_policy_attachment" "full" {
  user       = aws_iam_user.full.name
  policy_arn = aws_iam_policy.shared.arn
}

resource "aws_iam_access_key" "full" {
  count = 2

  user   = aws_iam_user.full.name
  status = count.index == 0 ? "Inactive" : "Active"
}

resource "aws_iam_user" "exclusive" {
  name = "exclusive"
}

resource "aws_iam_user_policy_attachments_exclusive" "exclusive" {
  user_name   = aws_iam_user.exclusive.name
  policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
}

# Policies that nobody, one, and several have.
resource "aws_iam_policy" "unused" {
  name   = "unused"
  policy = data.aws_iam_policy_document.everything.json
}

resource "aws_iam_policy" "shared" {
  name   = "shared"
  policy = data.aws_iam_policy_document.everything.json
}

resource "aws_iam_group" "admins" {
  name = "admins"
}

resource "aws_iam_policy_attachment" "shared" {
  name       = "shared"
  groups     = [aws_iam_group.admins.name]
  users      = [aws_iam_user.empty.name]
  policy_arn = aws_iam_policy.shared.arn
}

# AdministratorAccess in every way of giving it.
resource "aws_iam_group_policy_attachment" "admins" {
  group      = aws_iam_group.admins.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}

resource "aws_iam_policy_attachment" "admins" {
  name       = "admins"
  groups     = [aws_iam_group.admins.name]
  roles      = [aws_iam_role.inside.name]
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}

resource "aws_iam_role_policy_attachments_exclusive" "inside" {
  role_name   = aws_iam_role.inside.name
  policy_arns = ["arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"]
}

resource "aws_iam_role" "inside" {
  name                = "inside"
  assume_role_policy  = data.aws_iam_policy_document.trust.json
  managed_policy_arns = ["arn:aws:iam::aws:policy/AdministratorAccess"]

  inline_policy {
    name   = "everything"
    policy = data.aws_iam_policy_document.everything.json
  }
}

resource "aws_iam_role_policy_attachment" "reader" {
  role       = aws_iam_role.inside.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

# Which policy it is, nobody knows yet: it may be that one.
resource "terraform_data" "chosen" {
  input = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_role_policy_attachment" "chosen" {
  role       = aws_iam_role.inside.name
  policy_arn = terraform_data.chosen.output
}

resource "aws_iam_account_password_policy" "this" {
  minimum_password_length = 14
}
