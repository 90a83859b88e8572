# What EKS Auto Mode does in the control plane's name: start instances, attach volumes, register targets, set up network interfaces. Built-in pools use the node role of the cluster, whose access entry EKS makes itself; a NodeClass with another role would need an entry of type EC2 with AmazonEKSAutoNodePolicy.
locals {
  auto_cluster_policies = var.compute_mode == "auto" ? toset([
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
  ]) : toset([])
}
