# Written by deployer. Edit freely: generating again keeps every edit.

output "id" {
  description = "Distribution id, the DistributionId dimension of its metrics (in us-east-1, with Region = Global)."
  value       = aws_cloudfront_distribution.this.id
}

output "arn" {
  description = "ARN of the distribution."
  value       = aws_cloudfront_distribution.this.arn
}

output "domain_name" {
  description = "Name of the distribution under cloudfront.net."
  value       = aws_cloudfront_distribution.this.domain_name
}

output "url" {
  description = "Where callers reach the API: the first alias, or the distribution's own name."
  value       = "https://${try(local.aliases[0], aws_cloudfront_distribution.this.domain_name)}"
}

output "certificate_arn" {
  description = "Certificate of the aliases, in us-east-1, for the expiry alarm; null without aliases."
  value       = one(aws_acm_certificate.this[*].arn)
}

output "log_group_name" {
  description = "Log group of the access log, in us-east-1; null without logging."
  value       = one(aws_cloudwatch_log_group.access[*].name)
}
