variable "create_bucket" {
  description = "Whether to create anything"
  type        = bool
  default     = true
}

variable "bucket" {
  description = "Name of the bucket; where null, AWS makes one up"
  type        = string
  default     = null
}

variable "bucket_prefix" {
  description = "What a made-up name begins with"
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Whether destroying the bucket deletes what is in it"
  type        = bool
  default     = false
}

variable "acl" {
  description = "A canned ACL; needs object_ownership other than BucketOwnerEnforced"
  type        = string
  default     = null
}

variable "control_object_ownership" {
  description = "Whether to manage object ownership"
  type        = bool
  default     = false
}

variable "object_ownership" {
  description = "BucketOwnerEnforced, BucketOwnerPreferred or ObjectWriter"
  type        = string
  default     = "BucketOwnerEnforced"
}

variable "attach_policy" {
  description = "Whether to attach the policy in `policy`"
  type        = bool
  default     = false
}

variable "policy" {
  description = "A bucket policy, as JSON"
  type        = string
  default     = null
}

variable "attach_deny_insecure_transport_policy" {
  description = "Whether to refuse requests without TLS"
  type        = bool
  default     = false
}

variable "attach_public_access_block" {
  description = "Whether to manage the public access block"
  type        = bool
  default     = true
}

variable "block_public_acls" {
  type    = bool
  default = true
}

variable "block_public_policy" {
  type    = bool
  default = true
}

variable "ignore_public_acls" {
  type    = bool
  default = true
}

variable "restrict_public_buckets" {
  type    = bool
  default = true
}

variable "versioning" {
  description = "`enabled` or `status`, `mfa_delete` and `mfa`; empty: not managed"
  type        = map(string)
  default     = {}
}

variable "server_side_encryption_configuration" {
  description = "As the resource of that name has it; empty: not managed"
  type        = any
  default     = {}
}

variable "tags" {
  type    = map(string)
  default = {}
}
