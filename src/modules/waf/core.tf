variable "suffix" {
  description = "Last part of the names, telling the environment's ACLs apart: edge or origin, say."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,15}$", var.suffix))
    error_message = "The suffix needs 1 to 16 lower-case letters, digits or hyphens, and starts with a letter."
  }
}

variable "scope" {
  description = "CLOUDFRONT: filters what viewers send to the distribution (and lives in us-east-1). REGIONAL: the origin lock, which admits only CloudFront's own requests to a REST stage or a load balancer."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["CLOUDFRONT", "REGIONAL"], var.scope)
    error_message = "The scope must be CLOUDFRONT or REGIONAL."
  }
}

variable "count_only" {
  description = "Count what the managed, rate and size rules match instead of blocking it; for trying them out. Never loosens the origin lock."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_retention_days" {
  description = "Days the log of blocked and counted requests is kept; one of the values CloudWatch Logs allows."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch Logs accepts 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "rate_limit" {
  description = "Requests one client address may make within evaluation_window_sec before further ones get a 429 (scope CLOUDFRONT)."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.rate_limit >= 10 && var.rate_limit <= 2000000000
    error_message = "WAF accepts a rate limit from 10 to 2000000000 requests."
  }
}

variable "evaluation_window_sec" {
  description = "Seconds over which rate_limit counts. WAF's own default of 300 would make the limit five times as strict as its number per minute."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = contains([60, 120, 300, 600], var.evaluation_window_sec)
    error_message = "WAF counts over 60, 120, 300 or 600 seconds."
  }
}

variable "body_limit" {
  description = "How much of a body WAF inspects at the edge: KB_16 (included), KB_32, KB_48 or KB_64 (each step costs more per request)."
  type        = string
  default     = "KB_64"
  nullable    = false

  validation {
    condition     = contains(["KB_16", "KB_32", "KB_48", "KB_64"], var.body_limit)
    error_message = "The body limit must be KB_16, KB_32, KB_48 or KB_64."
  }
}

variable "max_body_bytes" {
  description = "Largest body admitted at the edge, in bytes; anything longer gets a 413. Null switches the rule off, for models that take audio or images."
  type        = number
  default     = 65536

  validation {
    condition     = var.max_body_bytes == null ? true : var.max_body_bytes >= 1 && var.max_body_bytes <= tonumber(trimprefix(var.body_limit, "KB_")) * 1024
    error_message = "WAF cannot measure further than it inspects: max_body_bytes must not exceed body_limit. Null admits any size."
  }
}

variable "origin_secret_arn" {
  description = "Secret with the values of x-origin-verify that the origin lock admits, as JSON {current, previous}. Required for scope REGIONAL, null for CLOUDFRONT."
  type        = string
  default     = null

  validation {
    condition     = (var.scope == "REGIONAL") == (var.origin_secret_arn != null)
    error_message = "Scope REGIONAL is the origin lock and needs origin_secret_arn; scope CLOUDFRONT has no use for it."
  }
}

variable "associate" {
  description = "What the origin lock is attached to: ARNs of REST stages and load balancers, under names of your choice. For scope REGIONAL; a distribution takes acl_arn as its web_acl_id instead."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for arn in values(var.associate) : can(regex("^arn:[^:]+:(apigateway:[^:]+::/restapis/[^/]+/stages/|elasticloadbalancing:[^:]+:[0-9]+:loadbalancer/app/)", arn))])
    error_message = "Only REST API stages and application load balancers: WAF refuses HTTP APIs, and a distribution is attached by its own web_acl_id."
  }

  validation {
    condition     = var.scope == "REGIONAL" || length(var.associate) == 0
    error_message = "A CLOUDFRONT web ACL is attached by the distribution's web_acl_id, never by an association."
  }
}

