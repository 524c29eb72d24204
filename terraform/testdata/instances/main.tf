provider "aws" {
  region = "eu-central-1"
}

# Nothing is said: what AWS does, unless image or account say otherwise.
resource "aws_instance" "plain" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
}

resource "aws_instance" "own_options" {
  ami                  = "ami-0123456789abcdef0"
  instance_type        = "t3.micro"
  iam_instance_profile = aws_iam_instance_profile.new.name

  metadata_options {
    http_endpoint = "disabled"
  }
}

resource "aws_iam_instance_profile" "new" {
  name_prefix = "web-"
}

resource "aws_launch_template" "hardened" {
  name_prefix   = "hardened-"
  image_id      = "ami-0123456789abcdef0"
  instance_type = "t3.small"

  iam_instance_profile {
    name = "hardened"
  }

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_instance" "from_template" {
  launch_template {
    id = aws_launch_template.hardened.id
  }
}

# Its own word counts before the template's.
resource "aws_instance" "against_template" {
  launch_template {
    id = aws_launch_template.hardened.id
  }

  metadata_options {
    http_tokens = "optional"
  }
}

# A template that somebody else made may say anything.
resource "aws_instance" "from_elsewhere" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  launch_template {
    id = "lt-0123456789abcdef0"
  }
}

# In Ireland the account requires IMDSv2.
provider "aws" {
  alias  = "ireland"
  region = "eu-west-1"
}

resource "aws_ec2_instance_metadata_defaults" "ireland" {
  provider    = aws.ireland
  http_tokens = "required"
}

resource "aws_instance" "in_ireland" {
  provider      = aws.ireland
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
}

resource "aws_ebs_encryption_by_default" "here" {
}

resource "aws_ebs_snapshot_block_public_access" "here" {
  state = "block-new-sharing"
}
