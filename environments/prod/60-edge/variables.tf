# Written by deployer. Edit freely: generating again keeps every edit.

# Filled from the outputs of earlier stacks: deployer writes them to inputs.auto.tfvars.json.

variable "origin_secret_arn" {
  description = "Secret with the header that CloudFront sends. Output `origin_secret_arn` of 20-registry."
  type        = string
  nullable    = false
}

variable "vpc_id" {
  description = "VPC of the load balancer. Output `vpc_id` of 10-network."
  type        = string
  nullable    = false
}

variable "intra_subnet_ids" {
  description = "Subnets of the VPC link. Output `intra_subnet_ids` of 10-network."
  type        = list(string)
  nullable    = false
}

variable "alb_security_group_id" {
  description = "Security group of the load balancer. Output `alb_security_group_id` of 40-platform."
  type        = string
  nullable    = false
}

variable "alb_arn" {
  description = "Load balancer that the API forwards to. Output `alb_arn` of 40-platform."
  type        = string
  nullable    = false
}

variable "alb_dns_name" {
  description = "Its name inside the VPC. Output `alb_dns_name` of 40-platform."
  type        = string
  nullable    = false
}

variable "origin_domain" {
  description = "Name in the load balancer's certificate. Output `origin_domain` of 40-platform."
  type        = string
  nullable    = false
}
