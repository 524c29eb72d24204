variable "create" {
  type    = bool
  default = true
}

variable "create_sg" {
  description = "Whether to create the group; without, rules go into security_group_id"
  type        = bool
  default     = true
}

variable "security_group_id" {
  type    = string
  default = null
}

variable "vpc_id" {
  type    = string
  default = null
}

variable "name" {
  type    = string
  default = null
}

variable "use_name_prefix" {
  type    = bool
  default = true
}

variable "description" {
  type    = string
  default = "Security Group managed by Terraform"
}

variable "revoke_rules_on_delete" {
  type    = bool
  default = false
}

variable "tags" {
  type    = map(string)
  default = {}
}

variable "ingress_rules" {
  description = "Names of `rules`"
  type        = list(string)
  default     = []
}

variable "ingress_cidr_blocks" {
  type    = list(string)
  default = []
}

variable "ingress_ipv6_cidr_blocks" {
  type    = list(string)
  default = []
}

variable "ingress_with_cidr_blocks" {
  type    = list(map(string))
  default = []
}

variable "ingress_with_source_security_group_id" {
  type    = list(map(string))
  default = []
}

variable "egress_rules" {
  type    = list(string)
  default = ["all-all"]
}

variable "egress_cidr_blocks" {
  type    = list(string)
  default = ["0.0.0.0/0"]
}

variable "rules" {
  description = "From port, to port, protocol and description of known services"
  type        = map(list(any))
  default = {
    all-all       = [-1, -1, "-1", "All protocols"]
    cifs-tcp      = [445, 445, "tcp", "CIFS"]
    http-80-tcp   = [80, 80, "tcp", "HTTP"]
    https-443-tcp = [443, 443, "tcp", "HTTPS"]
    postgres-tcp  = [5432, 5432, "tcp", "PostgreSQL"]
    rdp-tcp       = [3389, 3389, "tcp", "Remote Desktop"]
    ssh-tcp       = [22, 22, "tcp", "SSH"]
    _             = ["", "", "", ""]
  }
}
