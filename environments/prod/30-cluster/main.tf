# Written by deployer. Edit freely: generating again keeps every edit.

module "eks" {
  source = "../../../modules/eks"

  project     = "huggingface"
  environment = "prod"

  kubernetes_version       = "1.35"
  compute_mode             = "managed"
  admin_principals         = ["arn:aws:iam::444455556666:role/platform-admin", var.deploy_role_arn]
  endpoint_public_access   = false
  deletion_protection      = true
  log_retention_days       = 90
  permissions_boundary_arn = "arn:aws:iam::444455556666:policy/deployment-boundary"

  cluster_subnet_ids   = var.intra_subnet_ids
  node_subnet_ids      = var.private_subnet_ids
  private_access_cidrs = [var.vpc_cidr]
  vpc_id               = var.vpc_id

  system_instance_types = ["m6i.xlarge"]
  system_node_count = {
    min = 3
    max = 6
  }
  gpu_groups = {
    g4dn-xlarge = {
      accelerator    = "nvidia"
      instance_types = ["g4dn.xlarge"]
      capacity       = "ON_DEMAND"
      min            = 2
      max            = 4
      disk_gib       = 100
    }
    g6-xlarge = {
      accelerator    = "nvidia"
      instance_types = ["g6.xlarge"]
      capacity       = "ON_DEMAND"
      min            = 2
      max            = 4
      disk_gib       = 100
    }
  }
}
