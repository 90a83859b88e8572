# Written by deployer. Edit freely: generating again keeps every edit.

module "vpc" {
  source = "../../../modules/vpc"

  project     = "huggingface"
  environment = "dev"

  cidr                    = "10.20.0.0/16"
  az_ids                  = ["use1-az1", "use1-az2"]
  nat_mode                = "single"
  flow_log_retention_days = 30
  flow_log_traffic_type   = "REJECT"
}
