# Written by deployer. Edit freely: generating again keeps every edit.

module "vpc" {
  source = "../../../modules/vpc"

  project     = "huggingface"
  environment = "prod"

  cidr                     = "10.40.0.0/16"
  az_ids                   = ["use1-az1", "use1-az2", "use1-az4"]
  nat_mode                 = "per_az"
  interface_endpoints      = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "logs", "sts"]
  flow_log_retention_days  = 90
  flow_log_traffic_type    = "ALL"
  permissions_boundary_arn = "arn:aws:iam::444455556666:policy/deployment-boundary"
}