locals {
  acl_name = "${local.name}-${var.suffix}"

  # A CLOUDFRONT ACL, its log and its key live in us-east-1, wherever the rest
  # is. Changing a resource's region replaces it.
  region = var.scope == "CLOUDFRONT" ? "us-east-1" : data.aws_region.current.region

  # The one prefix WAF accepts.
  log_group = "aws-waf-logs-${local.acl_name}"

  # Never to be read in a log or a sampled request: what callers authenticate
  # with, and the secret that opens the origin.
  secret_headers = ["authorization", "cookie", "x-api-key", "x-origin-verify"]

  # Rules of the common rule set that read the body and take prompts for
  # attacks: a question about XSS or /etc/passwd is none, and
  # SizeRestrictions_BODY refuses anything above 8 KB and cannot be tuned. They
  # count, which still puts these labels on the request; the rule
  # bodies-elsewhere blocks what carries one outside the generate paths.
  prompt_rules = {
    SizeRestrictions_BODY   = "SizeRestrictions_Body"
    CrossSiteScripting_BODY = "CrossSiteScripting_Body"
    GenericLFI_BODY         = "GenericLFI_Body"
    GenericRFI_BODY         = "GenericRFI_Body"
    EC2MetaDataSSRF_BODY    = "EC2MetaDataSSRF_Body"
  }

  # One element where rules block, none where they only count, and the reverse.
  blocking = var.count_only ? [] : [true]
  counting = var.count_only ? [true] : []
}

data "aws_region" "current" {}

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
      identifiers = ["logs.${local.region}.amazonaws.com"]
    }

    # Only for this log group: the context keeps the service from being used as
    # a deputy for a log group of somebody else.
    condition {
      test     = "ArnEquals"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${data.aws_partition.current.partition}:logs:${local.region}:${data.aws_caller_identity.current.account_id}:log-group:${local.log_group}"]
    }
  }
}

data "aws_secretsmanager_secret_version" "origin" {
  count = var.scope == "REGIONAL" ? 1 : 0

  secret_id = var.origin_secret_arn
}

