# Written by deployer. Edit freely: generating again keeps every edit.

output "bucket" {
  description = "Name of the state bucket, for the backend blocks of the stacks."
  value       = aws_s3_bucket.state.bucket
}

output "bucket_arn" {
  description = "ARN of the state bucket, for the policies of those who run Terraform."
  value       = aws_s3_bucket.state.arn
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the states: kms_key_id in the backend blocks."
  value       = aws_kms_key.state.arn
}
