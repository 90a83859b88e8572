# Written by deployer. Edit freely: generating again keeps every edit.

module "ecr" {
  source = "../../../modules/ecr"

  project     = "huggingface"
  environment = "prod"

  repositories             = ["inference"]
  keep_tagged              = 30
  scan_type                = "ENHANCED"
  manage_registry_scanning = true
  force_delete             = false
}

module "model_store" {
  source = "../../../modules/model_store"

  project     = "huggingface"
  environment = "prod"

  force_destroy = false
}

module "secrets" {
  source = "../../../modules/secrets"

  project     = "huggingface"
  environment = "prod"

  recovery_window_days = 30
}
