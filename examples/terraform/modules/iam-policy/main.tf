variable "create_policy" {
  type    = bool
  default = true
}

variable "name" {
  type    = string
  default = null
}

variable "path" {
  type    = string
  default = "/"
}

variable "policy" {
  description = "The document, as JSON"
  type        = string
  default     = ""
}

resource "aws_iam_policy" "policy" {
  count = var.create_policy ? 1 : 0

  name   = var.name
  path   = var.path
  policy = var.policy
}

output "arn" {
  value = try(aws_iam_policy.policy[0].arn, "")
}
