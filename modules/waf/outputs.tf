# Written by deployer. Edit freely: generating again keeps every edit.

output "acl_arn" {
  description = "ARN of the web ACL, known once its log is set up; the distribution takes it as web_acl_id."
  value       = aws_wafv2_web_acl_logging_configuration.this.resource_arn
}

output "acl_name" {
  description = "Name of the web ACL, the WebACL dimension of its metrics."
  value       = local.acl_name
}

output "log_group_name" {
  description = "Log group of blocked and counted requests (in us-east-1 for scope CLOUDFRONT)."
  value       = aws_cloudwatch_log_group.waf.name
}
