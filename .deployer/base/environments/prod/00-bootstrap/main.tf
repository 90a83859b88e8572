# Written by deployer. Edit freely: generating again keeps every edit.

module "state_backend" {
  source = "../../../modules/state_backend"

  project     = "huggingface"
  environment = "prod"
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

module "iam" {
  source = "../../../modules/iam"

  project     = "huggingface"
  environment = "prod"

  manage_api_gateway_account  = true
  github_subjects             = ["repo:example/models:environment:prod"]
  github_environment_only     = true
  create_github_oidc_provider = true
  deploy_policies = {
    for part in ["part-1", "part-2", "part-3", "part-4", "part-5", "part-6", "part-7", "part-8"] :
    part => templatefile("${path.module}/deploy-policies/${part}.json.tftpl", {
      account   = data.aws_caller_identity.current.account_id
      partition = data.aws_partition.current.partition
    })
  }
  permissions_boundary_arn = "arn:aws:iam::444455556666:policy/deployment-boundary"
}
