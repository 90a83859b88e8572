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

variable "alb_arn" {
  description = "Load balancer the REST API's VPC link sends requests to (integration target). Needed in rest mode."
  type        = string
  default     = null

  validation {
    condition     = var.mode != "rest" || var.alb_arn != null
    error_message = "A REST API needs alb_arn, the target of its private integration."
  }
}

variable "alb_dns_name" {
  description = "DNS name of the load balancer, used as Host header when origin_domain is null. Needed in rest mode."
  type        = string
  default     = null

  validation {
    condition     = var.mode != "rest" || var.alb_dns_name != null || var.origin_domain != null
    error_message = "A REST API needs origin_domain, or alb_dns_name where the listener has no certificate."
  }
}

variable "stream" {
  description = "Whether generate answers reach the caller as the model produces them. Streaming lifts the 29-second limit to 15 minutes and gives up response caching and mapping, which this API does not use."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = var.mode != "rest" || var.stream || var.timeout_ms <= 29000
    error_message = "Without streaming a REST API waits 29000 ms at most."
  }

  validation {
    condition     = var.mode == "rest" || !var.stream
    error_message = "HTTP APIs do not stream; use rest mode or a CloudFront VPC origin."
  }
}

variable "api_key_clients" {
  description = "Names of the callers that get an API key of their own. With any, every call but /health needs a key: alone (auth api_key), or beside a signature (auth iam) to meter callers by usage plan."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for client in var.api_key_clients : can(regex("^[a-zA-Z0-9_-]{1,64}$", client))])
    error_message = "Client names are 1 to 64 letters, digits, hyphens or underscores."
  }

  validation {
    condition     = var.mode != "rest" || (var.auth == "api_key" ? length(var.api_key_clients) > 0 : var.auth == "iam" || length(var.api_key_clients) == 0)
    error_message = "Name at least one client with auth api_key; with auth none there is nobody to give a key to."
  }
}

variable "binary_media_types" {
  description = "Content types passed through as bytes, such as audio/wav. Anything not listed is treated as UTF-8 text, which damages uploads that are not."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "client_throttle_rate" {
  description = "Steady request rate of each API key, in requests per second; null lets one client use up the rate of the whole stage."
  type        = number
  default     = null

  validation {
    condition     = var.client_throttle_rate == null ? true : var.client_throttle_rate > 0 && var.client_throttle_rate <= var.throttle_rate
    error_message = "The rate of one client must be above 0 and not above throttle_rate, the rate of the whole stage."
  }
}

variable "client_throttle_burst" {
  description = "Requests each API key may make at once before its rate applies; null means as many as the whole stage."
  type        = number
  default     = null

  validation {
    condition     = var.client_throttle_burst == null ? true : var.client_throttle_burst >= 1 && var.client_throttle_burst <= var.throttle_burst
    error_message = "The burst of one client must be at least 1 and not above throttle_burst, the burst of the whole stage."
  }
}

variable "monthly_quota" {
  description = "Requests each API key may make in a calendar month; null means no limit."
  type        = number
  default     = null

  validation {
    condition     = var.monthly_quota == null ? true : var.monthly_quota >= 1
    error_message = "The monthly quota must be at least 1 request; null means no limit."
  }
}
