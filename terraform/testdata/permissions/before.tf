provider "aws" {
  region = "eu-central-1"
}

resource "aws_iam_user" "old" {
  name = "old"
}

resource "aws_iam_user_policy_attachment" "gone" {
  user       = aws_iam_user.old.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_access_key" "old" {
  user = aws_iam_user.old.name
}

resource "aws_iam_access_key" "gone" {
  user = aws_iam_user.old.name
}

resource "aws_iam_role" "old" {
  name               = "old"
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

resource "aws_iam_role_policy_attachment" "detached" {
  role       = aws_iam_role.old.name
  policy_arn = aws_iam_policy.old.arn
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
