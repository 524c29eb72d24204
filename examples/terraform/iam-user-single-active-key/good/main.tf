# One active key; the other one is kept for the hours of a rotation, and is off.
resource "aws_iam_user" "companion" {
  name = "good-keys-companion"
}

resource "aws_iam_access_key" "companion" {
  user = aws_iam_user.companion.name
}

resource "aws_iam_access_key" "companion_old" {
  user   = aws_iam_user.companion.name
  status = "Inactive"
}

# A module for several users.
module "each" {
  source   = "../../modules/iam-user"
  for_each = toset(["backup", "deploy"])

  name = "good-keys-${each.key}"
}

# What the user is called is known only after apply. How many keys it gets is known now.
resource "terraform_data" "name" {
  input = "good-keys-unknown"
}

resource "aws_iam_user" "unknown" {
  name = terraform_data.name.output
}

resource "aws_iam_access_key" "unknown" {
  user = aws_iam_user.unknown.name
}

# The second key, in deleted.tf, goes.
resource "aws_iam_user" "deleted" {
  name = "good-keys-deleted"
}

resource "aws_iam_access_key" "deleted_other" {
  user = aws_iam_user.deleted.name
}
