variable "canary" {
  description = "Synthetic check, or null for none: the URL to call (it must pass the whole way to the load balancer), the status expected, minutes between checks, and the ARN of a secret whose value is sent in the header, with its key."
  type = object({
    url             = string
    expected_status = optional(number, 200)
    every_minutes   = optional(number, 5)
    header          = optional(string, "x-api-key")
    secret_arn      = optional(string)
    secret_key_arn  = optional(string)
    runtime_version = optional(string, "syn-nodejs-puppeteer-15.0")
  })
  default = null

  validation {
    condition     = var.canary == null ? true : startswith(var.canary.url, "https://")
    error_message = "The canary's URL must start with https://."
  }

  validation {
    condition     = var.canary == null ? true : contains([1, 5, 10, 15, 30, 60], var.canary.every_minutes)
    error_message = "The canary runs every 1, 5, 10, 15, 30 or 60 minutes."
  }

  validation {
    condition     = var.canary == null ? true : var.canary.secret_key_arn == null || var.canary.secret_arn != null
    error_message = "The canary has a key for a secret but no secret: set secret_arn too."
  }
}

variable "log_retention_days" {
  description = "Days to keep the canary's reports and log."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = "CloudWatch Logs knows only these retention periods: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 and 3653 days."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the canary's role can ever do, or null."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", var.permissions_boundary_arn))
    error_message = "The permissions boundary is the ARN of an IAM policy."
  }
}

locals {
  canary_count = var.canary == null ? 0 : 1

  # At most 21 characters: Synthetics adds a prefix and a UUID to make the function's name, which may have 64. It
  # keeps the project in front, by which the deploy role's permissions know it.
  canary_name = length(local.name) <= 21 ? local.name : "${var.project}-${substr(sha256(local.name), 0, 4)}"

  # canary.js, zipped and kept as text; its head says how to make this again. In the archive it lies where every version
  # of the runtime looks (nodejs/node_modules/).
  canary_archive = trimspace(file("${path.module}/canary.zip.base64"))
}

