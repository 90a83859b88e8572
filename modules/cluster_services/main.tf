# Written by deployer. Edit freely: generating again keeps every edit.

locals {
  name = "${var.project}-${var.environment}"
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

# AL2023's NVIDIA image has driver and container toolkit but not this. The chart chooses nodes labelled nvidia.com/gpu.present=true, as the module eks labels them, and tolerates their taint: on a cluster without GPU nodes it runs nowhere.
resource "helm_release" "nvidia_device_plugin" {
  count = var.nvidia_device_plugin ? 1 : 0

  name            = "nvidia-device-plugin"
  namespace       = "kube-system"
  repository      = "https://nvidia.github.io/k8s-device-plugin"
  chart           = "nvidia-device-plugin"
  version         = var.nvidia_device_plugin_chart_version
  atomic          = true
  cleanup_on_fail = true

  values = [yamlencode({
    # A node of the GPU label whose driver is broken should show it, not pretend to have no GPU.
    failOnInitError = true

    resources = {
      requests = { cpu = "50m", memory = "64Mi" }
      limits   = { memory = "256Mi" }
    }
  })]
}
