variable "logging" {
  description = "Whether the distribution writes an access log and the additional metrics (origin latency, errors by status code)."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_retention_days" {
  description = "Days the access log is kept; one of the values CloudWatch Logs allows."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch Logs accepts 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

locals {
  # The prefix keeps log delivery from growing the account's log resource
  # policy past its 5120 characters, one entry per log group.
  log_group = "/aws/vendedlogs/cloudfront/${local.name}"
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_iam_policy_document" "logs_key" {
  #checkov:skip=CKV_AWS_109: The root statement hands the key's permissions to the account's IAM policies; without it nobody could administer the key.
  #checkov:skip=CKV_AWS_111: In a key policy "*" means this key only.
  #checkov:skip=CKV_AWS_356: In a key policy "*" means this key only.
  statement {
    sid       = "AccountAdministration"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  statement {
    sid       = "CloudWatchLogs"
    actions   = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.us-east-1.amazonaws.com"]
    }

    # Only for this log group: the context keeps the service from being used as
    # a deputy for a log group of somebody else.
    condition {
      test     = "ArnEquals"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${data.aws_partition.current.partition}:logs:us-east-1:${data.aws_caller_identity.current.account_id}:log-group:${local.log_group}"]
    }
  }
}

# CloudFront is global; what watches it lives in us-east-1.
resource "aws_kms_key" "logs" {
  count = var.logging ? 1 : 0

  region = "us-east-1"

  description             = "CloudFront access log of ${local.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.logs_key.json
  tags                    = var.tags
}

resource "aws_kms_alias" "logs" {
  count = var.logging ? 1 : 0

  region = "us-east-1"

  name          = "alias/${local.name}-cloudfront-logs"
  target_key_id = aws_kms_key.logs[0].key_id
}

# To CloudWatch and not to a bucket: a question about one request is asked of
# this log, WAF's and the API's together in Logs Insights, and a bucket brings
# policy, lifecycle and inventory with it. At inference rates the price decides
# nothing ($0.50 per GB, about a million requests); far above that, S3 does.
resource "aws_cloudwatch_log_group" "access" {
  count = var.logging ? 1 : 0

  region = "us-east-1"

  #checkov:skip=CKV_AWS_338: Retention is the environment's choice (var.log_retention_days); the default is a year.
  name              = local.log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs[0].arn
  tags              = var.tags
}

resource "aws_cloudwatch_log_delivery_source" "access" {
  count = var.logging ? 1 : 0

  region = "us-east-1"

  name         = "${local.name}-cloudfront"
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.this.arn
  tags         = var.tags
}

resource "aws_cloudwatch_log_delivery_destination" "access" {
  count = var.logging ? 1 : 0

  region = "us-east-1"

  name          = "${local.name}-cloudfront"
  output_format = "json"
  tags          = var.tags

  delivery_destination_configuration {
    destination_resource_arn = aws_cloudwatch_log_group.access[0].arn
  }
}

# Who, what, how long, from which edge. No cookie, referrer or query string.
# Providers up to 6.50 fail to change this list of an existing delivery
# (terraform-provider-aws#48527); replace the delivery there.
resource "aws_cloudwatch_log_delivery" "access" {
  count = var.logging ? 1 : 0

  region = "us-east-1"

  delivery_source_name     = aws_cloudwatch_log_delivery_source.access[0].name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.access[0].arn
  tags                     = var.tags

  record_fields = [
    "date",
    "time",
    "x-edge-request-id",
    "x-edge-location",
    "c-ip",
    "cs-method",
    "x-host-header",
    "cs-uri-stem",
    "cs(User-Agent)",
    "cs-bytes",
    "cs-protocol-version",
    "ssl-protocol",
    "sc-status",
    "sc-bytes",
    "sc-content-type",
    "time-taken",
    "time-to-first-byte",
    "x-edge-detailed-result-type",
  ]
}

resource "aws_cloudfront_monitoring_subscription" "this" {
  count = var.logging ? 1 : 0

  distribution_id = aws_cloudfront_distribution.this.id

  monitoring_subscription {
    realtime_metrics_subscription_config {
      realtime_metrics_subscription_status = "Enabled"
    }
  }
}

output "log_group_name" {
  description = "Log group of the access log, in us-east-1; null without logging."
  value       = one(aws_cloudwatch_log_group.access[*].name)
}
