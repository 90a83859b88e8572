# Written by deployer. Edit freely: generating again keeps every edit.

output "repository_urls" {
  description = "Repository URLs by the names in repositories, to push to and, with @sha256: and a digest, to deploy from."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}

output "repository_arns" {
  description = "Repository ARNs by the names in repositories, for the policies of those who push and pull."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.arn }
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the images."
  value       = aws_kms_key.ecr.arn
}
