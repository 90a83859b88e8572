# Written by deployer. Edit freely: generating again keeps every edit.

output "bucket" {
  description = "Name of the bucket with the staged weights."
  value       = aws_s3_bucket.models.bucket
}

output "bucket_arn" {
  description = "ARN of the bucket, for the policies of staging and serving pods."
  value       = aws_s3_bucket.models.arn
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the weights: staging pods need kms:GenerateDataKey and kms:Decrypt, serving pods kms:Decrypt."
  value       = aws_kms_key.models.arn
}
