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

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  # The tagged rule counts, so it never touches an image because of its age alone. There is no rule for "any" images: it
  # would count untagged ones too and could expire an image in use. ECR keeps untagged images that a kept index refers to.
  lifecycle_policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Expire untagged images after ${var.untagged_days} days"
        selection = {
          tagStatus   = "untagged"
          countType   = "sinceImagePushed"
          countUnit   = "days"
          countNumber = var.untagged_days
        }
        action = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Keep the newest ${var.keep_tagged} tagged images"
        selection = {
          tagStatus      = "tagged"
          tagPatternList = ["*"]
          countType      = "imageCountMoreThan"
          countNumber    = var.keep_tagged
        }
        action = { type = "expire" }
      }
    ]
  })
}

# ECR works with grants on the key, which it makes on behalf of whoever creates a repository; those who push and pull need
# no permission on it.
data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109: in a key policy, the resource "*" is this key alone.
  #checkov:skip=CKV_AWS_111: as above.
  #checkov:skip=CKV_AWS_356: as above.
  statement {
    sid       = "AccountAdministration"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }
}

resource "aws_kms_key" "ecr" {
  description             = "Encrypts the container images of ${local.name}."
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json

  tags = var.tags
}

resource "aws_kms_alias" "ecr" {
  name          = "alias/${local.name}-ecr"
  target_key_id = aws_kms_key.ecr.key_id
}

# Changing the name or the encryption replaces the repository, and one with images is only deleted with force_delete.
resource "aws_ecr_repository" "this" {
  for_each = var.repositories

  name                 = "${local.name}-${each.key}"
  image_tag_mutability = var.tag_mutability
  force_delete         = var.force_delete

  dynamic "image_tag_mutability_exclusion_filter" {
    for_each = var.mutable_tag_filters

    content {
      filter      = image_tag_mutability_exclusion_filter.value
      filter_type = "WILDCARD"
    }
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.ecr.arn
  }

  # Holds wherever the registry has no scanning configuration of its own, which would take precedence.
  image_scanning_configuration {
    scan_on_push = true
  }

  tags = var.tags
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each = aws_ecr_repository.this

  repository = each.value.name
  policy     = local.lifecycle_policy
}

# Covers every repository of the account in this Region, whoever made it. ENHANCED switches Amazon Inspector on for ECR,
# for which the caller needs inspector2:Enable and, the first time, iam:CreateServiceLinkedRole.
resource "aws_ecr_registry_scanning_configuration" "this" {
  count = var.manage_registry_scanning ? 1 : 0

  scan_type = var.scan_type

  rule {
    scan_frequency = var.scan_type == "ENHANCED" ? "CONTINUOUS_SCAN" : "SCAN_ON_PUSH"

    repository_filter {
      filter      = "*"
      filter_type = "WILDCARD"
    }
  }
}

output "repository_urls" {
  description = "Repository URLs by the names in repositories, to push to and, with @sha256: and a digest, to deploy from."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}

output "repository_arns" {
  description = "Repository ARNs by the names in repositories, for the policies of those who push and pull."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.arn }
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the images."
  value       = aws_kms_key.ecr.arn
}
