# Written by deployer. Edit freely: generating again keeps every edit.

# Filled from the outputs of earlier stacks: deployer writes them to inputs.auto.tfvars.json.

variable "vpc_id" {
  description = "VPC of the load balancer. Output `vpc_id` of 10-network."
  type        = string
  nullable    = false
}

variable "origin_secret_arn" {
  description = "Secret with the header that CloudFront sends. Output `origin_secret_arn` of 20-registry."
  type        = string
  nullable    = false
}

variable "model_bucket_arn" {
  description = "Bucket of the staged weights. Output `model_bucket_arn` of 20-registry."
  type        = string
  nullable    = false
}

variable "model_bucket_key_arn" {
  description = "Key of that bucket. Output `model_bucket_key_arn` of 20-registry."
  type        = string
  nullable    = false
}

variable "cluster_name" {
  description = "Cluster of the workload. Output `cluster_name` of 30-cluster."
  type        = string
  nullable    = false
}

variable "node_security_group_id" {
  description = "Security group of the nodes. Output `node_security_group_id` of 30-cluster."
  type        = string
  nullable    = false
}

variable "cluster_endpoint" {
  description = "URL of the cluster's API. Output `cluster_endpoint` of 30-cluster."
  type        = string
  nullable    = false
}

variable "cluster_certificate_authority" {
  description = "Its certificate authority, base64-encoded. Output `cluster_certificate_authority` of 30-cluster."
  type        = string
  nullable    = false
}

variable "intra_subnet_ids" {
  description = "Subnets of the load balancer. Output `intra_subnet_ids` of 10-network."
  type        = list(string)
  nullable    = false
}
