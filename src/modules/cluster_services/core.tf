variable "cluster_name" {
  description = "Name of the EKS cluster, whose compute mode is `managed`: Auto Mode brings both services itself."
  type        = string
  nullable    = false
}

variable "cluster_autoscaler_chart_version" {
  description = "Version of the cluster-autoscaler Helm chart."
  type        = string
  default     = "9.57.0"
  nullable    = false
}

variable "cluster_autoscaler_image_tag" {
  description = "Tag of the Cluster Autoscaler image, whose minor version should be that of Kubernetes (for example \"v1.34.2\"); null for the chart's own."
  type        = string
  default     = null

  validation {
    condition     = var.cluster_autoscaler_image_tag == null || can(regex("^v1\\.[0-9]+\\.[0-9]+$", var.cluster_autoscaler_image_tag))
    error_message = "Give a released version such as \"v1.34.2\"."
  }
}

variable "cluster_autoscaler_replicas" {
  description = "Cluster Autoscaler pods. One works at a time; a second takes over at once when its node goes."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.cluster_autoscaler_replicas >= 1 && var.cluster_autoscaler_replicas <= 3
    error_message = "One to three replicas: only one works at a time."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the permissions boundary for the roles made here; null for none."
  type        = string
  default     = null
}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

data "aws_iam_policy_document" "cluster_autoscaler_trust" {
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
      values   = ["${local.eks_arn_prefix}:cluster/${var.cluster_name}"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-namespace"
      values   = ["kube-system"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-service-account"
      values   = ["cluster-autoscaler"]
    }
  }
}

data "aws_iam_policy_document" "cluster_autoscaler" {
  # None of these supports resource-level permissions.
  statement {
    sid = "SeeGroupsAndInstanceTypes"
    actions = [
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeAutoScalingInstances",
      "autoscaling:DescribeLaunchConfigurations",
      "autoscaling:DescribeScalingActivities",
      "autoscaling:DescribeTags",
      "ec2:DescribeImages",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:GetInstanceTypesFromInstanceRequirements",
    ]
    resources = ["*"]
  }

  # Labels and taints of a node group that has no node at the moment.
  statement {
    sid       = "SeeNodeGroups"
    actions   = ["eks:DescribeNodegroup"]
    resources = ["${local.eks_arn_prefix}:nodegroup/${var.cluster_name}/*/*"]
  }

  # EKS puts this tag on the Auto Scaling groups of its managed node groups.
  statement {
    sid       = "ScaleThisClustersGroups"
    actions   = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
    resources = ["arn:${data.aws_partition.current.partition}:autoscaling:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:autoScalingGroup:*:autoScalingGroupName/eks-*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/k8s.io/cluster-autoscaler/${var.cluster_name}"
      values   = ["owned"]
    }
  }
}

locals {
  eks_arn_prefix = "arn:${data.aws_partition.current.partition}:eks:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}"
}

resource "aws_iam_role" "cluster_autoscaler" {
  name                 = "${local.name}-cluster-autoscaler"
  description          = "Cluster Autoscaler of the EKS cluster ${var.cluster_name}"
  assume_role_policy   = data.aws_iam_policy_document.cluster_autoscaler_trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "cluster_autoscaler" {
  name   = "scale-node-groups"
  role   = aws_iam_role.cluster_autoscaler.id
  policy = data.aws_iam_policy_document.cluster_autoscaler.json
}

resource "aws_eks_pod_identity_association" "cluster_autoscaler" {
  cluster_name    = var.cluster_name
  namespace       = "kube-system"
  service_account = "cluster-autoscaler"
  role_arn        = aws_iam_role.cluster_autoscaler.arn
  tags            = var.tags
}

resource "helm_release" "cluster_autoscaler" {
  name            = "cluster-autoscaler"
  namespace       = "kube-system"
  repository      = "https://kubernetes.github.io/autoscaler"
  chart           = "cluster-autoscaler"
  version         = var.cluster_autoscaler_chart_version
  atomic          = true
  cleanup_on_fail = true

  values = [yamlencode({
    fullnameOverride = "cluster-autoscaler"
    replicaCount     = var.cluster_autoscaler_replicas
    awsRegion        = data.aws_region.current.region
    image            = var.cluster_autoscaler_image_tag == null ? {} : { tag = var.cluster_autoscaler_image_tag }

    autoDiscovery = {
      clusterName = var.cluster_name
    }

    rbac = {
      serviceAccount = {
        name = "cluster-autoscaler"
      }
    }

    extraArgs = {
      expander = "least-waste"
      # The weights lie in an emptyDir and agents run everywhere: with the defaults (true) no GPU node would ever be given back.
      skip-nodes-with-local-storage = false
      skip-nodes-with-system-pods   = false
      # A GPU node takes minutes to start and minutes to load a model: do not give it back between two requests.
      scale-down-unneeded-time = "15m"
    }

    resources = {
      requests = { cpu = "100m", memory = "300Mi" }
      limits   = { memory = "600Mi" }
    }

    securityContext = {
      runAsNonRoot   = true
      runAsUser      = 65534
      runAsGroup     = 65534
      seccompProfile = { type = "RuntimeDefault" }
    }

    containerSecurityContext = {
      allowPrivilegeEscalation = false
      readOnlyRootFilesystem   = true
      capabilities             = { drop = ["ALL"] }
    }
  })]

  # A pod that starts before its association has no credentials, and keeps none until it restarts.
  depends_on = [
    aws_eks_pod_identity_association.cluster_autoscaler,
    aws_iam_role_policy.cluster_autoscaler,
  ]
}

output "cluster_autoscaler_role_arn" {
  description = "ARN of Cluster Autoscaler's role."
  value       = aws_iam_role.cluster_autoscaler.arn
}
