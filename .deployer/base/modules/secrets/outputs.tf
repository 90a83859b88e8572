# Written by deployer. Edit freely: generating again keeps every edit.

output "origin_secret_arn" {
  description = "ARN of the secret with the values of the origin header."
  value       = aws_secretsmanager_secret.origin.arn

  # Whoever reads the secret by this ARN finds a value in it.
  depends_on = [aws_secretsmanager_secret_version.origin]
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the secrets, for the policies of those who read them."
  value       = aws_kms_key.secrets.arn
}
