resource "aws_iam_role" "this" {
  name = "good-instance"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_instance_profile" "this" {
  name = "good-instance"
  role = aws_iam_role.this.name
}

# Inline.
resource "aws_instance" "inline" {
  ami                  = "ami-0123456789abcdef0"
  instance_type        = "t3.micro"
  iam_instance_profile = aws_iam_instance_profile.this.name
}

# In a launch template.
resource "aws_launch_template" "companion" {
  name = "good-profile"

  iam_instance_profile {
    name = aws_iam_instance_profile.this.name
  }
}

resource "aws_instance" "companion" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  launch_template {
    id = aws_launch_template.companion.id
  }
}

# A module for several instances, each with a role of its own.
module "each" {
  source   = "../../modules/ec2-instance"
  for_each = toset(["jobs", "web"])

  name                        = "good-profile-${each.key}"
  ami                         = "ami-0123456789abcdef0"
  create_iam_instance_profile = true
  iam_role_policies           = { metrics = "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy" }
}

# The name of the profile is known only after apply. That there is one is known now.
resource "aws_iam_instance_profile" "unknown" {
  name_prefix = "good-instance-"
  role        = aws_iam_role.this.name
}

resource "aws_instance" "unknown" {
  ami                  = "ami-0123456789abcdef0"
  instance_type        = "t3.micro"
  iam_instance_profile = aws_iam_instance_profile.unknown.name
}
