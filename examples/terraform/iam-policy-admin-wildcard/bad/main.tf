data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

# Inline, in the role itself: everything on everything.
resource "aws_iam_role" "inline" {
  name               = "bad-admin-inline"
  assume_role_policy = data.aws_iam_policy_document.assume.json

  inline_policy {
    name = "everything"
    policy = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }]
    })
  }
}

# A policy as a resource of its own, attached to a role.
resource "aws_iam_role" "attached" {
  name               = "bad-admin-attached"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy_document" "companion" {
  statement {
    actions   = ["*:*"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "companion" {
  name   = "bad-admin-companion"
  policy = data.aws_iam_policy_document.companion.json
}

resource "aws_iam_role_policy_attachment" "attached" {
  role       = aws_iam_role.attached.name
  policy_arn = aws_iam_policy.companion.arn
}

# AWS's own policy of that kind.
resource "aws_iam_role_policy_attachment" "companion_administrator" {
  role       = aws_iam_role.attached.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}

# A policy in one role alone.
resource "aws_iam_role_policy" "companion_inline" {
  name = "bad-admin-companion"
  role = aws_iam_role.attached.id

  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        { "Effect": "Allow", "Action": "*", "Resource": "*" }
      ]
    }
  EOT
}

# A module for several roles.
module "each" {
  source   = "../../modules/iam-role"
  for_each = toset(["build", "deploy"])

  role_name             = "bad-admin-${each.key}"
  trusted_role_services = ["codebuild.amazonaws.com"]
  attach_admin_policy   = true
}

# One statement is known only after apply; the other one is enough.
resource "aws_sqs_queue" "jobs" {
  name = "bad-admin-jobs"
}

data "aws_iam_policy_document" "unknown" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.jobs.arn]
  }

  statement {
    actions   = ["*"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "unknown" {
  name   = "bad-admin-unknown"
  role   = aws_iam_role.attached.id
  policy = data.aws_iam_policy_document.unknown.json
}
