# Nothing says which role.
resource "aws_instance" "inline" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
}

# Nor does its launch template.
resource "aws_launch_template" "companion" {
  name = "bad-profile"
}

resource "aws_instance" "companion" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  launch_template {
    id = aws_launch_template.companion.id
  }
}

# A module for several instances.
module "each" {
  source   = "../../modules/ec2-instance"
  for_each = toset(["jobs", "web"])

  name = "bad-profile-${each.key}"
  ami  = "ami-0123456789abcdef0"
}

# Which image it is made from is known only after apply. No image brings a role.
resource "terraform_data" "image" {
  input = "ami-0123456789abcdef0"
}

resource "aws_instance" "unknown" {
  ami           = terraform_data.image.output
  instance_type = "t3.micro"
}
