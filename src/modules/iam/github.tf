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

locals {
  github_issuer = "token.actions.githubusercontent.com"
  deploys       = length(var.github_subjects) > 0
  github_oidc_provider_arn = one(concat(
    aws_iam_openid_connect_provider.github[*].arn,
    data.aws_iam_openid_connect_provider.github[*].arn
  ))
}

data "aws_iam_openid_connect_provider" "github" {
  count = local.deploys && !var.create_github_oidc_provider ? 1 : 0

  url = "https://${local.github_issuer}"
}

data "aws_iam_policy_document" "deploy_trust" {
  count = local.deploys ? 1 : 0

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.github_oidc_provider_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.github_issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    # Like, for a * in a branch or tag; github_subjects admits none anywhere else.
    condition {
      test     = "StringLike"
      variable = "${local.github_issuer}:sub"
      values   = var.github_subjects
    }
  }
}

# The deploy role makes and edits roles by name, and its own name is one of those. The boundary is what limits it, so no role
# gets permissions without the boundary, and the role can neither take boundaries away nor change the boundary or this policy.
data "aws_iam_policy_document" "deploy_boundary" {
  count = local.deploys && var.permissions_boundary_arn != null ? 1 : 0

  statement {
    sid       = "OnlyRolesWithin"
    effect    = "Deny"
    actions   = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
    resources = ["*"]

    condition {
      test     = "StringNotEquals"
      variable = "iam:PermissionsBoundary"
      values   = [var.permissions_boundary_arn]
    }
  }

  statement {
    sid       = "BoundariesStay"
    effect    = "Deny"
    actions   = ["iam:DeleteRolePermissionsBoundary"]
    resources = ["*"]
  }

  statement {
    sid       = "BoundaryUnchanged"
    effect    = "Deny"
    actions   = ["iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"]
    resources = [var.permissions_boundary_arn]
  }

  statement {
    sid       = "ThisPolicyUnchanged"
    effect    = "Deny"
    actions   = ["iam:DeleteRolePolicy", "iam:PutRolePolicy"]
    resources = [aws_iam_role.deploy[0].arn]
  }
}

# No thumbprint: IAM verifies GitHub's certificate against its own list of authorities.
resource "aws_iam_openid_connect_provider" "github" {
  count = local.deploys && var.create_github_oidc_provider ? 1 : 0

  url            = "https://${local.github_issuer}"
  client_id_list = ["sts.amazonaws.com"]

  tags = var.tags
}

resource "aws_iam_role" "deploy" {
  count = local.deploys ? 1 : 0

  name                 = "${local.name}-deploy"
  description          = "Deploys ${local.name} from GitHub Actions."
  assume_role_policy   = data.aws_iam_policy_document.deploy_trust[0].json
  permissions_boundary = var.permissions_boundary_arn
  max_session_duration = var.deploy_session_seconds

  tags = var.tags
}

# Managed policies, because all inline policies of a role together may have no more than 10,240 characters.
resource "aws_iam_policy" "deploy" {
  for_each = local.deploys ? var.deploy_policies : {}

  name        = "${local.name}-deploy-${each.key}"
  description = "What the deploy role of ${local.name} may do: ${each.key}."
  policy      = each.value

  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "deploy" {
  for_each = aws_iam_policy.deploy

  role       = aws_iam_role.deploy[0].name
  policy_arn = each.value.arn
}

resource "aws_iam_role_policy" "deploy_boundary" {
  count = local.deploys && var.permissions_boundary_arn != null ? 1 : 0

  name   = "stay-within-boundary"
  role   = aws_iam_role.deploy[0].name
  policy = data.aws_iam_policy_document.deploy_boundary[0].json
}

output "deploy_role_arn" {
  description = "ARN of the role that GitHub Actions deploys with, or null without subjects."
  value       = one(aws_iam_role.deploy[*].arn)
}

output "github_oidc_provider_arn" {
  description = "ARN of the account's identity provider for GitHub Actions, or null without subjects."
  value       = local.github_oidc_provider_arn
}
