variable "access_logs" {
  description = "Whether the load balancer writes a log of every request to a bucket of its own."
  type        = bool
  default     = false
  nullable    = false
}

variable "access_log_retention_days" {
  description = "Days that access logs are kept."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.access_log_retention_days >= 1 && var.access_log_retention_days <= 3653
    error_message = "Access logs are kept for 1 to 3653 days."
  }
}

data "aws_iam_policy_document" "access_logs" {
  count = var.access_logs ? 1 : 0

  # The account in the path keeps other accounts' load balancers out. Elastic Load Balancing is not documented to send aws:SourceArn with this call, and a condition on what is not sent would lose every log without an error.
  statement {
    sid       = "LoadBalancerWrites"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.access_logs[0].arn}/AWSLogs/${data.aws_caller_identity.current.account_id}/*"]

    principals {
      type        = "Service"
      identifiers = ["logdelivery.elasticloadbalancing.amazonaws.com"]
    }
  }

  statement {
    sid       = "OnlyOverTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.access_logs[0].arn, "${aws_s3_bucket.access_logs[0].arn}/*"]

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

locals {
  # A bucket's name has at most 63 characters.
  access_log_bucket_name = "${local.name}-alb-logs-${data.aws_caller_identity.current.account_id}-${data.aws_region.current.region}"

  # The policy's bucket rather than the bucket's own: AWS tests that it may write when logging is turned on.
  access_log_buckets = aws_s3_bucket_policy.access_logs[*].bucket
}

resource "aws_s3_bucket" "access_logs" {
  #checkov:skip=CKV_AWS_18: this is a log bucket; a log of its own would need a bucket again
  #checkov:skip=CKV_AWS_144: access logs are not worth a copy in another Region
  #checkov:skip=CKV_AWS_145: load balancers write access logs to buckets with SSE-S3 only
  #checkov:skip=CKV2_AWS_62: nothing reacts to a new log file
  count = var.access_logs ? 1 : 0

  bucket        = length(local.access_log_bucket_name) <= 63 ? local.access_log_bucket_name : "${substr(local.access_log_bucket_name, 0, 54)}-${substr(sha256(local.access_log_bucket_name), 0, 8)}"
  force_destroy = !var.deletion_protection
  tags          = var.tags
}

resource "aws_s3_bucket_public_access_block" "access_logs" {
  count = var.access_logs ? 1 : 0

  bucket                  = aws_s3_bucket.access_logs[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "access_logs" {
  count = var.access_logs ? 1 : 0

  bucket = aws_s3_bucket.access_logs[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "access_logs" {
  count = var.access_logs ? 1 : 0

  bucket = aws_s3_bucket.access_logs[0].id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "access_logs" {
  count = var.access_logs ? 1 : 0

  bucket = aws_s3_bucket.access_logs[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "access_logs" {
  count = var.access_logs ? 1 : 0

  bucket = aws_s3_bucket.access_logs[0].id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.access_log_retention_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.access_logs]
}

resource "aws_s3_bucket_policy" "access_logs" {
  count = var.access_logs ? 1 : 0

  bucket = aws_s3_bucket.access_logs[0].bucket
  policy = data.aws_iam_policy_document.access_logs[0].json

  depends_on = [aws_s3_bucket_public_access_block.access_logs]
}

output "access_log_bucket" {
  description = "Name of the bucket with the access logs; null without them."
  value       = one(aws_s3_bucket.access_logs[*].bucket)
}
