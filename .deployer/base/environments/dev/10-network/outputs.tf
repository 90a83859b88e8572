# Written by deployer. Edit freely: generating again keeps every edit.

output "vpc_id" {
  description = "ID of the VPC."
  value       = module.vpc.vpc_id
}

output "vpc_cidr" {
  description = "Address range of the VPC."
  value       = module.vpc.cidr
}

output "private_subnet_ids" {
  description = "Subnets of the nodes and pods."
  value       = module.vpc.private_subnet_ids
}

output "private_subnet_ids_by_az" {
  description = "Subnets of the nodes and pods, by availability zone id."
  value       = module.vpc.private_subnet_ids_by_az
}

output "intra_subnet_ids" {
  description = "Subnets of load balancer, VPC link and control plane."
  value       = module.vpc.intra_subnet_ids
}

output "nat_gateway_ids" {
  description = "NAT gateways, for alarms."
  value       = module.vpc.nat_gateway_ids
}
