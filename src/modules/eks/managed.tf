variable "vpc_id" {
  description = "ID of the VPC the nodes are in; needed with compute_mode managed."
  type        = string
  default     = null

  validation {
    condition     = var.compute_mode != "managed" || var.vpc_id != null
    error_message = "Managed node groups need vpc_id, for their security group."
  }
}

variable "system_instance_types" {
  description = "Instance types of the system nodes, which carry CoreDNS, controllers and agents, in order of preference."
  type        = list(string)
  default     = ["m7i.large", "m6i.large"]
  nullable    = false

  validation {
    condition     = length(var.system_instance_types) > 0 && !anytrue([for type in var.system_instance_types : can(regex("^[a-z]+[0-9]+g[a-z]*\\.", type))])
    error_message = "Give at least one x86_64 instance type; Graviton types (m7g, c7gn, …) need another AMI and another image."
  }
}

variable "system_node_count" {
  description = "Fewest and most system nodes. Two spread CoreDNS over two zones."
  type = object({
    min = number
    max = number
  })
  default  = { min = 2, max = 4 }
  nullable = false

  validation {
    condition     = var.system_node_count.min >= 1 && var.system_node_count.min <= var.system_node_count.max
    error_message = "At least one system node is needed, and the maximum must not be below the minimum."
  }
}

variable "gpu_groups" {
  description = "Node groups for models by name, one per GPU family: accelerator `nvidia` or `none` (for models that run on CPU), x86_64 instance types (for SPOT several with the same GPU memory), capacity ON_DEMAND, SPOT or CAPACITY_BLOCK, fewest and most nodes, subnets (default: node_subnet_ids), root disk in GiB, and a capacity reservation (cr-…), which CAPACITY_BLOCK needs and ON_DEMAND may have."
  type = map(object({
    accelerator    = optional(string, "nvidia")
    instance_types = list(string)
    capacity       = optional(string, "ON_DEMAND")
    min            = optional(number, 0)
    max            = number
    subnet_ids     = optional(list(string))
    disk_gib       = optional(number, 200)
    reservation_id = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name, _ in var.gpu_groups : can(regex("^[a-z][a-z0-9-]{0,30}$", name)) && name != "system"])
    error_message = "A group's name has up to 31 lower-case letters, digits and hyphens, starts with a letter and is not \"system\"."
  }

  validation {
    condition     = alltrue([for group in values(var.gpu_groups) : contains(["nvidia", "none"], group.accelerator)])
    error_message = "The accelerator is \"nvidia\" or \"none\"."
  }

  validation {
    condition     = alltrue([for group in values(var.gpu_groups) : contains(["ON_DEMAND", "SPOT", "CAPACITY_BLOCK"], group.capacity)])
    error_message = "The capacity is \"ON_DEMAND\", \"SPOT\" or \"CAPACITY_BLOCK\"."
  }

  validation {
    condition     = alltrue([for group in values(var.gpu_groups) : length(group.instance_types) > 0 && !anytrue([for type in group.instance_types : can(regex("^[a-z]+[0-9]+g[a-z]*\\.", type))])])
    error_message = "Every group needs at least one x86_64 instance type; Graviton types (g5g, m7g, …) need another AMI and another image."
  }

  validation {
    condition     = alltrue([for group in values(var.gpu_groups) : group.min >= 0 && group.max >= 1 && group.min <= group.max])
    error_message = "A group has at least 0 and at most max nodes, and max is 1 or more."
  }

  validation {
    condition     = alltrue([for group in values(var.gpu_groups) : group.disk_gib >= 50 && group.disk_gib <= 16384])
    error_message = "The root disk is 50 to 16384 GiB: the system, the driver and one inference image fill about 40."
  }

  validation {
    condition     = alltrue([for group in values(var.gpu_groups) : group.reservation_id == null ? group.capacity != "CAPACITY_BLOCK" : group.capacity != "SPOT" && can(regex("^cr-[0-9a-f]+$", group.reservation_id))])
    error_message = "CAPACITY_BLOCK needs a reservation_id (cr-…), ON_DEMAND may have one, SPOT must not."
  }

  validation {
    condition     = alltrue([for group in values(var.gpu_groups) : group.capacity != "CAPACITY_BLOCK" || (length(group.instance_types) == 1 && try(length(group.subnet_ids), 0) == 1)])
    error_message = "A capacity block is one instance type in one availability zone: give exactly one of each, the subnet in subnet_ids."
  }
}

variable "addon_versions" {
  description = "Pinned add-on versions by add-on name, for example { coredns = \"v1.12.4-eksbuild.1\" }. What is not named follows AWS's default for the Kubernetes version."
  type        = map(string)
  default     = {}
  nullable    = false
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

output "node_group_names" {
  description = "Names of the managed node groups: `system`, and one per entry of gpu_groups."
  value = merge(
    { for group in aws_eks_node_group.system : "system" => group.node_group_name },
    { for name, group in aws_eks_node_group.model : name => group.node_group_name },
  )
}
