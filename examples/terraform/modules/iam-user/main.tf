variable "create_user" {
  type    = bool
  default = true
}

variable "name" {
  type = string
}

variable "path" {
  type    = string
  default = "/"
}

variable "force_destroy" {
  type    = bool
  default = false
}

variable "create_iam_access_key" {
  type    = bool
  default = true
}

variable "iam_access_key_status" {
  type    = string
  default = null
}

variable "policy_arns" {
  description = "Attached to the user itself; better give them to a group"
  type        = list(string)
  default     = []
}

variable "groups" {
  type    = list(string)
  default = []
}

resource "aws_iam_user" "this" {
  count = var.create_user ? 1 : 0

  name          = var.name
  path          = var.path
  force_destroy = var.force_destroy
}

resource "aws_iam_access_key" "this" {
  count = var.create_user && var.create_iam_access_key ? 1 : 0

  user   = aws_iam_user.this[0].name
  status = var.iam_access_key_status
}

resource "aws_iam_user_policy_attachment" "this" {
  for_each = { for k, v in var.policy_arns : k => v if var.create_user }

  user       = aws_iam_user.this[0].name
  policy_arn = each.value
}

resource "aws_iam_user_group_membership" "this" {
  count = var.create_user && length(var.groups) > 0 ? 1 : 0

  user   = aws_iam_user.this[0].name
  groups = var.groups
}

output "iam_user_name" {
  value = try(aws_iam_user.this[0].name, "")
}
