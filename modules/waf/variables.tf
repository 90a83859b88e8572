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
