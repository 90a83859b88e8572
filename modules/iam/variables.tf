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

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the roles of this module can ever do, or null."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", var.permissions_boundary_arn))
    error_message = "The permissions boundary is the ARN of an IAM policy."
  }
}

variable "pod_roles" {
  description = "Roles for pods, by name: the service account that takes the role, its namespace, and the policy document (JSON)."
  type = map(object({
    namespace       = string
    service_account = string
    policy_json     = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.pod_roles) : can(regex("^[a-z][a-z0-9-]{0,62}$", name))])
    error_message = "Role names have up to 63 lower-case letters, digits or hyphens, and start with a letter."
  }

  validation {
    condition     = alltrue([for role in values(var.pod_roles) : can(jsondecode(role.policy_json).Statement)])
    error_message = "policy_json must be an IAM policy document with a Statement."
  }

  # A cluster associates one role with a service account (EKS answers a second one with ResourceInUseException).
  validation {
    condition     = length(distinct([for role in values(var.pod_roles) : "${role.namespace}/${role.service_account}"])) == length(var.pod_roles)
    error_message = "Each service account can have only one role."
  }
}

variable "cluster_name" {
  description = "EKS cluster in which the pod roles are associated with their service accounts, or null to make the roles alone."
  type        = string
  default     = null
}

variable "github_subjects" {
  description = "Subjects of GitHub Actions tokens that may deploy: repo:OWNER/NAME:environment:prod, or repo:OWNER/NAME:ref:refs/heads/main. Empty makes no deploy role."
  type        = list(string)
  default     = []
  nullable    = false

  # A wildcard before the last part would let other repositories in; a subject without a place lets every branch and pull
  # request in.
  validation {
    condition = alltrue([
      for subject in var.github_subjects :
      can(regex("^repo:[A-Za-z0-9_.@-]+/[A-Za-z0-9_.@-]+:(environment:[^*?:]+|ref:refs/(heads|tags)/[^?:]+)$", subject))
    ])
    error_message = "Subjects are repo:OWNER/NAME:environment:ENVIRONMENT or repo:OWNER/NAME:ref:refs/heads/BRANCH (or refs/tags/TAG); a * may stand in a branch or tag only."
  }
}

variable "github_environment_only" {
  description = "Whether every subject must name this environment's GitHub environment, whose reviewers and branch rules then guard the role. For prod."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.github_environment_only || alltrue([for subject in var.github_subjects : endswith(subject, ":environment:${var.environment}")])
    error_message = "Every subject must end in :environment: and the name of this environment."
  }
}

variable "create_github_oidc_provider" {
  description = "Whether to make the account's identity provider for GitHub Actions. An account has one at most: false uses the one that another environment or team made."
  type        = bool
  default     = true
  nullable    = false
}

variable "deploy_policies" {
  description = "Policy documents (JSON) of the deploy role, by name. Each becomes a managed policy."
  type        = map(string)
  default     = {}
  nullable    = false

  # IAM's default quota; it can be raised to 25.
  validation {
    condition     = length(var.deploy_policies) <= 10
    error_message = "A role takes 10 managed policies; merge some of the documents."
  }

  # IAM does not count white space. Encoding again takes it out.
  validation {
    condition     = alltrue([for document in values(var.deploy_policies) : try(length(jsonencode(jsondecode(document))) <= 6144, false)])
    error_message = "Each document must be JSON of at most 6144 characters, IAM's limit for a managed policy; split it into two."
  }
}

variable "deploy_session_seconds" {
  description = "Longest session of the deploy role in seconds, from 3600 to 43200. It must cover a whole run: a distribution alone can take 40 minutes."
  type        = number
  default     = 14400
  nullable    = false

  validation {
    condition     = var.deploy_session_seconds >= 3600 && var.deploy_session_seconds <= 43200
    error_message = "IAM allows sessions of 3600 to 43200 seconds."
  }
}

variable "manage_api_gateway_account" {
  description = "Whether this environment owns the role with which API Gateway writes logs, a setting that an account has once per Region. Only one environment may."
  type        = bool
  default     = false
  nullable    = false
}
