data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

# Inline, in the role itself: actions and resources by name.
resource "aws_iam_role" "inline" {
  name               = "good-admin-inline"
  assume_role_policy = data.aws_iam_policy_document.assume.json

  inline_policy {
    name = "read-reports"
    policy = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "arn:aws:s3:::reports/*"
      }]
    })
  }
}

# A policy as a resource of its own, attached to a role.
resource "aws_iam_role" "attached" {
  name               = "good-admin-attached"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy_document" "companion" {
  statement {
    actions   = ["s3:*"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "companion" {
  name   = "good-admin-companion"
  policy = data.aws_iam_policy_document.companion.json
}

resource "aws_iam_role_policy_attachment" "attached" {
  role       = aws_iam_role.attached.name
  policy_arn = aws_iam_policy.companion.arn
}

resource "aws_iam_role_policy" "companion_inline" {
  name = "good-admin-companion"
  role = aws_iam_role.attached.id

  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        { "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*" }
      ]
    }
  EOT
}

# A module for several policies.
module "each" {
  source = "../../modules/iam-policy"
  for_each = {
    read  = ["s3:GetObject"]
    write = ["s3:PutObject"]
  }

  name = "good-admin-${each.key}"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = each.value, Resource = "arn:aws:s3:::reports/*" }]
  })
}

resource "aws_iam_role_policy_attachment" "each" {
  for_each = module.each

  role       = aws_iam_role.attached.name
  policy_arn = each.value.arn
}

# On what is known only after apply; that it is not everything is known now, by the actions.
resource "aws_sqs_queue" "jobs" {
  name = "good-admin-jobs"
}

data "aws_iam_policy_document" "unknown" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.jobs.arn]
  }
}

resource "aws_iam_role_policy" "unknown" {
  name   = "good-admin-unknown"
  role   = aws_iam_role.attached.id
  policy = data.aws_iam_policy_document.unknown.json
}

# Nobody has this policy once the attachment in deleted.tf is gone: it allows nothing to anybody.
resource "aws_iam_policy" "deleted" {
  name = "good-admin-deleted"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }]
  })
}
