# Written by deployer. Edit freely: generating again keeps every edit.

module "eks" {
  source = "../../../modules/eks"

  project     = "huggingface"
  environment = "dev"

  kubernetes_version     = "1.35"
  compute_mode           = "managed"
  admin_principals       = ["arn:aws:iam::111122223333:role/platform-admin"]
  endpoint_public_access = false
  deletion_protection    = false
  log_retention_days     = 14

  cluster_subnet_ids   = var.intra_subnet_ids
  node_subnet_ids      = var.private_subnet_ids
  private_access_cidrs = [var.vpc_cidr]
  vpc_id               = var.vpc_id

  system_instance_types = ["t3.large"]
  system_node_count = {
    min = 2
    max = 4
  }
  gpu_groups = {
    g4dn-xlarge-spot = {
      accelerator    = "nvidia"
      instance_types = ["g4dn.xlarge", "g4dn.2xlarge", "g4dn.4xlarge", "g4dn.8xlarge"]
      capacity       = "SPOT"
      min            = 0
      max            = 2
      disk_gib       = 100
    }
  }
}
