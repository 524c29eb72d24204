terraform {
  required_providers { aws = { source = "hashicorp/aws", version = "5.100.0" } }
}
provider "aws" {
  region = "eu-central-1"
  access_key = "FAKEACCESSKEYNOTREAL"
  secret_key = "fake-secret-not-real"
  skip_credentials_validation = true
  skip_metadata_api_check = true
  s3_use_path_style = true
  endpoints {
    s3 = "http://127.0.0.1:5577"
    s3control = "http://127.0.0.1:5577"
    ec2 = "http://127.0.0.1:5577"
    iam = "http://127.0.0.1:5577"
    sts = "http://127.0.0.1:5577"
    ram = "http://127.0.0.1:5577"
  }
}