# What viewers send. About 1000 of the 1500 capacity units that cost nothing
# extra. Address rules belong here: behind CloudFront, WAF sees CloudFront's
# own addresses.
resource "aws_wafv2_web_acl" "edge" {
  count = var.scope == "CLOUDFRONT" ? 1 : 0

  region = local.region

  name        = local.acl_name
  description = "Viewer requests of ${local.name}"
  scope       = "CLOUDFRONT"
  tags        = var.tags

  default_action {
    allow {}
  }

  association_config {
    request_body {
      cloudfront {
        default_size_inspection_limit = var.body_limit
      }
    }
  }

  # For sampled requests, which redacted_fields of the log does not reach.
  data_protection_config {
    data_protection {
      action = "SUBSTITUTION"

      field {
        field_type = "SINGLE_HEADER"
        field_keys = local.secret_headers
      }
    }
  }

  rule {
    name     = "ip-reputation"
    priority = 10

    override_action {
      dynamic "none" {
        for_each = local.blocking

        content {}
      }

      dynamic "count" {
        for_each = local.counting

        content {}
      }
    }

    statement {
      managed_rule_group_statement {
        vendor_name = "AWS"
        name        = "AWSManagedRulesAmazonIpReputationList"
      }
    }

    visibility_config {
      metric_name                = "ip-reputation"
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = true
    }
  }

  # Tor, anonymous proxies and VPNs. Hosting providers only count: callers of an
  # API are servers, and that is where servers are.
  rule {
    name     = "anonymous-ip"
    priority = 20

    override_action {
      dynamic "none" {
        for_each = local.blocking

        content {}
      }

      dynamic "count" {
        for_each = local.counting

        content {}
      }
    }

    statement {
      managed_rule_group_statement {
        vendor_name = "AWS"
        name        = "AWSManagedRulesAnonymousIpList"

        rule_action_override {
          name = "HostingProviderIPList"

          action_to_use {
            count {}
          }
        }
      }
    }

    visibility_config {
      metric_name                = "anonymous-ip"
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = "rate"
    priority = 30

    action {
      dynamic "block" {
        for_each = local.blocking

        content {
          custom_response {
            response_code = 429
          }
        }
      }

      dynamic "count" {
        for_each = local.counting

        content {}
      }
    }

    statement {
      rate_based_statement {
        aggregate_key_type    = "IP"
        limit                 = var.rate_limit
        evaluation_window_sec = var.evaluation_window_sec
      }
    }

    visibility_config {
      metric_name                = "rate"
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = true
    }
  }

  # MATCH: a body longer than WAF inspects is longer than allowed, too.
  dynamic "rule" {
    for_each = var.max_body_bytes == null ? [] : [var.max_body_bytes]

    content {
      name     = "body-size"
      priority = 40

      action {
        dynamic "block" {
          for_each = local.blocking

          content {
            custom_response {
              response_code = 413
            }
          }
        }

        dynamic "count" {
          for_each = local.counting

          content {}
        }
      }

      statement {
        size_constraint_statement {
          comparison_operator = "GT"
          size                = rule.value

          field_to_match {
            body {
              oversize_handling = "MATCH"
            }
          }

          text_transformation {
            priority = 0
            type     = "NONE"
          }
        }
      }

      visibility_config {
        metric_name                = "body-size"
        cloudwatch_metrics_enabled = true
        sampled_requests_enabled   = true
      }
    }
  }

  # Log4Shell and its like.
  rule {
    name     = "known-bad-inputs"
    priority = 50

    override_action {
      dynamic "none" {
        for_each = local.blocking

        content {}
      }

      dynamic "count" {
        for_each = local.counting

        content {}
      }
    }

    statement {
      managed_rule_group_statement {
        vendor_name = "AWS"
        name        = "AWSManagedRulesKnownBadInputsRuleSet"
      }
    }

    visibility_config {
      metric_name                = "known-bad-inputs"
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = "common"
    priority = 60

    override_action {
      dynamic "none" {
        for_each = local.blocking

        content {}
      }

      dynamic "count" {
        for_each = local.counting

        content {}
      }
    }

    statement {
      managed_rule_group_statement {
        vendor_name = "AWS"
        name        = "AWSManagedRulesCommonRuleSet"

        dynamic "rule_action_override" {
          for_each = local.prompt_rules

          content {
            name = rule_action_override.key

            action_to_use {
              count {}
            }
          }
        }
      }
    }

    visibility_config {
      metric_name                = "common"
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = "bodies-elsewhere"
    priority = 70

    action {
      dynamic "block" {
        for_each = local.blocking

        content {}
      }

      dynamic "count" {
        for_each = local.counting

        content {}
      }
    }

    statement {
      and_statement {
        statement {
          or_statement {
            dynamic "statement" {
              for_each = local.prompt_rules

              content {
                label_match_statement {
                  scope = "LABEL"
                  key   = "awswaf:managed:aws:core-rule-set:${statement.value}"
                }
              }
            }
          }
        }

        statement {
          not_statement {
            statement {
              regex_match_statement {
                regex_string = "^/models/[^/]+/generate$"

                field_to_match {
                  uri_path {}
                }

                text_transformation {
                  priority = 0
                  type     = "NONE"
                }
              }
            }
          }
        }
      }
    }

    visibility_config {
      metric_name                = "bodies-elsewhere"
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = true
    }
  }

  visibility_config {
    metric_name                = local.acl_name
    cloudwatch_metrics_enabled = true
    sampled_requests_enabled   = true
  }
}

# Nobody comes round the distribution and its ACL: without the header that
# CloudFront alone sends, the answer is 403. Both values of the secret are
# admitted, so that a rotation interrupts nothing. They stand in the state, so
# lock the state bucket.
resource "aws_wafv2_web_acl" "origin_lock" {
  count = var.scope == "REGIONAL" ? 1 : 0

  #checkov:skip=CKV2_AWS_31: aws_wafv2_web_acl_logging_configuration.this logs whichever of the two ACLs exists; the check sees its reference to the first only.
  region = local.region

  name        = local.acl_name
  description = "Admits to ${local.name} what comes through CloudFront"
  scope       = "REGIONAL"
  tags        = var.tags

  default_action {
    block {}
  }

  # For sampled requests, which redacted_fields of the log does not reach.
  data_protection_config {
    data_protection {
      action = "SUBSTITUTION"

      field {
        field_type = "SINGLE_HEADER"
        field_keys = local.secret_headers
      }
    }
  }

  # Before the rule that admits, which ends the evaluation.
  rule {
    name     = "known-bad-inputs"
    priority = 10

    override_action {
      dynamic "none" {
        for_each = local.blocking

        content {}
      }

      dynamic "count" {
        for_each = local.counting

        content {}
      }
    }

    statement {
      managed_rule_group_statement {
        vendor_name = "AWS"
        name        = "AWSManagedRulesKnownBadInputsRuleSet"
      }
    }

    visibility_config {
      metric_name                = "known-bad-inputs"
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = true
    }
  }

  # No dynamic block over the two values: a secret cannot be iterated over.
  rule {
    name     = "from-cloudfront"
    priority = 20

    action {
      allow {}
    }

    statement {
      or_statement {
        statement {
          byte_match_statement {
            search_string         = jsondecode(data.aws_secretsmanager_secret_version.origin[0].secret_string)["current"]
            positional_constraint = "EXACTLY"

            field_to_match {
              single_header {
                name = "x-origin-verify"
              }
            }

            text_transformation {
              priority = 0
              type     = "NONE"
            }
          }
        }

        statement {
          byte_match_statement {
            search_string         = jsondecode(data.aws_secretsmanager_secret_version.origin[0].secret_string)["previous"]
            positional_constraint = "EXACTLY"

            field_to_match {
              single_header {
                name = "x-origin-verify"
              }
            }

            text_transformation {
              priority = 0
              type     = "NONE"
            }
          }
        }
      }
    }

    visibility_config {
      metric_name                = "from-cloudfront"
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = true
    }
  }

  visibility_config {
    metric_name                = local.acl_name
    cloudwatch_metrics_enabled = true
    sampled_requests_enabled   = true
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  for_each = var.associate

  region = local.region

  resource_arn = each.value
  web_acl_arn  = aws_wafv2_web_acl.origin_lock[0].arn
}

resource "aws_kms_key" "logs" {
  region = local.region

  description             = "WAF log of ${local.acl_name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.logs_key.json
  tags                    = var.tags
}

resource "aws_kms_alias" "logs" {
  region = local.region

  name          = "alias/${local.acl_name}-waf-logs"
  target_key_id = aws_kms_key.logs.key_id
}

resource "aws_cloudwatch_log_group" "waf" {
  region = local.region

  #checkov:skip=CKV_AWS_338: Retention is the environment's choice (var.log_retention_days); the default is a year.
  name              = local.log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn
  tags              = var.tags
}

# Admitted requests are in the access logs already; here only what a rule
# blocked or counted. Counted are also the calls of servers in data centres
# (HostingProviderIPList), which may be most of an API's.
resource "aws_wafv2_web_acl_logging_configuration" "this" {
  region = local.region

  resource_arn            = one(concat(aws_wafv2_web_acl.edge[*].arn, aws_wafv2_web_acl.origin_lock[*].arn))
  log_destination_configs = [aws_cloudwatch_log_group.waf.arn]

  dynamic "redacted_fields" {
    for_each = local.secret_headers

    content {
      single_header {
        name = redacted_fields.value
      }
    }
  }

  logging_filter {
    default_behavior = "DROP"

    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"

      dynamic "condition" {
        for_each = ["BLOCK", "COUNT", "EXCLUDED_AS_COUNT"]

        content {
          action_condition {
            action = condition.value
          }
        }
      }
    }
  }
}

output "acl_arn" {
  description = "ARN of the web ACL, known once its log is set up; the distribution takes it as web_acl_id."
  value       = aws_wafv2_web_acl_logging_configuration.this.resource_arn
}

# The distribution takes the secret's ARN from here, which puts its update behind the lock's: when the secret is rotated, the
# edge does not send a value that the lock does not admit yet.
output "origin_secret_arn" {
  description = "Secret whose values the origin lock admits, once it admits them; null for scope CLOUDFRONT."
  value       = var.origin_secret_arn

  depends_on = [aws_wafv2_web_acl.origin_lock]
}

output "acl_name" {
  description = "Name of the web ACL, the WebACL dimension of its metrics."
  value       = local.acl_name
}

output "log_group_name" {
  description = "Log group of blocked and counted requests (in us-east-1 for scope CLOUDFRONT)."
  value       = aws_cloudwatch_log_group.waf.name
}
