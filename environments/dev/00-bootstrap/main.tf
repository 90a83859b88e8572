# Written by deployer. Edit freely: generating again keeps every edit.

module "state_backend" {
  source = "../../../modules/state_backend"

  project     = "huggingface"
  environment = "dev"
}

module "iam" {
  source = "../../../modules/iam"

  project     = "huggingface"
  environment = "dev"

  manage_api_gateway_account = true
}
