variable "origin_secret_generation" {
  description = "Generation of the origin secret. Raising it by one makes a new current value and keeps the former one as previous."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.origin_secret_generation >= 1 && floor(var.origin_secret_generation) == var.origin_secret_generation
    error_message = "The generation is a whole number from 1."
  }
}

variable "recovery_window_days" {
  description = "Days in which a deleted secret can be restored, 7 to 30, or 0 to delete at once. Its name stays taken for that long, so an environment that is destroyed and made anew wants 0."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.recovery_window_days == 0 || (var.recovery_window_days >= 7 && var.recovery_window_days <= 30)
    error_message = "The recovery window is 0 or from 7 to 30 days."
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  current_generation  = tostring(var.origin_secret_generation)
  previous_generation = tostring(var.origin_secret_generation - 1)
}

# Nothing but IAM policies opens the key: to read a secret, a role needs kms:Decrypt on it besides GetSecretValue.
data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109: in a key policy, the resource "*" is this key alone.
  #checkov:skip=CKV_AWS_111: as above.
  #checkov:skip=CKV_AWS_356: as above.
  statement {
    sid       = "AccountAdministration"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }
}

resource "aws_kms_key" "secrets" {
  description             = "Encrypts the secrets of ${local.name}."
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json

  tags = var.tags
}

resource "aws_kms_alias" "secrets" {
  name          = "alias/${local.name}-secrets"
  target_key_id = aws_kms_key.secrets.key_id
}

# One value per generation: the next generation leaves the current value untouched, under its own key, as the previous one.
# 32 bytes make 64 hex digits, which WAF byte matches and load balancer header conditions (128 at most) accept as they are.
resource "random_id" "origin" {
  for_each = toset([local.current_generation, local.previous_generation])

  byte_length = 32
}

# The header by which the load balancer and the API stage tell CloudFront's requests from those that went round its WAF.
resource "aws_secretsmanager_secret" "origin" {
  #checkov:skip=CKV2_AWS_57: rotated by origin_secret_generation: CloudFront, WAF and the listener rules change with the value.
  name                    = "${local.name}-origin"
  description             = "Origin header of ${local.name}: JSON with the values current and previous, both of which are accepted."
  kms_key_id              = aws_kms_key.secrets.arn
  recovery_window_in_days = var.recovery_window_days

  tags = var.tags
}

# The value is in the state in any case, here and where the edge compares it; the state bucket is what protects it.
resource "aws_secretsmanager_secret_version" "origin" {
  secret_id = aws_secretsmanager_secret.origin.id
  secret_string = jsonencode({
    current  = random_id.origin[local.current_generation].hex
    previous = random_id.origin[local.previous_generation].hex
  })
}

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