data "aws_iam_policy_document" "canary_trust" {
  count = local.canary_count

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "canary" {
  count = local.canary_count

  # Only the reports: whoever gets hold of the canary cannot change its script.
  statement {
    sid       = "Artifacts"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.canary[0].arn}/runs/*"]
  }

  statement {
    sid       = "ArtifactBucket"
    actions   = ["s3:GetBucketLocation"]
    resources = [aws_s3_bucket.canary[0].arn]
  }

  # The Synthetics library looks for its bucket; S3 has no resource-level permission for this action.
  statement {
    sid       = "Buckets"
    actions   = ["s3:ListAllMyBuckets"]
    resources = ["*"]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.alarms[local.region].arn]
  }

  # Not logs:CreateLogGroup: the group below is Terraform's, with retention and encryption.
  statement {
    sid       = "Logs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:${data.aws_partition.current.partition}:logs:${local.region}:${data.aws_caller_identity.current.account_id}:log-group:/aws/lambda/cwsyn-${local.canary_name}-*"]
  }

  # CloudWatch has no resource-level permission for this action; the namespace is its only limit.
  statement {
    sid       = "Metrics"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = ["CloudWatchSynthetics"]
    }
  }

  dynamic "statement" {
    for_each = var.canary.secret_arn == null ? [] : [var.canary.secret_arn]

    content {
      sid       = "Secret"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = var.canary.secret_key_arn == null ? [] : [var.canary.secret_key_arn]

    content {
      sid       = "SecretKey"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["secretsmanager.${local.region}.${data.aws_partition.current.dns_suffix}"]
      }
    }
  }
}

data "aws_iam_policy_document" "canary_bucket" {
  count = local.canary_count

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.canary[0].arn, "${aws_s3_bucket.canary[0].arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

# The script under code/, and under runs/ the reports. Nothing in it is worth keeping, so destroying the environment
# may empty it.
resource "aws_s3_bucket" "canary" {
  count = local.canary_count

  #checkov:skip=CKV_AWS_18: an access log of short-lived reports would outlive what it is about
  #checkov:skip=CKV_AWS_144: the reports are not worth a copy in a second Region
  #checkov:skip=CKV2_AWS_62: nothing waits for a report; the alarm tells of failed runs
  bucket        = "${local.name}-canary-${data.aws_caller_identity.current.account_id}"
  force_destroy = true

  tags = var.tags
}

resource "aws_s3_bucket_public_access_block" "canary" {
  count = local.canary_count

  bucket                  = aws_s3_bucket.canary[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "canary" {
  count = local.canary_count

  bucket = aws_s3_bucket.canary[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "canary" {
  count = local.canary_count

  bucket = aws_s3_bucket.canary[0].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.alarms[local.region].arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "canary" {
  count = local.canary_count

  bucket = aws_s3_bucket.canary[0].id

  rule {
    id     = "expire"
    status = "Enabled"

    # Not code/: the script stays as long as the canary.
    filter {
      prefix = "runs/"
    }

    expiration {
      days = var.log_retention_days
    }
  }

  rule {
    id     = "clean-up"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  # Rules for old versions need versioning to be on.
  depends_on = [aws_s3_bucket_versioning.canary]
}

resource "aws_s3_bucket_policy" "canary" {
  count = local.canary_count

  bucket = aws_s3_bucket.canary[0].id
  policy = data.aws_iam_policy_document.canary_bucket[0].json

  # Two changes of a bucket's policy and its public access at once end in a conflict (409).
  depends_on = [aws_s3_bucket_public_access_block.canary]
}

# Its name holds a digest of its content, so a changed script is a new object and the canary sees it. Synthetics copies it into
# a layer with the permissions of whoever applies: that role, not the canary's, reads this object and uses its key.
resource "aws_s3_object" "canary" {
  count = local.canary_count

  bucket         = aws_s3_bucket.canary[0].id
  key            = "code/${sha256(local.canary_archive)}.zip"
  content_base64 = local.canary_archive
  content_type   = "application/zip"
  kms_key_id     = aws_kms_key.alarms[local.region].arn

  # An object has room for ten tags, which the environment's may exceed; the bucket bears them.
  override_provider {
    default_tags {
      tags = {}
    }
  }

  # Without versioning the object would have no version for the canary to name.
  depends_on = [
    aws_s3_bucket_policy.canary,
    aws_s3_bucket_public_access_block.canary,
    aws_s3_bucket_versioning.canary,
  ]
}

resource "aws_iam_role" "canary" {
  count = local.canary_count

  name                 = "${local.name}-canary"
  description          = "Runs the synthetic check of ${local.name}"
  assume_role_policy   = data.aws_iam_policy_document.canary_trust[0].json
  permissions_boundary = var.permissions_boundary_arn

  tags = var.tags
}

resource "aws_iam_role_policy" "canary" {
  count = local.canary_count

  name   = "canary"
  role   = aws_iam_role.canary[0].id
  policy = data.aws_iam_policy_document.canary[0].json
}

# Outside the VPC on purpose: it comes in where users do. It also keeps the VPC link alive, which API Gateway makes
# INACTIVE, deleting its network interfaces, after 60 days without traffic.
resource "aws_synthetics_canary" "this" {
  count = local.canary_count

  name                     = local.canary_name
  artifact_s3_location     = "s3://${aws_s3_bucket.canary[0].id}/runs/"
  execution_role_arn       = aws_iam_role.canary[0].arn
  runtime_version          = var.canary.runtime_version
  s3_bucket                = aws_s3_object.canary[0].bucket
  s3_key                   = aws_s3_object.canary[0].key
  s3_version               = aws_s3_object.canary[0].version_id
  handler                  = "canary.handler"
  start_canary             = true
  delete_lambda            = true
  success_retention_period = min(var.log_retention_days, 455)
  failure_retention_period = min(var.log_retention_days, 455)

  schedule {
    expression = var.canary.every_minutes == 1 ? "rate(1 minute)" : var.canary.every_minutes == 60 ? "rate(1 hour)" : "rate(${var.canary.every_minutes} minutes)"

    retry_config {
      max_retries = 1
    }
  }

  run_config {
    timeout_in_seconds = 60

    environment_variables = {
      URL             = var.canary.url
      EXPECTED_STATUS = tostring(var.canary.expected_status)
      HEADER          = var.canary.header
      SECRET_ARN      = coalesce(var.canary.secret_arn, "none")
    }
  }

  artifact_config {
    s3_encryption {
      encryption_mode = "SSE_KMS"
      kms_key_arn     = aws_kms_key.alarms[local.region].arn
    }
  }

  tags = var.tags

  # Synthetics writes a first object when it creates the canary.
  depends_on = [
    aws_iam_role_policy.canary,
    aws_s3_bucket_policy.canary,
    aws_s3_bucket_public_access_block.canary,
    aws_s3_bucket_server_side_encryption_configuration.canary,
  ]
}

# Synthetics makes up the function's name, so its log group can only follow it.
resource "aws_cloudwatch_log_group" "canary" {
  count = local.canary_count

  #checkov:skip=CKV_AWS_338: how long logs are kept, and paid for, is the environment's choice
  name              = "/aws/lambda/${split(":", aws_synthetics_canary.this[0].engine_arn)[6]}"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.alarms[local.region].arn

  tags = var.tags
}

resource "aws_cloudwatch_metric_alarm" "canary" {
  count = local.canary_count

  alarm_name          = "${local.name}-canary"
  alarm_description   = "The synthetic check fails, or has stopped running."
  namespace           = "CloudWatchSynthetics"
  metric_name         = "SuccessPercent"
  dimensions          = { CanaryName = aws_synthetics_canary.this[0].name }
  statistic           = "Average"
  comparison_operator = "LessThanThreshold"
  threshold           = 90
  period              = 60 * var.canary.every_minutes
  datapoints_to_alarm = 2
  evaluation_periods  = 3
  treat_missing_data  = "breaching"
  alarm_actions       = [local.topic_arns[local.region]]
  ok_actions          = [local.topic_arns[local.region]]

  tags = var.tags
}

output "canary_name" {
  description = "Name of the synthetic check, or null when there is none."
  value       = one(aws_synthetics_canary.this[*].name)
}
