# Written by deployer. Edit freely: generating again keeps every edit.

output "state_bucket" {
  description = "Bucket of the Terraform states."
  value       = module.state_backend.bucket
}

output "state_kms_key_arn" {
  description = "Key of the Terraform states."
  value       = module.state_backend.kms_key_arn
}
