# Written by deployer. Edit freely: generating again keeps every edit.

output "role_arns" {
  description = "ARNs of the pod roles by their names in pod_roles."
  value       = { for name, role in aws_iam_role.pod : name => role.arn }
}

output "deploy_role_arn" {
  description = "ARN of the role that GitHub Actions deploys with, or null without subjects."
  value       = one(aws_iam_role.deploy[*].arn)
}

output "github_oidc_provider_arn" {
  description = "ARN of the account's identity provider for GitHub Actions, or null without subjects."
  value       = local.github_oidc_provider_arn
}
