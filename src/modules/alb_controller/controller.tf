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

data "aws_partition" "current" {}

data "aws_iam_policy_document" "controller_trust" {
  count = var.compute_mode == "managed" ? 1 : 0

  statement {
    # Pod Identity tags every session with where the pod comes from, so the role needs both actions and can insist on the one service account.
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/eks-cluster-arn"
      values   = ["arn:${data.aws_partition.current.partition}:eks:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:cluster/${var.cluster_name}"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-namespace"
      values   = ["kube-system"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-service-account"
      values   = ["aws-load-balancer-controller"]
    }
  }
}

# The controller's documentation names these nine actions for TargetGroupBinding alone; an Ingress made in this cluster fails for want of permission, which is intended.
data "aws_iam_policy_document" "controller" {
  count = var.compute_mode == "managed" ? 1 : 0

  # None of these supports resource-level permissions.
  statement {
    sid = "SeeTargets"
    actions = [
      "ec2:DescribeInstances",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeVpcs",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
    ]
    resources = ["*"]
  }

  statement {
    sid = "RegisterPods"
    actions = [
      "elasticloadbalancing:DeregisterTargets",
      "elasticloadbalancing:ModifyTargetGroup",
      "elasticloadbalancing:ModifyTargetGroupAttributes",
      "elasticloadbalancing:RegisterTargets",
    ]
    resources = [for group in aws_lb_target_group.model : group.arn]
  }
}

resource "aws_iam_role" "controller" {
  count = var.compute_mode == "managed" ? 1 : 0

  name                 = "${local.name}-load-balancer-controller"
  description          = "AWS Load Balancer Controller of the EKS cluster ${var.cluster_name}"
  assume_role_policy   = data.aws_iam_policy_document.controller_trust[0].json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "controller" {
  count = var.compute_mode == "managed" ? 1 : 0

  name   = "register-pods"
  role   = aws_iam_role.controller[0].id
  policy = data.aws_iam_policy_document.controller[0].json
}

resource "aws_eks_pod_identity_association" "controller" {
  count = var.compute_mode == "managed" ? 1 : 0

  cluster_name    = var.cluster_name
  namespace       = "kube-system"
  service_account = "aws-load-balancer-controller"
  role_arn        = aws_iam_role.controller[0].arn
  tags            = var.tags
}

resource "helm_release" "controller" {
  count = var.compute_mode == "managed" ? 1 : 0

  name            = "aws-load-balancer-controller"
  namespace       = "kube-system"
  repository      = "https://aws.github.io/eks-charts"
  chart           = "aws-load-balancer-controller"
  version         = var.controller_chart_version
  atomic          = true
  cleanup_on_fail = true

  values = [yamlencode({
    clusterName  = var.cluster_name
    replicaCount = var.controller_replicas

    # Told, because the node's hop limit of 1 keeps the pod from instance metadata.
    region = data.aws_region.current.region
    vpcId  = var.vpc_id

    serviceAccount = {
      name = "aws-load-balancer-controller"
    }

    # Only TargetGroupBindings: no Ingress class, no Services, no Gateway API, and no calls to WAF and Shield, for which a private cluster has no endpoint.
    createIngressClassResource  = false
    ingressClassParams          = { create = false }
    enableServiceMutatorWebhook = false
    enableShield                = false
    enableWaf                   = false
    enableWafv2                 = false

    controllerConfig = {
      featureGates = {
        ALBGatewayAPI           = false
        NLBGatewayAPI           = false
        GatewayListenerSet      = false
        EnableServiceController = false
      }
    }

    podDisruptionBudget = {
      maxUnavailable = 1
    }

    resources = {
      requests = { cpu = "100m", memory = "128Mi" }
      limits   = { memory = "512Mi" }
    }
  })]

  # A pod that starts before its association has no credentials, and keeps none until it restarts.
  depends_on = [
    aws_eks_pod_identity_association.controller,
    aws_iam_role_policy.controller,
  ]
}
