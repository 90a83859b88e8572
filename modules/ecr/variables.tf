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

variable "repositories" {
  description = "Repositories to make, by the name that follows the project's and the environment's: inference becomes PROJECT-ENVIRONMENT-inference."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.repositories) > 0 && alltrue([for name in var.repositories : can(regex("^[a-z0-9]+([._-][a-z0-9]+)*$", name))])
    error_message = "Name at least one repository, in lower-case letters and digits, with single dots, hyphens or underscores between them."
  }
}

variable "tag_mutability" {
  description = "IMMUTABLE, so that a tag names one image for ever; or IMMUTABLE_WITH_EXCLUSION, which lets the tags of mutable_tag_filters move."
  type        = string
  default     = "IMMUTABLE"
  nullable    = false

  validation {
    condition     = contains(["IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"], var.tag_mutability)
    error_message = "tag_mutability is IMMUTABLE or IMMUTABLE_WITH_EXCLUSION: deployments name digests, so no image tag has to move."
  }
}

variable "mutable_tag_filters" {
  description = "Tags that may move under IMMUTABLE_WITH_EXCLUSION, with * as wildcard: buildcache* for a build cache kept in the registry."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = (var.tag_mutability == "IMMUTABLE_WITH_EXCLUSION") == (length(var.mutable_tag_filters) > 0)
    error_message = "IMMUTABLE_WITH_EXCLUSION needs mutable_tag_filters, and IMMUTABLE has none."
  }

  validation {
    condition     = length(var.mutable_tag_filters) <= 5 && alltrue([for filter in var.mutable_tag_filters : can(regex("^[0-9A-Za-z._*-]{1,128}$", filter)) && filter != "*"])
    error_message = "ECR takes up to five filters of letters, digits, dots, hyphens, underscores and *; a lone * would make every tag mutable."
  }
}

variable "keep_tagged" {
  description = "Number of tagged images to keep in each repository. It must cover every image that may still be deployed or rolled back to."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.keep_tagged >= 5
    error_message = "Keep at least 5 tagged images, so that there is something to roll back to."
  }
}

variable "untagged_days" {
  description = "Days to keep an image after its last tag is gone."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.untagged_days >= 1
    error_message = "Keep untagged images for at least one day."
  }
}

variable "force_delete" {
  description = "Whether destroying the environment also deletes the images in the repositories. For dev only."
  type        = bool
  default     = false
  nullable    = false
}

variable "scan_type" {
  description = "How the registry scans images: BASIC (operating system packages, on push, free) or ENHANCED (Amazon Inspector: language packages too, again with every new finding, billed per image)."
  type        = string
  default     = "BASIC"
  nullable    = false

  validation {
    condition     = contains(["BASIC", "ENHANCED"], var.scan_type)
    error_message = "scan_type is BASIC or ENHANCED."
  }
}

variable "manage_registry_scanning" {
  description = "Whether this environment owns the scanning configuration, of which an account has one per Region. Only one environment may; in the others scan_type has no effect."
  type        = bool
  default     = false
  nullable    = false
}
