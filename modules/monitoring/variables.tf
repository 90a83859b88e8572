# Written by deployer. Edit freely: generating again keeps every edit.

variable "project" {
  description = "Project name: the first part of every resource name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.project))
    error_message = "The project name needs 2 to 16 lower-case letters, digits or hyphens, and starts with a letter."
  }
}

variable "environment" {
  description = "Environment name: the second part of every resource name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.environment))
    error_message = "The environment name needs 2 to 16 lower-case letters, digits or hyphens, and starts with a letter."
  }
}

variable "tags" {
  description = "Tags added to every taggable resource, on top of the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "alarm_emails" {
  description = "E-mail addresses that receive alarms, events and budget notices; each must confirm its subscriptions."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for email in var.alarm_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", email))])
    error_message = "Every entry of alarm_emails must be an e-mail address."
  }
}

variable "monthly_budget_usd" {
  description = "Monthly cost limit in US dollars that the budget measures against."
  type        = number
  nullable    = false

  validation {
    condition     = var.monthly_budget_usd > 0
    error_message = "The monthly budget must be more than 0 US dollars."
  }
}

variable "all_alarms" {
  description = "Whether to create the diagnostic alarms (restarts, pending pods, NAT ports, blocked requests, model internals) beside the core ones."
  type        = bool
  default     = true
  nullable    = false
}

variable "p95_target_s" {
  description = "Latency target in seconds: alarms fire when the 95th percentile stays above it."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.p95_target_s > 0 && var.p95_target_s <= 900
    error_message = "The latency target must be more than 0 and at most 900 seconds, the longest response a REST API streams."
  }
}

variable "error_rate_percent" {
  description = "Share of requests, in percent, that may end in a server error before an alarm fires."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.error_rate_percent > 0 && var.error_rate_percent < 100
    error_message = "The error rate must lie between 0 and 100 percent."
  }
}

variable "utilization_percent" {
  description = "Node CPU, node memory and pod memory use, in percent, above which an alarm fires."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.utilization_percent > 0 && var.utilization_percent < 100
    error_message = "The utilisation threshold must lie between 0 and 100 percent."
  }
}

variable "blocked_requests" {
  description = "Requests a web ACL may block in five minutes before an alarm fires."
  type        = number
  default     = 1000
  nullable    = false

  validation {
    condition     = var.blocked_requests > 0
    error_message = "The number of blocked requests must be more than 0."
  }
}

variable "certificate_days" {
  description = "Days before expiry at which a certificate raises an alarm. ACM renews 60 days before expiry, so 30 means that renewal is stuck."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.certificate_days >= 1 && var.certificate_days <= 45
    error_message = "The days before certificate expiry must lie between 1 and 45."
  }
}

variable "distribution_id" {
  description = "ID of the CloudFront distribution, or null when there is none."
  type        = string
  default     = null
}

variable "rest_api" {
  description = "Name and stage of the REST API (its CloudWatch dimension is the name), or null in the other edge modes."
  type = object({
    name  = string
    stage = string
  })
  default = null
}

variable "http_api" {
  description = "ID and stage of the HTTP API (its CloudWatch dimension is the ID), or null in the other edge modes."
  type = object({
    id    = string
    stage = string
  })
  default = null
}

variable "alb_arn_suffix" {
  description = "ARN suffix of the load balancer (app/name/id), or null when there is none."
  type        = string
  default     = null

  validation {
    condition     = var.alb_arn_suffix == null || can(regex("^app/[^/]+/[0-9a-f]+$", var.alb_arn_suffix))
    error_message = "The load balancer's ARN suffix must look like app/name/0123456789abcdef."
  }
}

variable "target_group_arn_suffixes" {
  description = "ARN suffixes of the target groups (targetgroup/name/id), by model."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.target_group_arn_suffixes) == 0 || var.alb_arn_suffix != null
    error_message = "Target groups are watched together with their load balancer: set alb_arn_suffix too."
  }
}

variable "scale_to_zero_models" {
  description = "Models that may have no replica at all; having no healthy target is not an alarm for them."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "cluster_name" {
  description = "Name of the EKS cluster, or null when there is none."
  type        = string
  default     = null
}

variable "application_log_group_name" {
  description = "Name of the log group of the cluster's containers (/aws/containerinsights/<cluster>/application), or null when nothing collects their logs."
  type        = string
  default     = null
}

variable "model_metrics" {
  description = "Where the metrics collector publishes the inference engines' Prometheus metrics: the CloudWatch namespace and, by model, the dimensions. Null when nothing collects them."
  type = object({
    namespace  = string
    dimensions = map(map(string))
  })
  default = null
}

variable "sagemaker_async_endpoints" {
  description = "Names of SageMaker asynchronous endpoints whose backlog is watched."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "nat_gateway_ids" {
  description = "IDs of the zonal NAT gateways."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "edge_web_acl_name" {
  description = "Name of the web ACL on the CloudFront distribution, or null when there is none."
  type        = string
  default     = null
}

variable "regional_web_acl_name" {
  description = "Name of the web ACL on the REST stage or load balancer, or null when there is none."
  type        = string
  default     = null
}

variable "certificate_arns" {
  description = "ARNs of the ACM certificates in use, in this Region or us-east-1."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.certificate_arns : can(regex("^arn:[^:]+:acm:[^:]+:[0-9]{12}:certificate/", arn))])
    error_message = "Every entry of certificate_arns must be the ARN of an ACM certificate."
  }
}

variable "api_log_group_name" {
  description = "Name of the API's access log group, shown on the dashboard, or null when there is no API."
  type        = string
  default     = null
}

variable "anomaly_detection" {
  description = "Whether to watch traffic and costs for anomalies."
  type        = bool
  default     = false
  nullable    = false
}

variable "anomaly_impact_usd" {
  description = "Smallest total impact, in US dollars, of a cost anomaly that is reported."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.anomaly_impact_usd > 0
    error_message = "The impact of a cost anomaly must be more than 0 US dollars."
  }
}

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
