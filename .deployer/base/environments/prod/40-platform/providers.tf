# Written by deployer. Edit freely: generating again keeps every edit.

provider "aws" {
  region = "us-east-1"
  # Credentials of another account are refused.
  allowed_account_ids = ["444455556666"]

  default_tags {
    tags = {
      Project     = "huggingface"
      Environment = "prod"
      ManagedBy   = "deployer"
    }
  }
}

# A token of the caller's own AWS identity, so that no aws or kubectl binary is needed. It is valid for 15 minutes, and
# so is a saved plan of this stack, which holds it.
data "aws_eks_cluster_auth" "cluster" {
  name = var.cluster_name
}

provider "helm" {
  kubernetes = {
    host                   = var.cluster_endpoint
    cluster_ca_certificate = base64decode(var.cluster_certificate_authority)
    token                  = data.aws_eks_cluster_auth.cluster.token
  }
}
