# Written by deployer. Edit freely: generating again keeps every edit.

module "ecr" {
  source = "../../../modules/ecr"

  project     = "huggingface"
  environment = "dev"

  repositories             = ["inference"]
  keep_tagged              = 30
  scan_type                = "BASIC"
  manage_registry_scanning = true
  force_delete             = true
}

module "model_store" {
  source = "../../../modules/model_store"

  project     = "huggingface"
  environment = "dev"

  force_destroy = true
}

module "secrets" {
  source = "../../../modules/secrets"

  project     = "huggingface"
  environment = "dev"

  recovery_window_days = 0
}
