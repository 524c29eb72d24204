terraform {
  required_providers { aws = { source = "hashicorp/aws", version = "5.100.0" } }
}
locals {
  role = "arn:aws:iam::111122223333:role/Deployer"
}
variable "staging_role" { default = "arn:aws:iam::444455556666:role/Deployer" }
variable "region" { default = "eu-west-1" }
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "FAKEACCESSKEYNOTREAL"
  secret_key                  = "fake-secret-not-real"
  allowed_account_ids         = ["123456789012"]
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  s3_use_path_style           = true
  endpoints {
    s3        = "http://127.0.0.1:5577"
    s3control = "http://127.0.0.1:5577"
    sts       = "http://127.0.0.1:5577"
  }
}
provider "aws" {
  alias                       = "west"
  region                      = var.region
  access_key                  = "FAKEACCESSKEYNOTREAL"
  secret_key                  = "fake-secret-not-real"
  allowed_account_ids         = ["123456789012"]
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  s3_use_path_style           = true
  endpoints {
    s3        = "http://127.0.0.1:5577"
    s3control = "http://127.0.0.1:5577"
    sts       = "http://127.0.0.1:5577"
  }
}
# Which account this role is in stands in a local value, which is not in the plan.
provider "aws" {
  alias                       = "prod"
  region                      = "eu-central-1"
  access_key                  = "FAKEACCESSKEYNOTREAL"
  secret_key                  = "fake-secret-not-real"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  s3_use_path_style           = true
  assume_role { role_arn = local.role }
  endpoints {
    s3        = "http://127.0.0.1:5577"
    s3control = "http://127.0.0.1:5577"
    sts       = "http://127.0.0.1:5577"
  }
}
provider "aws" {
  alias                       = "staging"
  region                      = "us-east-1"
  access_key                  = "FAKEACCESSKEYNOTREAL"
  secret_key                  = "fake-secret-not-real"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  s3_use_path_style           = true
  assume_role { role_arn = var.staging_role }
  endpoints {
    s3        = "http://127.0.0.1:5577"
    s3control = "http://127.0.0.1:5577"
    sts       = "http://127.0.0.1:5577"
  }
}
