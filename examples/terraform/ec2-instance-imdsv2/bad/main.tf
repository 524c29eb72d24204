# Inline.
resource "aws_instance" "inline" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "optional"
  }
}

# In a launch template.
resource "aws_launch_template" "companion" {
  name = "bad-imds"

  metadata_options {
    http_tokens = "optional"
  }
}

resource "aws_instance" "companion" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  launch_template {
    id = aws_launch_template.companion.id
  }
}

# A module for several instances, told to leave it to the account, which requires nothing.
module "each" {
  source   = "../../modules/ec2-instance"
  for_each = toset(["jobs", "web"])

  name             = "bad-imds-${each.key}"
  ami              = "ami-0123456789abcdef0"
  metadata_options = {}
}

# Which image it is made from is known only after apply. Whatever it is, the instance says optional.
resource "terraform_data" "image" {
  input = "ami-0123456789abcdef0"
}

resource "aws_instance" "unknown" {
  ami           = terraform_data.image.output
  instance_type = "t3.micro"

  metadata_options {
    http_tokens = "optional"
  }
}
