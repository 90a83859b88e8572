# Written by deployer. Edit freely: generating again keeps every edit.

locals {
  name = "${var.project}-${var.environment}"
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

data "aws_iam_policy_document" "api_gateway_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["apigateway.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "api_gateway" {
  count = var.manage_api_gateway_account ? 1 : 0

  name                 = "${local.name}-api-gateway-logs"
  description          = "Lets API Gateway write its logs."
  assume_role_policy   = data.aws_iam_policy_document.api_gateway_trust.json
  permissions_boundary = var.permissions_boundary_arn

  tags = var.tags
}

# AWS's own policy, because API Gateway tests for exactly these permissions when it is given the role.
resource "aws_iam_role_policy_attachment" "api_gateway" {
  count = var.manage_api_gateway_account ? 1 : 0

  role       = aws_iam_role.api_gateway[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

# Without this setting no stage in the Region can log. Destroying it takes the setting from every API in the Region.
resource "aws_api_gateway_account" "this" {
  count = var.manage_api_gateway_account ? 1 : 0

  cloudwatch_role_arn = aws_iam_role.api_gateway[0].arn

  depends_on = [aws_iam_role_policy_attachment.api_gateway]
}
