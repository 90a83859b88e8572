# Written by deployer. Edit freely: generating again keeps every edit.

terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.26"
    }
  }

  backend "s3" {
    # The bucket and its key exist once 00-bootstrap is applied. deployer passes them; by hand it is
    # terraform init -backend-config=../backend.hcl
    key          = "huggingface/prod/60-edge.tfstate"
    region       = "us-east-1"
    encrypt      = true
    use_lockfile = true
  }
}
