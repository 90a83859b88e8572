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

variable "origin_domain_name" {
  description = "Domain name CloudFront asks for at the origin: the API's invoke domain, or with a VPC origin the name on the load balancer's certificate (or its DNS name without one)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9.-]+$", var.origin_domain_name))
    error_message = "The origin is a bare domain name, without scheme, port or path."
  }
}

variable "origin_path" {
  description = "Path CloudFront puts before every request to the origin, such as a REST API's stage; empty for none."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(/[^/]+)*$", var.origin_path))
    error_message = "The origin path is empty, or starts with a slash and does not end in one."
  }
}

variable "origin_secret_arn" {
  description = "Secret with the value of x-origin-verify, as JSON {current, previous}; CloudFront sends current, and the validators (stage ACL, load balancer) admit both."
  type        = string
  nullable    = false
}

variable "origin_read_timeout" {
  description = "Seconds CloudFront waits for the origin's first byte and between further ones, 1 to 120; more needs a raised quota (`Response timeout per origin`)."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.origin_read_timeout >= 1 && var.origin_read_timeout <= 120
    error_message = "CloudFront waits 1 to 120 seconds."
  }
}

variable "price_class" {
  description = "Edge locations used: PriceClass_100 (North America and Europe), PriceClass_200 (and most of Asia, Africa) or PriceClass_All."
  type        = string
  default     = "PriceClass_100"
  nullable    = false

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "The price class must be PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "geo_allow" {
  description = "Countries (ISO 3166-1 alpha-2 codes, upper case) from which viewers are admitted; empty admits all."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for country in var.geo_allow : can(regex("^[A-Z]{2}$", country))])
    error_message = "Countries are two upper-case letters, such as DE."
  }
}

variable "web_acl_arn" {
  description = "Web ACL of scope CLOUDFRONT that filters the distribution's requests."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[^:]+:wafv2:us-east-1:[0-9]+:global/webacl/", var.web_acl_arn))
    error_message = "A distribution takes the ARN of a web ACL of scope CLOUDFRONT, which lives in us-east-1."
  }
}

variable "aliases" {
  description = "Domain names callers use; the first is the API's official one. Empty leaves only the name under cloudfront.net."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for alias in var.aliases : can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", alias))])
    error_message = "Aliases are full domain names in lower case, such as api.example.com, without wildcards."
  }
}

variable "hosted_zone_id" {
  description = "Public Route 53 zone to which the aliases belong and in which the certificate is validated. Needed with aliases."
  type        = string
  default     = null

  validation {
    condition     = length(var.aliases) == 0 || var.hosted_zone_id != null
    error_message = "Aliases need hosted_zone_id, for their records and the certificate's validation."
  }
}

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
