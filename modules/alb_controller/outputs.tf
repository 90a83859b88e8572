# Written by deployer. Edit freely: generating again keeps every edit.

output "alb_arn" {
  description = "ARN of the load balancer: target of a REST API's integration, a VPC origin and a web ACL."
  value       = aws_lb.main.arn
}

output "alb_arn_suffix" {
  description = "The load balancer as a CloudWatch dimension (LoadBalancer)."
  value       = aws_lb.main.arn_suffix
}

output "alb_dns_name" {
  description = "DNS name of the load balancer, which resolves to addresses in the VPC."
  value       = aws_lb.main.dns_name
}

output "alb_security_group_id" {
  description = "ID of the load balancer's security group, where the edge adds its ingress rule."
  value       = aws_security_group.alb.id
}

output "listener_arn" {
  description = "ARN of the listener: integration target of an HTTP API."
  value       = aws_lb_listener.main.arn
}

output "listener_port" {
  description = "Port of the listener: 443 with a certificate, 80 without."
  value       = local.listener_port
}

output "target_group_arns" {
  description = "ARNs of the target groups by model, for the TargetGroupBindings."
  value       = { for name, group in aws_lb_target_group.model : name => group.arn }
}

output "target_group_arn_suffixes" {
  description = "The target groups by model as CloudWatch dimensions (TargetGroup)."
  value       = { for name, group in aws_lb_target_group.model : name => group.arn_suffix }
}

output "origin_domain" {
  description = "Domain name of the load balancer's certificate; null without one."
  value       = local.origin_domain
}

output "certificate_arn" {
  description = "ARN of the load balancer's certificate, for the expiry alarm; null without one."
  value       = one(aws_acm_certificate.alb[*].arn)
}

output "access_log_bucket" {
  description = "Name of the bucket with the access logs; null without them."
  value       = one(aws_s3_bucket.access_logs[*].bucket)
}
