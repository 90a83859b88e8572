# Stands in for a part of this module that no environment here uses.
locals {
  auto_cluster_policies = toset([])
}
