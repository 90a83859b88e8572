# Written by deployer. Edit freely: generating again keeps every edit.

locals {
  name = "${var.project}-${var.environment}"
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
