# Written by deployer. Edit freely: generating again keeps every edit.

provider "aws" {
  region = "us-east-1"
  # Credentials of another account are refused.
  allowed_account_ids = ["111122223333"]

  default_tags {
    tags = {
      Project     = "huggingface"
      Environment = "dev"
      ManagedBy   = "deployer"
    }
  }
}
