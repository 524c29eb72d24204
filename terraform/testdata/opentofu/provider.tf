terraform {
  required_providers { aws = { source = "registry.terraform.io/hashicorp/aws", version = "5.100.0" } }
}
provider "aws" {
  region = "eu-central-1"
  access_key = "FAKEACCESSKEYNOTREAL"
  secret_key = "fake-secret-not-real"
  skip_credentials_validation = true
  skip_requesting_account_id = true
  skip_metadata_api_check = true
}
