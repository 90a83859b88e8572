# Written by deployer. Edit freely: generating again keeps every edit.

output "repository_urls" {
  description = "Image repositories, by name."
  value       = module.ecr.repository_urls
}

output "model_bucket" {
  description = "Bucket of the staged weights."
  value       = module.model_store.bucket
}

output "model_bucket_arn" {
  description = "ARN of that bucket."
  value       = module.model_store.bucket_arn
}

output "model_bucket_key_arn" {
  description = "Key of that bucket."
  value       = module.model_store.kms_key_arn
}

output "origin_secret_arn" {
  description = "Secret with the header that proves a request came through CloudFront."
  value       = module.secrets.origin_secret_arn
}
