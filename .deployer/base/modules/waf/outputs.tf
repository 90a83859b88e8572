# Written by deployer. Edit freely: generating again keeps every edit.

output "acl_arn" {
  description = "ARN of the web ACL, known once its log is set up; the distribution takes it as web_acl_id."
  value       = aws_wafv2_web_acl_logging_configuration.this.resource_arn
}

# The distribution takes the secret's ARN from here, which puts its update behind the lock's: when the secret is rotated, the
# edge does not send a value that the lock does not admit yet.
output "origin_secret_arn" {
  description = "Secret whose values the origin lock admits, once it admits them; null for scope CLOUDFRONT."
  value       = var.origin_secret_arn

  depends_on = [aws_wafv2_web_acl.origin_lock]
}

output "acl_name" {
  description = "Name of the web ACL, the WebACL dimension of its metrics."
  value       = local.acl_name
}

output "log_group_name" {
  description = "Log group of blocked and counted requests (in us-east-1 for scope CLOUDFRONT)."
  value       = aws_cloudwatch_log_group.waf.name
}
