variable "create_hub_token" {
  description = "Whether there is a secret for a Hugging Face token. For environments with gated models."
  type        = bool
  default     = false
  nullable    = false
}

# A shell only: Terraform must never see the token. It is put in with
# aws secretsmanager put-secret-value --secret-id PROJECT-ENVIRONMENT-hub-token --secret-string file:///dev/stdin
resource "aws_secretsmanager_secret" "hub_token" {
  #checkov:skip=CKV2_AWS_57: the token is issued by Hugging Face, which has no rotation that a function could drive.
  count = var.create_hub_token ? 1 : 0

  name                    = "${local.name}-hub-token"
  description             = "Hugging Face token of ${local.name}, for gated models. Read by the staging job alone."
  kms_key_id              = aws_kms_key.secrets.arn
  recovery_window_in_days = var.recovery_window_days

  tags = var.tags
}

output "hub_token_secret_arn" {
  description = "ARN of the secret that holds the Hugging Face token once it has been put in; null without one."
  value       = one(aws_secretsmanager_secret.hub_token[*].arn)
}
