# Written by deployer. Edit freely: generating again keeps every edit.

output "api_domain" {
  description = "Name that requests are signed for, where callers sign them."
  value       = module.api_gateway.rest_invoke_domain
}

output "api_id" {
  description = "ID of the API."
  value       = module.api_gateway.rest_api_id
}

output "api_stage" {
  description = "Stage of the API."
  value       = module.api_gateway.rest_stage_name
}

output "api_log_group_name" {
  description = "Access log of the API."
  value       = module.api_gateway.access_log_group_name
}

output "api_name" {
  description = "Name of the API, its dimension in CloudWatch."
  value       = module.api_gateway.rest_api_name
}

output "edge_web_acl_name" {
  description = "Web ACL of the distribution."
  value       = module.waf_edge.acl_name
}

output "origin_web_acl_name" {
  description = "Web ACL of the origin."
  value       = module.waf_origin.acl_name
}

output "distribution_id" {
  description = "ID of the distribution."
  value       = module.cloudfront.id
}

output "url" {
  description = "Address of the endpoint."
  value       = module.cloudfront.url
}

output "certificate_arn" {
  description = "Certificate of the domain."
  value       = module.cloudfront.certificate_arn
}
