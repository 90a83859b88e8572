# Written by deployer. Edit freely: generating again keeps every edit.

output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "IPv4 range of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "public_subnet_ids" {
  description = "Ids of the public subnets, in the order of az_ids."
  value       = [for az_id in var.az_ids : aws_subnet.public[az_id].id]
}

output "private_subnet_ids" {
  description = "Ids of the private subnets, for nodes and pods, in the order of az_ids."
  value       = [for az_id in var.az_ids : aws_subnet.private[az_id].id]
}

output "private_subnet_ids_by_az" {
  description = "Ids of the private subnets by Availability Zone id, for capacity that exists in one zone only."
  value       = { for az_id, subnet in aws_subnet.private : az_id => subnet.id }
}

output "intra_subnet_ids" {
  description = "Ids of the intra subnets, for load balancer, VPC link and control plane interfaces, in the order of az_ids."
  value       = [for az_id in var.az_ids : aws_subnet.intra[az_id].id]
}

output "route_table_ids" {
  description = "Ids of the route tables by tier: public, private (one per zone, in the order of az_ids) and intra."
  value = {
    public  = [aws_route_table.public.id]
    private = [for az_id in var.az_ids : aws_route_table.private[az_id].id]
    intra   = [aws_route_table.intra.id]
  }
}

output "nat_public_ips" {
  description = "Public addresses that traffic from the private subnets comes from. Those of a regional gateway change as it grows."
  value = concat(
    [for az_id in local.nat_az_ids : aws_eip.nat[az_id].public_ip],
    flatten([for gateway in aws_nat_gateway.regional : gateway.regional_nat_gateway_address[*].public_ip])
  )
}

output "nat_gateway_ids" {
  description = "Ids of the NAT gateways, for their alarms."
  value       = concat([for az_id in local.nat_az_ids : aws_nat_gateway.zonal[az_id].id], aws_nat_gateway.regional[*].id)
}

output "endpoint_security_group_id" {
  description = "Security group of the interface endpoints, or null without any."
  value       = one(aws_security_group.endpoints[*].id)
}
