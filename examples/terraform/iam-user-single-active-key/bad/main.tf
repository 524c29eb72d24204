# Two keys, both active.
resource "aws_iam_user" "companion" {
  name = "bad-keys-companion"
}

resource "aws_iam_access_key" "companion" {
  for_each = toset(["old", "new"])

  user = aws_iam_user.companion.name
}

# A module for several users, and a second key for each.
module "each" {
  source   = "../../modules/iam-user"
  for_each = toset(["backup", "deploy"])

  name = "bad-keys-${each.key}"
}

resource "aws_iam_access_key" "each" {
  for_each = module.each

  user = each.value.iam_user_name
}

# What the user is called is known only after apply. How many keys it gets is known now.
resource "terraform_data" "name" {
  input = "bad-keys-unknown"
}

resource "aws_iam_user" "unknown" {
  name = terraform_data.name.output
}

resource "aws_iam_access_key" "unknown" {
  count = 2

  user = aws_iam_user.unknown.name
}
