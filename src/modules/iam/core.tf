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

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  # IAM allows 64 characters for the whole name, which a long project, environment and model exceed together. What is cut
  # off lies behind the environment's prefix, by which policies know these roles.
  pod_role_names = {
    for name in keys(var.pod_roles) : name => (
      length("${local.name}-${name}") <= 64
      ? "${local.name}-${name}"
      : "${trimsuffix(substr("${local.name}-${name}", 0, 55), "-")}-${substr(sha256("${local.name}-${name}"), 0, 8)}"
    )
  }

  cluster_arn = (
    var.cluster_name == null
    ? null
    : "arn:${data.aws_partition.current.partition}:eks:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:cluster/${var.cluster_name}"
  )
}

# EKS Pod Identity: the agent's service takes the role and tags the session with the pod's place, hence both actions. The
# conditions tie the role to its service account, so that an association made for another one is useless.
data "aws_iam_policy_document" "pod_trust" {
  for_each = var.pod_roles

  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-namespace"
      values   = [each.value.namespace]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-service-account"
      values   = [each.value.service_account]
    }

    dynamic "condition" {
      for_each = local.cluster_arn[*]

      content {
        test     = "StringEquals"
        variable = "aws:RequestTag/eks-cluster-arn"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "pod" {
  for_each = var.pod_roles

  name                 = local.pod_role_names[each.key]
  description          = "Pods of ${each.value.namespace}/${each.value.service_account}"
  assume_role_policy   = data.aws_iam_policy_document.pod_trust[each.key].json
  permissions_boundary = var.permissions_boundary_arn

  tags = var.tags
}

resource "aws_iam_role_policy" "pod" {
  for_each = var.pod_roles

  name   = "workload"
  role   = aws_iam_role.pod[each.key].name
  policy = each.value.policy_json
}

# Takes effect for pods that start afterwards; running ones must be restarted.
resource "aws_eks_pod_identity_association" "pod" {
  for_each = var.cluster_name == null ? {} : var.pod_roles

  cluster_name    = var.cluster_name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.pod[each.key].arn

  tags = var.tags

  # A pod may start right after the association, and should then find what its role allows.
  depends_on = [aws_iam_role_policy.pod]
}

output "role_arns" {
  description = "ARNs of the pod roles by their names in pod_roles."
  value       = { for name, role in aws_iam_role.pod : name => role.arn }
}
