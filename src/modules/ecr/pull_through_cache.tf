variable "pull_through_caches" {
  description = "Upstream registries whose images are pulled through this one, by a short name of their own: the host to pull from, and whether it wants credentials (Docker Hub, GitHub and GitLab do; public.ecr.aws, registry.k8s.io and quay.io do not)."
  type = map(object({
    upstream_registry_url = string
    authenticated         = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.pull_through_caches) : can(regex("^[a-z0-9]+(-[a-z0-9]+)*$", name))])
    error_message = "Short names consist of lower-case letters and digits, with single hyphens between them."
  }

  validation {
    condition     = alltrue([for cache in values(var.pull_through_caches) : can(regex("^[a-z0-9.-]+$", cache.upstream_registry_url))])
    error_message = "Name the registry's host alone, for example registry-1.docker.io, without https:// or a path."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the role of the pull-through caches can ever do, or null."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", var.permissions_boundary_arn))
    error_message = "The permissions boundary is the ARN of an IAM policy."
  }
}

data "aws_region" "current" {}

locals {
  # Rules are shared by the whole account and Region, hence the environment in the prefix; ECR limits it to 30 characters.
  cache_names = { for name in keys(var.pull_through_caches) : name => "${local.name}-${name}" }
  cache_prefixes = {
    for name, full in local.cache_names :
    name => length(full) <= 30 ? full : "${trimsuffix(substr(full, 0, 21), "-")}-${substr(sha256(full), 0, 8)}"
  }

  authenticated_caches = toset([for name, cache in var.pull_through_caches : name if cache.authenticated])
}

# ECR creates the cached repositories itself, with this role: the default would be unencrypted by our key.
data "aws_iam_policy_document" "cache_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecr.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "cache" {
  statement {
    sid     = "CreateCachedRepositories"
    actions = ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"]
    resources = [
      for prefix in values(local.cache_prefixes) :
      "arn:${data.aws_partition.current.partition}:ecr:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:repository/${prefix}/*"
    ]
  }

  statement {
    sid       = "EncryptThem"
    actions   = ["kms:CreateGrant", "kms:RetireGrant", "kms:DescribeKey"]
    resources = [aws_kms_key.ecr.arn]
  }
}

# The credentials are put in by command line, as JSON with username and accessToken; Terraform never sees them.
resource "aws_secretsmanager_secret" "upstream" {
  #checkov:skip=CKV_AWS_149: ECR reads upstream credentials only under the key aws/secretsmanager, not under one of ours.
  #checkov:skip=CKV2_AWS_57: the credentials are issued by the upstream registry.
  for_each = local.authenticated_caches

  # ECR's service-linked role may read secrets with this prefix and no others.
  name        = "ecr-pullthroughcache/${local.cache_names[each.key]}"
  description = "Credentials of ${local.name} for ${var.pull_through_caches[each.key].upstream_registry_url}: JSON with username and accessToken."

  # A deleted secret's name stays taken for the time it can be restored.
  recovery_window_in_days = var.force_delete ? 0 : 30

  tags = var.tags
}

# ECR reads the secret when the rule is made, so there has to be a value. The label of its own keeps this version from being
# dropped once real credentials have followed: Terraform would make it again, on top of them.
resource "aws_secretsmanager_secret_version" "placeholder" {
  for_each = aws_secretsmanager_secret.upstream

  secret_id      = each.value.id
  secret_string  = jsonencode({ username = "none-yet", accessToken = "none-yet" })
  version_stages = ["AWSCURRENT", "placeholder"]

  lifecycle {
    ignore_changes = [secret_string, version_stages]
  }
}

resource "aws_ecr_pull_through_cache_rule" "this" {
  for_each = var.pull_through_caches

  ecr_repository_prefix = local.cache_prefixes[each.key]
  upstream_registry_url = each.value.upstream_registry_url
  credential_arn        = each.value.authenticated ? aws_secretsmanager_secret.upstream[each.key].arn : null

  depends_on = [aws_secretsmanager_secret_version.placeholder]
}

resource "aws_iam_role" "cache" {
  count = length(var.pull_through_caches) > 0 ? 1 : 0

  name                 = "${local.name}-ecr-cache"
  description          = "Lets ECR create the repositories of the pull-through caches."
  assume_role_policy   = data.aws_iam_policy_document.cache_trust.json
  permissions_boundary = var.permissions_boundary_arn

  tags = var.tags
}

resource "aws_iam_role_policy" "cache" {
  count = length(var.pull_through_caches) > 0 ? 1 : 0

  name   = "create-cached-repositories"
  role   = aws_iam_role.cache[0].name
  policy = data.aws_iam_policy_document.cache.json
}

resource "aws_ecr_repository_creation_template" "cache" {
  for_each = var.pull_through_caches

  prefix          = aws_ecr_pull_through_cache_rule.this[each.key].ecr_repository_prefix
  description     = "Images cached from ${each.value.upstream_registry_url}"
  applied_for     = ["PULL_THROUGH_CACHE"]
  custom_role_arn = aws_iam_role.cache[0].arn

  # ECR asks upstream once a day whether a cached tag has moved, and could not follow it under IMMUTABLE. What is deployed
  # is named by digest all the same.
  image_tag_mutability = "MUTABLE"
  lifecycle_policy     = local.lifecycle_policy

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.ecr.arn
  }
}

output "pull_through_urls" {
  description = "What replaces the upstream host in an image reference, by the names in pull_through_caches."
  value = {
    for name, rule in aws_ecr_pull_through_cache_rule.this :
    name => "${rule.registry_id}.dkr.ecr.${data.aws_region.current.region}.${data.aws_partition.current.dns_suffix}/${rule.ecr_repository_prefix}"
  }
}

output "pull_through_repository_arns" {
  description = "ARN patterns of the cached repositories: the first pull of an image needs ecr:CreateRepository and ecr:BatchImportUpstreamImage on them."
  value = [
    for prefix in values(local.cache_prefixes) :
    "arn:${data.aws_partition.current.partition}:ecr:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:repository/${prefix}/*"
  ]
}

output "pull_through_secret_arns" {
  description = "ARNs of the secrets that hold the upstream credentials once these have been put in, by the names in pull_through_caches."
  value       = { for name, secret in aws_secretsmanager_secret.upstream : name => secret.arn }
}
