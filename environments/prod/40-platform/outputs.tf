# Written by deployer. Edit freely: generating again keeps every edit.

output "origin_certificate_arn" {
  description = "Certificate of the load balancer."
  value       = module.alb_controller.certificate_arn
}

output "alb_arn" {
  description = "ARN of the load balancer."
  value       = module.alb_controller.alb_arn
}

output "alb_arn_suffix" {
  description = "Its dimension in CloudWatch."
  value       = module.alb_controller.alb_arn_suffix
}

output "alb_dns_name" {
  description = "Its name inside the VPC."
  value       = module.alb_controller.alb_dns_name
}

output "alb_security_group_id" {
  description = "Its security group."
  value       = module.alb_controller.alb_security_group_id
}

output "listener_arn" {
  description = "Its listener."
  value       = module.alb_controller.listener_arn
}

output "origin_domain" {
  description = "Name in the load balancer's certificate, or null without one."
  value       = module.alb_controller.origin_domain
}

output "target_group_arns" {
  description = "Target groups, by model."
  value       = module.alb_controller.target_group_arns
}

output "target_group_arn_suffixes" {
  description = "Their dimensions in CloudWatch, by model."
  value       = module.alb_controller.target_group_arn_suffixes
}

output "pod_role_arns" {
  description = "Roles of the pods, by name."
  value       = module.iam.role_arns
}
