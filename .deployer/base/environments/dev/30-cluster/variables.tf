# Written by deployer. Edit freely: generating again keeps every edit.

# Filled from the outputs of earlier stacks: deployer writes them to inputs.auto.tfvars.json.

variable "intra_subnet_ids" {
  description = "Subnets of the control plane. Output `intra_subnet_ids` of 10-network."
  type        = list(string)
  nullable    = false
}

variable "private_subnet_ids" {
  description = "Subnets of the nodes. Output `private_subnet_ids` of 10-network."
  type        = list(string)
  nullable    = false
}

variable "vpc_cidr" {
  description = "Network from which the cluster's API is reached. Output `vpc_cidr` of 10-network."
  type        = string
  nullable    = false
}

variable "vpc_id" {
  description = "VPC of the nodes. Output `vpc_id` of 10-network."
  type        = string
  nullable    = false
}
