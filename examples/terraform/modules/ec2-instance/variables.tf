variable "create" {
  type    = bool
  default = true
}

variable "name" {
  type    = string
  default = ""
}

variable "ami" {
  type    = string
  default = null
}

variable "instance_type" {
  type    = string
  default = "t3.micro"
}

variable "subnet_id" {
  type    = string
  default = null
}

variable "metadata_options" {
  description = "Empty: as the account and the image have it"
  type        = map(string)
  default = {
    http_endpoint               = "enabled"
    http_put_response_hop_limit = 1
    http_tokens                 = "required"
  }
}

variable "create_iam_instance_profile" {
  type    = bool
  default = false
}

variable "iam_instance_profile" {
  description = "Name of a profile that is there already"
  type        = string
  default     = null
}

variable "iam_role_policies" {
  description = "ARNs by any name"
  type        = map(string)
  default     = {}
}

variable "tags" {
  type    = map(string)
  default = {}
}
