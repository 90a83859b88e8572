variable "mode" {
  description = "Kind of API in front of the load balancer: rest (REST API: usage plans, streaming, WAF on the stage) or http (HTTP API: cheaper, JWT authorizer, 30 seconds at most)."
  type        = string
  default     = "rest"
  nullable    = false

  validation {
    condition     = contains(["rest", "http"], var.mode)
    error_message = "The mode must be rest or http."
  }
}

variable "vpc_id" {
  description = "VPC of the load balancer, in which the VPC link gets its security group."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets (intra tier) in which the VPC link places its network interfaces, in at least two zones."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "The VPC link needs subnets in at least two availability zones."
  }
}

variable "alb_security_group_id" {
  description = "Security group of the load balancer; this module adds the ingress rule for the VPC link to it."
  type        = string
  nullable    = false
}

variable "origin_domain" {
  description = "Domain name on the load balancer's certificate, which API Gateway verifies. Null means the listener speaks plain HTTP inside the VPC (development only)."
  type        = string
  default     = null
}

variable "auth" {
  description = "How callers prove who they are: api_key or iam (rest), jwt or iam (http), or none (private trials only). GET /health is always open."
  type        = string
  nullable    = false

  validation {
    condition     = contains(var.mode == "rest" ? ["api_key", "iam", "none"] : ["jwt", "iam", "none"], var.auth)
    error_message = "A REST API takes api_key, iam or none; an HTTP API takes jwt, iam or none (it has no API keys)."
  }
}

variable "throttle_rate" {
  description = "Steady request rate the stage admits, in requests per second over all callers."
  type        = number
  default     = 50
  nullable    = false

  validation {
    condition     = var.throttle_rate > 0
    error_message = "The throttle rate must be above 0: zero refuses every request."
  }
}

variable "throttle_burst" {
  description = "Requests the stage admits at once before the rate applies."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.throttle_burst >= 1 && floor(var.throttle_burst) == var.throttle_burst
    error_message = "The throttle burst must be a whole number of at least 1: zero refuses every request."
  }
}

variable "timeout_ms" {
  description = "Longest wait for a generate call, in milliseconds: 50 to 29000 buffered REST, to 900000 streamed REST, to 30000 HTTP. Keep it above the model server's own deadline, so that its 504 arrives first."
  type        = number
  default     = 29000
  nullable    = false

  validation {
    condition     = var.timeout_ms >= 50 && var.timeout_ms <= (var.mode == "http" ? 30000 : 900000)
    error_message = "The timeout must lie between 50 and 30000 ms (http) or 900000 ms (rest, streamed)."
  }
}

variable "log_retention_days" {
  description = "Days the access and execution logs are kept; one of the values CloudWatch Logs allows."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch Logs accepts 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

locals {
  # alb_controller's listener: 443 with a certificate, 80 without.
  alb_port = var.origin_domain == null ? 80 : 443

  # Names under /aws/vendedlogs/ keep API Gateway from growing the account's
  # log resource policy past its 5120 characters, one entry per log group.
  access_log_group = "/aws/vendedlogs/apigateway/${local.name}"
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
      identifiers = ["logs.${data.aws_region.current.region}.amazonaws.com"]
    }

    # Only for this API's log groups: the context keeps the service from being
    # used as a deputy for a log group of somebody else.
    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values = [
        for group in [local.access_log_group, "API-Gateway-Execution-Logs_*/${var.environment}"] :
        "arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:log-group:${group}"
      ]
    }
  }
}

resource "aws_kms_key" "logs" {
  description             = "API Gateway logs of ${local.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.logs_key.json
  tags                    = var.tags
}

resource "aws_kms_alias" "logs" {
  name          = "alias/${local.name}-api-logs"
  target_key_id = aws_kms_key.logs.key_id
}

resource "aws_cloudwatch_log_group" "access" {
  #checkov:skip=CKV_AWS_338: Retention is the environment's choice (var.log_retention_days); the default is a year.
  name              = local.access_log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn
  tags              = var.tags
}

# name_prefix, because the group is replaced before it is destroyed: the
# deployment's create_before_destroy reaches back through link and group.
resource "aws_security_group" "link" {
  name_prefix = "${local.name}-link-"
  description = "API Gateway VPC link of ${local.name}"
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${local.name}-vpc-link" })

  lifecycle {
    create_before_destroy = true
  }
}

# The link's interfaces only ever open connections, to the load balancer.
resource "aws_vpc_security_group_egress_rule" "link_to_alb" {
  description                  = "VPC link to load balancer"
  security_group_id            = aws_security_group.link.id
  referenced_security_group_id = var.alb_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = local.alb_port
  to_port                      = local.alb_port
  tags                         = var.tags
}

# Here and not with the load balancer, which belongs to an earlier stack and
# cannot know this group.
resource "aws_vpc_security_group_ingress_rule" "alb_from_link" {
  description                  = "API Gateway VPC link of ${local.name}"
  security_group_id            = var.alb_security_group_id
  referenced_security_group_id = aws_security_group.link.id
  ip_protocol                  = "tcp"
  from_port                    = local.alb_port
  to_port                      = local.alb_port
  tags                         = var.tags
}

# Version 2 for both kinds of API: since November 2025 a REST API reaches an
# ALB through it without a network load balancer in between; the older
# aws_api_gateway_vpc_link refuses ALBs (terraform-provider-aws#30910). A link
# is immutable, and its interfaces are deleted after 60 days without traffic.
resource "aws_apigatewayv2_vpc_link" "alb" {
  name               = local.name
  subnet_ids         = var.subnet_ids
  security_group_ids = [aws_security_group.link.id]
  tags               = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

output "vpc_link_id" {
  description = "VPC link (version 2) between the API and the load balancer."
  value       = aws_apigatewayv2_vpc_link.alb.id
}

output "link_security_group_id" {
  description = "Security group of the VPC link's network interfaces."
  value       = aws_security_group.link.id
}

output "access_log_group_name" {
  description = "Log group of the API's JSON access log."
  value       = aws_cloudwatch_log_group.access.name
}
