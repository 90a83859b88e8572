# Written by deployer. Edit freely: generating again keeps every edit.

locals {
  name = "${var.project}-${var.environment}"
}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

data "aws_iam_policy_document" "cluster_trust" {
  statement {
    # Auto Mode tags its sessions with the cluster's name, and the AWS managed policies of the role compare resource tags with that.
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "Service"
      identifiers = ["eks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

data "aws_iam_policy_document" "node_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

# In a key policy `*` means this key. The account's IAM policies govern it; EKS itself works by a grant that the caller of CreateCluster makes (kms:CreateGrant).
data "aws_iam_policy_document" "key" {
  statement {
    sid       = "AccountAdministers"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  statement {
    sid       = "LogGroupsOfThisClusterEncrypt"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${data.aws_region.current.region}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values = [
        for prefix in ["/aws/eks", "/aws/containerinsights"] :
        "arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:log-group:${prefix}/${local.name}/*"
      ]
    }
  }
}

locals {
  iam_policy_prefix = "arn:${data.aws_partition.current.partition}:iam::aws:policy"
}

resource "aws_kms_key" "cluster" {
  description             = "Kubernetes secrets and logs of the cluster ${local.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json
  tags                    = merge(var.tags, { Name = "${local.name}-eks" })
}

resource "aws_kms_alias" "cluster" {
  name          = "alias/${local.name}-eks"
  target_key_id = aws_kms_key.cluster.key_id
}

# Made before the cluster: a group that EKS makes itself is unencrypted and keeps logs forever. EKS may write once more after the cluster is gone and so bring the group back (terraform-aws-eks#920, #2763): delete it after a destroy.
resource "aws_cloudwatch_log_group" "cluster" {
  #checkov:skip=CKV_AWS_338: how long logs are kept, and paid for, is the environment's choice
  name              = "/aws/eks/${local.name}/cluster"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.cluster.arn
  tags              = var.tags
}

resource "aws_iam_role" "cluster" {
  name                 = "${local.name}-eks-cluster"
  description          = "Control plane of the EKS cluster ${local.name}"
  assume_role_policy   = data.aws_iam_policy_document.cluster_trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy_attachment" "cluster" {
  for_each = setunion(["AmazonEKSClusterPolicy"], local.auto_cluster_policies)

  role       = aws_iam_role.cluster.name
  policy_arn = "${local.iam_policy_prefix}/${each.key}"
}

resource "aws_iam_role" "node" {
  name                 = "${local.name}-eks-node"
  description          = "Nodes of the EKS cluster ${local.name}; pods have roles of their own through Pod Identity"
  assume_role_policy   = data.aws_iam_policy_document.node_trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

# AmazonEKS_CNI_Policy is missing on purpose: where the CNI is an add-on it has a role of its own, so that no other pod inherits the right to move network interfaces.
resource "aws_iam_role_policy_attachment" "node" {
  for_each = toset([
    "AmazonEC2ContainerRegistryPullOnly",
    var.compute_mode == "auto" ? "AmazonEKSWorkerNodeMinimalPolicy" : "AmazonEKSWorkerNodePolicy",
  ])

  role       = aws_iam_role.node.name
  policy_arn = "${local.iam_policy_prefix}/${each.key}"
}

resource "aws_eks_cluster" "main" {
  #checkov:skip=CKV_AWS_39: private by default; where an environment opens the endpoint it is only to the narrow ranges that public_access_cidrs admits
  name                      = local.name
  version                   = var.kubernetes_version
  role_arn                  = aws_iam_role.cluster.arn
  enabled_cluster_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
  deletion_protection       = var.deletion_protection
  tags                      = var.tags

  # The unmanaged CNI, kube-proxy and CoreDNS that EKS would otherwise install would have to be adopted; add-ons (or Auto Mode) take their place. Changing this replaces the cluster.
  bootstrap_self_managed_addons = false

  # Access entries only, and none for whoever happens to create the cluster: an entry from the caller's identity changes with every operator (terraform-aws-eks#2911, #3293).
  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = false
  }

  # The built-in NodeClass of Auto Mode starts nodes in the cluster's own subnets, so there these must be the ones with a way out.
  vpc_config {
    subnet_ids              = var.compute_mode == "auto" ? var.node_subnet_ids : var.cluster_subnet_ids
    endpoint_private_access = true
    endpoint_public_access  = var.endpoint_public_access
    public_access_cidrs     = var.endpoint_public_access ? var.public_access_cidrs : null
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = aws_kms_key.cluster.arn
    }
  }

  # Extended support costs six times as much; with STANDARD, EKS upgrades a version that leaves standard support.
  upgrade_policy {
    support_type = "STANDARD"
  }

  # Compute, storage and load balancing of Auto Mode are all on or all absent: EKS accepts no mixture.
  dynamic "compute_config" {
    for_each = var.compute_mode == "auto" ? [1] : []

    content {
      enabled       = true
      node_pools    = ["general-purpose", "system"]
      node_role_arn = aws_iam_role.node.arn
    }
  }

  dynamic "storage_config" {
    for_each = var.compute_mode == "auto" ? [1] : []

    content {
      block_storage {
        enabled = true
      }
    }
  }

  dynamic "kubernetes_network_config" {
    for_each = var.compute_mode == "auto" ? [1] : []

    content {
      elastic_load_balancing {
        enabled = true
      }
    }
  }

  # On destroy the control plane must still have its rights while it removes its network interfaces.
  depends_on = [
    aws_cloudwatch_log_group.cluster,
    aws_iam_role_policy_attachment.cluster,
    aws_iam_role_policy_attachment.node,
  ]

  lifecycle {
    precondition {
      condition     = !var.endpoint_public_access || length(var.public_access_cidrs) > 0
      error_message = "A public endpoint needs public_access_cidrs: without them EKS admits the whole internet."
    }
  }
}

# No entry for the node role: EKS makes it for managed node groups and for the node role of Auto Mode, and a second one fails with 409 (terraform-aws-eks#2968).
resource "aws_eks_access_entry" "admin" {
  for_each = var.admin_principals

  cluster_name  = aws_eks_cluster.main.name
  principal_arn = each.key
  tags          = var.tags
}

resource "aws_eks_access_policy_association" "admin" {
  for_each = var.admin_principals

  cluster_name  = aws_eks_cluster.main.name
  principal_arn = aws_eks_access_entry.admin[each.key].principal_arn
  policy_arn    = "arn:${data.aws_partition.current.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

  access_scope {
    type = "cluster"
  }
}

# The group that EKS makes admits only its own members, so whoever runs Terraform and kubectl inside the VPC needs a rule: without one the later stacks time out on a private endpoint. Credentials are checked all the same.
resource "aws_vpc_security_group_ingress_rule" "api_from_network" {
  for_each = var.private_access_cidrs

  description       = "Kubernetes API"
  security_group_id = aws_eks_cluster.main.vpc_config[0].cluster_security_group_id
  cidr_ipv4         = each.key
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

# Outside the check it serves: Terraform reads a data source inside a check again at every apply, so no plan would ever be empty.
data "aws_eks_cluster_versions" "standard" {
  cluster_type   = "eks"
  version_status = "STANDARD_SUPPORT"
}

# A warning rather than an error: the day a version leaves standard support must not block the apply that upgrades it.
check "kubernetes_version" {
  assert {
    condition     = contains(data.aws_eks_cluster_versions.standard.cluster_versions[*].cluster_version, var.kubernetes_version)
    error_message = "Kubernetes ${var.kubernetes_version} is not in standard support on EKS here: choose one of ${join(", ", data.aws_eks_cluster_versions.standard.cluster_versions[*].cluster_version)}."
  }
}

# Launch templates do not inherit the provider's default tags, and without tags an instance's cost belongs to nobody.
data "aws_default_tags" "current" {}

data "aws_eks_addon_version" "default" {
  for_each = var.compute_mode == "managed" ? setunion(local.addons_before_nodes, ["coredns"]) : []

  addon_name         = each.key
  kubernetes_version = var.kubernetes_version
}

data "aws_iam_policy_document" "vpc_cni_trust" {
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
      values   = ["arn:${data.aws_partition.current.partition}:eks:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:cluster/${local.name}"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-namespace"
      values   = ["kube-system"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-service-account"
      values   = ["aws-node"]
    }
  }
}

# Nodes become ready only with a network, so these exist before them; CoreDNS is a Deployment and waits for nodes instead.
locals {
  addons_before_nodes = toset(["eks-node-monitoring-agent", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"])
}

# What the control plane calls on nodes, besides the API that nodes call on it. An aggregated API or webhook on another port needs its entry here, or the API server times out on it.
locals {
  control_plane_to_node_ports = {
    "6443"  = "KEDA external metrics"
    "9443"  = "Admission webhooks: AWS Load Balancer Controller, CloudWatch agent operator, KEDA"
    "10250" = "Kubelet"
    "10251" = "metrics-server"
  }
}

locals {
  node_groups = {
    for name, group in merge(var.gpu_groups, {
      system = {
        accelerator    = "none"
        instance_types = var.system_instance_types
        capacity       = "ON_DEMAND"
        disk_gib       = 50
        reservation_id = null
      }
    }) : name => group if var.compute_mode == "managed"
  }

  model_groups = { for name, group in var.gpu_groups : name => group if var.compute_mode == "managed" }

  # The device plugin's chart places itself by the first label (there is no Node Feature Discovery here); by the second, Cluster Autoscaler knows that a new node is not ready before its GPUs are.
  gpu_labels = {
    "nvidia.com/gpu.present"        = "true"
    "k8s.amazonaws.com/accelerator" = "nvidia"
  }

  # A group scaled to zero has no node to look at: these tags tell Cluster Autoscaler what its next one will be like. Of the root disk about 15 % goes to the system and to eviction thresholds.
  autoscaler_tags = merge([
    for name, group in local.model_groups : {
      for key, value in merge(
        { "resources/ephemeral-storage" = "${floor(group.disk_gib * 0.85)}Gi" },
        group.accelerator == "nvidia" ? { for label, text in local.gpu_labels : "label/${label}" => text } : {},
        group.accelerator == "nvidia" ? { "taint/nvidia.com/gpu" = "true:NoSchedule" } : {},
      ) : "${name}/${key}" => { group = name, key = "k8s.io/cluster-autoscaler/node-template/${key}", value = value }
    }
  ]...)

  managed_node_security_group_ids = aws_security_group.node[*].id
  system_node_group_ids           = aws_eks_node_group.system[*].id
}

# Not tagged kubernetes.io/cluster/…: EKS tags its own group so, and the load balancer controller wants exactly one such group on a node (aws-load-balancer-controller#2802).
resource "aws_security_group" "node" {
  count = var.compute_mode == "managed" ? 1 : 0

  name_prefix = "${local.name}-node-"
  description = "Nodes and pods of the EKS cluster ${local.name}"
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${local.name}-node" })

  lifecycle {
    create_before_destroy = true
  }
}

# Which pod may talk to which is for NetworkPolicy to say: pods share the security group of their nodes.
resource "aws_vpc_security_group_ingress_rule" "node_from_node" {
  count = var.compute_mode == "managed" ? 1 : 0

  description                  = "Nodes and pods among each other"
  security_group_id            = aws_security_group.node[0].id
  referenced_security_group_id = aws_security_group.node[0].id
  ip_protocol                  = "-1"
}

resource "aws_vpc_security_group_ingress_rule" "node_from_control_plane" {
  for_each = var.compute_mode == "managed" ? local.control_plane_to_node_ports : {}

  description                  = each.value
  security_group_id            = aws_security_group.node[0].id
  referenced_security_group_id = aws_eks_cluster.main.vpc_config[0].cluster_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = tonumber(each.key)
  to_port                      = tonumber(each.key)
}

resource "aws_vpc_security_group_ingress_rule" "control_plane_from_node" {
  count = var.compute_mode == "managed" ? 1 : 0

  description                  = "Nodes and pods to the Kubernetes API"
  security_group_id            = aws_eks_cluster.main.vpc_config[0].cluster_security_group_id
  referenced_security_group_id = aws_security_group.node[0].id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_security_group_egress_rule" "node_to_node" {
  count = var.compute_mode == "managed" ? 1 : 0

  description                  = "Nodes and pods among each other"
  security_group_id            = aws_security_group.node[0].id
  referenced_security_group_id = aws_security_group.node[0].id
  ip_protocol                  = "-1"
}

# The Kubernetes API, AWS APIs, registries and the model hub are all HTTPS. The VPC's resolver, its clock and instance metadata are beyond security groups, so nothing else is open; a file system (2049, 988) or a cache needs a rule of its own.
resource "aws_vpc_security_group_egress_rule" "node_https" {
  count = var.compute_mode == "managed" ? 1 : 0

  description       = "HTTPS"
  security_group_id = aws_security_group.node[0].id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_iam_role" "vpc_cni" {
  count = var.compute_mode == "managed" ? 1 : 0

  name                 = "${local.name}-vpc-cni"
  description          = "The VPC CNI of the EKS cluster ${local.name}"
  assume_role_policy   = data.aws_iam_policy_document.vpc_cni_trust[0].json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy_attachment" "vpc_cni" {
  count = var.compute_mode == "managed" ? 1 : 0

  role       = aws_iam_role.vpc_cni[0].name
  policy_arn = "${local.iam_policy_prefix}/AmazonEKS_CNI_Policy"
}

# A NetworkPolicy does nothing until the CNI is told to enforce it.
resource "aws_eks_addon" "before_nodes" {
  for_each = var.compute_mode == "managed" ? local.addons_before_nodes : []

  cluster_name                = aws_eks_cluster.main.name
  addon_name                  = each.key
  addon_version               = lookup(var.addon_versions, each.key, data.aws_eks_addon_version.default[each.key].version)
  configuration_values        = each.key == "vpc-cni" ? jsonencode({ enableNetworkPolicy = "true" }) : null
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"
  tags                        = var.tags

  dynamic "pod_identity_association" {
    for_each = each.key == "vpc-cni" ? aws_iam_role.vpc_cni[*].arn : []

    content {
      role_arn        = pod_identity_association.value
      service_account = "aws-node"
    }
  }

  depends_on = [aws_iam_role_policy_attachment.vpc_cni]
}

resource "aws_launch_template" "node" {
  for_each = local.node_groups

  name_prefix            = "${local.name}-${each.key}-"
  description            = "Nodes of the group ${each.key} of the EKS cluster ${local.name}"
  update_default_version = true
  vpc_security_group_ids = aws_security_group.node[*].id
  tags                   = merge(var.tags, { Name = "${local.name}-${each.key}" })

  # A capacity block wants its type here; other groups name theirs, perhaps several, on the node group.
  instance_type = each.value.capacity == "CAPACITY_BLOCK" ? each.value.instance_types[0] : null

  # Hop limit 1 keeps pods from the node's credentials: what runs in a pod's network needs region and VPC told, and a role through Pod Identity.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  # Encrypted with the account's EBS key: a key of one's own must admit the service-linked role of Auto Scaling, which a new account lacks (terraform-provider-aws#28644). The gp3 default of 125 MiB/s would take two minutes to write the weights of an 8B model.
  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      volume_size           = each.value.disk_gib
      throughput            = each.key == "system" ? 125 : 500
      encrypted             = true
      delete_on_termination = true
    }
  }

  dynamic "instance_market_options" {
    for_each = each.value.capacity == "CAPACITY_BLOCK" ? [1] : []

    content {
      market_type = "capacity-block"
    }
  }

  dynamic "capacity_reservation_specification" {
    for_each = each.value.reservation_id[*]

    content {
      capacity_reservation_target {
        capacity_reservation_id = capacity_reservation_specification.value
      }
    }
  }

  dynamic "tag_specifications" {
    for_each = ["instance", "volume", "network-interface"]

    content {
      resource_type = tag_specifications.value
      tags          = merge(data.aws_default_tags.current.tags, var.tags, { Name = "${local.name}-${each.key}" })
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

# The prefix lets a replacement start before its predecessor is drained. EKS limits it to 37 characters, which the environment's name could exceed; group names are the cluster's own anyway.
resource "aws_eks_node_group" "system" {
  count = var.compute_mode == "managed" ? 1 : 0

  cluster_name           = aws_eks_cluster.main.name
  node_group_name_prefix = "system-"
  node_role_arn          = aws_iam_role.node.arn
  subnet_ids             = var.node_subnet_ids
  version                = aws_eks_cluster.main.version
  ami_type               = "AL2023_x86_64_STANDARD"
  capacity_type          = "ON_DEMAND"
  instance_types         = var.system_instance_types
  tags                   = var.tags

  launch_template {
    id      = aws_launch_template.node["system"].id
    version = aws_launch_template.node["system"].latest_version
  }

  scaling_config {
    min_size     = var.system_node_count.min
    max_size     = var.system_node_count.max
    desired_size = var.system_node_count.min
  }

  update_config {
    max_unavailable = 1
  }

  node_repair_config {
    enabled = true
  }

  depends_on = [
    aws_eks_addon.before_nodes,
    aws_iam_role_policy_attachment.node,
    aws_vpc_security_group_egress_rule.node_https,
    aws_vpc_security_group_egress_rule.node_to_node,
    aws_vpc_security_group_ingress_rule.control_plane_from_node,
    aws_vpc_security_group_ingress_rule.node_from_control_plane,
    aws_vpc_security_group_ingress_rule.node_from_node,
  ]

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [scaling_config[0].desired_size]
  }
}

# How many nodes there are is for Cluster Autoscaler to say, so desired_size is only where a group begins. A container that asks for no GPU sees all of them, so the taint keeps everything else away. AL2023 has the driver but not the device plugin: that comes with the module cluster_services.
resource "aws_eks_node_group" "model" {
  for_each = local.model_groups

  cluster_name           = aws_eks_cluster.main.name
  node_group_name_prefix = "${each.key}-"
  node_role_arn          = aws_iam_role.node.arn
  subnet_ids             = each.value.subnet_ids == null ? var.node_subnet_ids : each.value.subnet_ids
  version                = aws_eks_cluster.main.version
  ami_type               = each.value.accelerator == "nvidia" ? "AL2023_x86_64_NVIDIA" : "AL2023_x86_64_STANDARD"
  capacity_type          = each.value.capacity
  instance_types         = each.value.capacity == "CAPACITY_BLOCK" ? null : each.value.instance_types
  labels                 = each.value.accelerator == "nvidia" ? local.gpu_labels : {}
  tags                   = var.tags

  launch_template {
    id      = aws_launch_template.node[each.key].id
    version = aws_launch_template.node[each.key].latest_version
  }

  scaling_config {
    min_size     = each.value.min
    max_size     = each.value.max
    desired_size = each.value.min
  }

  update_config {
    max_unavailable = 1
  }

  # With the node monitoring agent, EKS also replaces a node whose GPU fails (XID errors), which Kubernetes alone would keep using.
  node_repair_config {
    enabled = true
  }

  dynamic "taint" {
    for_each = each.value.accelerator == "nvidia" ? [1] : []

    content {
      key    = "nvidia.com/gpu"
      value  = "true"
      effect = "NO_SCHEDULE"
    }
  }

  # After the system nodes: until CoreDNS has somewhere to run, a GPU node would only cost money.
  depends_on = [aws_eks_node_group.system]

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [scaling_config[0].desired_size]
  }
}

# Tags of a node group do not reach its Auto Scaling group.
resource "aws_autoscaling_group_tag" "model" {
  for_each = local.autoscaler_tags

  autoscaling_group_name = aws_eks_node_group.model[each.value.group].resources[0].autoscaling_groups[0].name

  tag {
    key                 = each.value.key
    value               = each.value.value
    propagate_at_launch = false
  }
}

resource "aws_eks_addon" "coredns" {
  count = var.compute_mode == "managed" ? 1 : 0

  cluster_name                = aws_eks_cluster.main.name
  addon_name                  = "coredns"
  addon_version               = lookup(var.addon_versions, "coredns", data.aws_eks_addon_version.default["coredns"].version)
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"
  tags                        = var.tags

  depends_on = [aws_eks_node_group.system]
}

# Stands in for a part of this module that no environment here uses.
locals {
  auto_cluster_policies = toset([])
}

data "aws_eks_addon_version" "cloudwatch" {
  count = var.container_insights ? 1 : 0

  addon_name         = "amazon-cloudwatch-observability"
  kubernetes_version = var.kubernetes_version
}

data "aws_iam_policy_document" "cloudwatch_agent_trust" {
  count = var.container_insights ? 1 : 0

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
      values   = ["arn:${data.aws_partition.current.partition}:eks:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:cluster/${local.name}"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-namespace"
      values   = ["amazon-cloudwatch"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-service-account"
      values   = ["cloudwatch-agent"]
    }
  }
}

# Made before the add-on: groups that the agent makes itself are unencrypted and keep logs forever.
resource "aws_cloudwatch_log_group" "container_insights" {
  #checkov:skip=CKV_AWS_338: how long logs are kept, and paid for, is the environment's choice
  for_each = var.container_insights ? toset(["application", "dataplane", "host", "performance"]) : []

  name              = "/aws/containerinsights/${local.name}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.cluster.arn
  tags              = var.tags
}

resource "aws_iam_role" "cloudwatch_agent" {
  count = var.container_insights ? 1 : 0

  name                 = "${local.name}-cloudwatch-agent"
  description          = "CloudWatch agent of the EKS cluster ${local.name}"
  assume_role_policy   = data.aws_iam_policy_document.cloudwatch_agent_trust[0].json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy_attachment" "cloudwatch_agent" {
  count = var.container_insights ? 1 : 0

  role       = aws_iam_role.cloudwatch_agent[0].name
  policy_arn = "${local.iam_policy_prefix}/CloudWatchAgentServerPolicy"
}

resource "aws_eks_addon" "cloudwatch" {
  count = var.container_insights ? 1 : 0

  cluster_name                = aws_eks_cluster.main.name
  addon_name                  = "amazon-cloudwatch-observability"
  addon_version               = data.aws_eks_addon_version.cloudwatch[0].version
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"
  tags                        = var.tags

  # Naming the metrics wanted leaves out Application Signals, which the add-on would otherwise turn on and bill.
  configuration_values = jsonencode({
    agent = {
      config = {
        logs = {
          metrics_collected = {
            kubernetes = {
              enhanced_container_insights = true
              accelerated_compute_metrics = true
            }
          }
        }
      }
    }
    containerLogs = {
      enabled = true
    }
  })

  pod_identity_association {
    role_arn        = aws_iam_role.cloudwatch_agent[0].arn
    service_account = "cloudwatch-agent"
  }

  # Its operator is a Deployment: without nodes the add-on would stay degraded until it times out.
  depends_on = [
    aws_cloudwatch_log_group.container_insights,
    aws_iam_role_policy_attachment.cloudwatch_agent,
    local.system_node_group_ids,
  ]
}
