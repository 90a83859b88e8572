# Written by deployer. Edit freely: generating again keeps every edit.

# Filled from the outputs of earlier stacks: deployer writes them to inputs.auto.tfvars.json.

variable "cluster_name" {
  description = "Cluster whose nodes and pods are watched. Output `cluster_name` of 30-cluster."
  type        = string
  nullable    = false
}

variable "application_log_group_name" {
  description = "Log group of the containers. Output `application_log_group_name` of 30-cluster."
  type        = string
  nullable    = false
}

variable "alb_arn_suffix" {
  description = "Dimension of the load balancer. Output `alb_arn_suffix` of 40-platform."
  type        = string
  nullable    = false
}

variable "target_group_arn_suffixes" {
  description = "Dimensions of the target groups, by model. Output `target_group_arn_suffixes` of 40-platform."
  type        = map(string)
  nullable    = false
}

variable "distribution_id" {
  description = "Distribution. Output `distribution_id` of 60-edge."
  type        = string
  nullable    = false
}

variable "edge_web_acl_name" {
  description = "Web ACL of the distribution. Output `edge_web_acl_name` of 60-edge."
  type        = string
  nullable    = false
}

variable "origin_web_acl_name" {
  description = "Web ACL of the origin. Output `origin_web_acl_name` of 60-edge."
  type        = string
  nullable    = false
}

variable "api_name" {
  description = "API, as its metrics name it. Output `api_name` of 60-edge."
  type        = string
  nullable    = false
}

variable "api_stage" {
  description = "Stage of the API. Output `api_stage` of 60-edge."
  type        = string
  nullable    = false
}

variable "api_log_group_name" {
  description = "Access log of the API. Output `api_log_group_name` of 60-edge."
  type        = string
  nullable    = false
}

variable "nat_gateway_ids" {
  description = "NAT gateways. Output `nat_gateway_ids` of 10-network."
  type        = list(string)
  nullable    = false
}
