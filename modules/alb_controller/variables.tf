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

variable "vpc_id" {
  description = "ID of the VPC the load balancer and the pods are in."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets of the load balancer, in at least two availability zones: the intra subnets, unless it needs a way out."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "A load balancer needs subnets in at least two availability zones."
  }
}

variable "cluster_name" {
  description = "Name of the EKS cluster that runs the models."
  type        = string
  nullable    = false
}

variable "compute_mode" {
  description = "The cluster's compute mode: `managed` installs the AWS Load Balancer Controller, `auto` has one built in."
  type        = string
  default     = "managed"
  nullable    = false

  validation {
    condition     = contains(["managed", "auto"], var.compute_mode)
    error_message = "The compute mode is \"managed\" or \"auto\"."
  }
}

variable "node_security_group_id" {
  description = "ID of the security group of nodes and pods, where the load balancer is let in."
  type        = string
  nullable    = false
}

variable "models" {
  description = "Models by name: path pattern of the requests (default: /models/<name>/*), container port and path of the health check."
  type = map(object({
    path        = optional(string)
    port        = optional(number, 8080)
    health_path = optional(string, "/health")
  }))
  nullable = false

  validation {
    condition     = length(var.models) > 0 && alltrue([for name, _ in var.models : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", name))])
    error_message = "At least one model is needed; a model's name has up to 63 lower-case letters, digits and hyphens, as Kubernetes wants it."
  }

  validation {
    condition     = alltrue([for model in values(var.models) : model.path == null || can(regex("^/.{0,127}$", model.path))])
    error_message = "A path pattern starts with / and has at most 128 characters."
  }

  validation {
    condition     = alltrue([for model in values(var.models) : model.port >= 1024 && model.port <= 65535 && startswith(model.health_path, "/")])
    error_message = "The port is 1024 to 65535, for the server is not root, and the health path starts with /."
  }
}

variable "idle_timeout" {
  description = "Seconds without a byte after which the load balancer gives up a request: longer than the model server's deadline and shorter than its keep-alive, or clients see 502 now and then. 130 suits buffered answers, 300 streams."
  type        = number
  default     = 130
  nullable    = false

  validation {
    condition     = var.idle_timeout >= 1 && var.idle_timeout <= 4000
    error_message = "The idle timeout is 1 to 4000 seconds."
  }
}

variable "deregistration_delay" {
  description = "Seconds a pod that goes away may still finish its requests: at least as long as the pod drains."
  type        = number
  default     = 130
  nullable    = false

  validation {
    condition     = var.deregistration_delay >= 0 && var.deregistration_delay <= 3600
    error_message = "The deregistration delay is 0 to 3600 seconds."
  }
}

variable "origin_secret_arn" {
  description = "ARN of the secret {\"current\": …, \"previous\": …} that the edge sends in the header x-origin-verify, so that nothing else in the VPC gets past the load balancer."
  type        = string
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the load balancer until this is set to false and applied."
  type        = bool
  default     = true
  nullable    = false
}

variable "controller_replicas" {
  description = "Pods of the AWS Load Balancer Controller. One works at a time; a second takes over at once when its node goes."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.controller_replicas >= 1 && var.controller_replicas <= 3
    error_message = "One to three replicas: only one works at a time."
  }
}

variable "controller_chart_version" {
  description = "Version of the aws-load-balancer-controller Helm chart. Helm does not upgrade the chart's CRDs: apply those of the new version first."
  type        = string
  default     = "3.5.0"
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "ARN of the permissions boundary for the controller's role; null for none."
  type        = string
  default     = null
}

variable "certificate_domain" {
  description = "Domain name the load balancer answers HTTPS under, for example models.internal.example.com; null for plain HTTP inside the VPC, which is for dev only."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_domain == null || can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.certificate_domain))
    error_message = "Give a full domain name in lower case, without a trailing dot."
  }
}

variable "hosted_zone_id" {
  description = "ID of the public Route 53 zone that holds certificate_domain; null without a certificate. The certificate is validated by DNS, for which the zone has to be public."
  type        = string
  default     = null
}

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
