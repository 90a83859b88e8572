# Written by deployer. Edit freely: generating again keeps every edit.

output "vpc_link_id" {
  description = "VPC link (version 2) between the API and the load balancer."
  value       = aws_apigatewayv2_vpc_link.alb.id
}

output "link_security_group_id" {
  description = "Security group of the VPC link's network interfaces."
  value       = aws_security_group.link.id
}

output "access_log_group_name" {
  description = "Log group of the API's JSON access log."
  value       = aws_cloudwatch_log_group.access.name
}

output "rest_api_id" {
  description = "REST API id; null in http mode."
  value       = one(aws_api_gateway_rest_api.this[*].id)
}

output "rest_api_name" {
  description = "REST API name, the ApiName dimension of its metrics; null in http mode."
  value       = one(aws_api_gateway_rest_api.this[*].name)
}

output "rest_stage_arn" {
  description = "ARN of the REST stage, to which the regional web ACL is attached; null in http mode."
  value       = one(aws_api_gateway_stage.this[*].arn)
}

output "rest_stage_name" {
  description = "Name of the REST stage; null in http mode."
  value       = one(aws_api_gateway_stage.this[*].stage_name)
}

output "rest_invoke_domain" {
  description = "Domain name of the REST API, CloudFront's origin; null in http mode."
  value       = one([for stage in aws_api_gateway_stage.this : split("/", stage.invoke_url)[2]])
}

output "rest_invoke_path" {
  description = "Path that goes before every request to the REST API (its stage), CloudFront's origin path; null in http mode."
  value       = one([for stage in aws_api_gateway_stage.this : "/${stage.stage_name}"])
}

output "api_key_ids" {
  description = "API key id of each client, with which an operator fetches the value."
  value       = { for client, key in aws_api_gateway_api_key.client : client => key.id }
}
