# Resources of another stack, by name and by a data source that is read when applying.
variable "their_group" {
  default = "sg-0123456789abcdef0"
}

resource "aws_vpc" "own" { cidr_block = "10.0.0.0/16" }

data "aws_security_group" "looked_up" {
  name       = "theirs"
  depends_on = [aws_vpc.own]
}

# Opens SSH, whatever else the group holds; the one beside it decides nothing.
resource "aws_vpc_security_group_ingress_rule" "ssh" {
  security_group_id = var.their_group
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = var.their_group
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

# Half of the internet is the internet: each fails where it stands.
resource "aws_security_group_rule" "half" {
  for_each = toset(["0.0.0.0/1", "128.0.0.0/1"])

  type              = "ingress"
  security_group_id = "sg-0fedcba9876543210"
  protocol          = "tcp"
  from_port         = 3389
  to_port           = 3389
  cidr_blocks       = [each.key]
}

resource "aws_security_group_rule" "looked_up" {
  type              = "ingress"
  security_group_id = data.aws_security_group.looked_up.id
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
  ipv6_cidr_blocks  = ["::/0"]
}

resource "aws_vpc_security_group_egress_rule" "out" {
  security_group_id = "sg-00000000000000001"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_network_acl_rule" "ssh" {
  network_acl_id = "acl-0123456789abcdef0"
  rule_number    = 10
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = 22
  to_port        = 22
}

# Nobody knows what blocks public access to it.
resource "aws_s3_bucket_policy" "alone" {
  bucket = "their-bucket"
  policy = data.aws_iam_policy_document.everybody["their-bucket"].json
}

# And here the plan says that nothing does.
resource "aws_s3_bucket_policy" "published" {
  bucket = "their-site"
  policy = data.aws_iam_policy_document.everybody["their-site"].json
}

resource "aws_s3_bucket_public_access_block" "published" {
  bucket = "their-site"
}

resource "aws_s3_bucket_acl" "open" {
  bucket = "their-files"
  acl    = "public-read"
}

resource "aws_s3_bucket_versioning" "kept" {
  bucket = "their-archive"
  versioning_configuration { status = "Enabled" }
}

data "aws_iam_policy_document" "everybody" {
  for_each = toset(["their-bucket", "their-site"])

  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::${each.key}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

data "aws_iam_policy_document" "everything" {
  statement {
    actions   = ["*"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "everything" {
  name   = "everything"
  role   = "their-role"
  policy = data.aws_iam_policy_document.everything.json
}

resource "aws_iam_role_policy_attachment" "theirs" {
  role       = "their-role"
  policy_arn = "arn:aws:iam::111122223333:policy/theirs"
}

resource "aws_iam_role_policy_attachment" "of_aws" {
  role       = "their-role"
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_user_policy_attachment" "direct" {
  user       = "their-user"
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_policy_attachment" "several" {
  name       = "several"
  users      = ["their-first", "their-second"]
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_access_key" "another" { user = "their-user" }

resource "aws_iam_group_membership" "theirs" {
  name  = "theirs"
  group = "their-group"
  users = ["their-user"]
}

resource "aws_flow_log" "theirs" {
  vpc_id               = "vpc-0123456789abcdef0"
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = "arn:aws:s3:::their-logs"
}

resource "aws_ec2_managed_prefix_list_entry" "theirs" {
  prefix_list_id = "pl-0123456789abcdef0"
  cidr           = "0.0.0.0/0"
}
