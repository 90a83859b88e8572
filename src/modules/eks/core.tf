variable "cluster_subnet_ids" {
  description = "Subnets for the control plane's network interfaces, in at least two availability zones: the intra subnets, which need no way out. With compute mode `auto` the node subnets are used instead."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.cluster_subnet_ids) >= 2
    error_message = "EKS places the control plane in at least two availability zones: give two or more subnets."
  }
}

variable "node_subnet_ids" {
  description = "Private subnets for nodes and pods. The VPC CNI takes an address for every pod, so they should be large (/20 or more)."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.node_subnet_ids) >= 2
    error_message = "Nodes need subnets in at least two availability zones."
  }
}

variable "kubernetes_version" {
  description = "Kubernetes minor version, for example \"1.34\". EKS upgrades one minor version at a time and never goes back."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "Give the minor version only, such as \"1.34\": EKS chooses the patch."
  }
}

variable "compute_mode" {
  description = "Where pods run: `managed` (managed node groups) or `auto` (EKS Auto Mode)."
  type        = string
  default     = "managed"
  nullable    = false

  validation {
    condition     = contains(["managed", "auto"], var.compute_mode)
    error_message = "The compute mode is \"managed\" or \"auto\"."
  }
}

variable "admin_principals" {
  description = "ARNs of the IAM roles or users with full access to the cluster. The role that deploys must be one of them: later stacks reach Kubernetes with it."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.admin_principals) >= 1
    error_message = "Without an administrator nobody could reach the cluster: its creator gets no access of its own."
  }

  validation {
    condition     = alltrue([for arn in var.admin_principals : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "Give ARNs of IAM roles or users (arn:aws:iam::111122223333:role/name), not of an assumed-role session (arn:aws:sts::…)."
  }
}

variable "endpoint_public_access" {
  description = "Whether the Kubernetes API is also reachable from `public_access_cidrs` over the internet. Nodes and `private_access_cidrs` always reach it inside the VPC."
  type        = bool
  default     = false
  nullable    = false
}

variable "public_access_cidrs" {
  description = "IPv4 ranges that may reach the public endpoint, for example an office's or a VPN's."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.public_access_cidrs : can(cidrnetmask(cidr)) && try(tonumber(split("/", cidr)[1]) >= 8, false)])
    error_message = "Every entry must be an IPv4 range of /8 or narrower: the API is not to be open to the whole internet."
  }
}

variable "private_access_cidrs" {
  description = "IPv4 ranges that may reach the private endpoint besides nodes and pods: the VPC's own for a runner or bastion in it, a VPN's, a peered network's."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.private_access_cidrs : can(cidrnetmask(cidr)) && try(tonumber(split("/", cidr)[1]) >= 8, false)])
    error_message = "Every entry must be an IPv4 range of /8 or narrower."
  }
}

variable "deletion_protection" {
  description = "Whether EKS refuses to delete the cluster until this is set to false and applied."
  type        = bool
  default     = true
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that control-plane logs, and container logs where they are collected, are kept."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch Logs keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
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

output "cluster_name" {
  description = "Name of the cluster."
  value       = aws_eks_cluster.main.name
}

output "cluster_arn" {
  description = "ARN of the cluster."
  value       = aws_eks_cluster.main.arn
}

output "cluster_endpoint" {
  description = "URL of the Kubernetes API."
  value       = aws_eks_cluster.main.endpoint
}

output "cluster_certificate_authority" {
  description = "Certificate of the Kubernetes API's authority, PEM in base64."
  value       = aws_eks_cluster.main.certificate_authority[0].data
}

output "cluster_security_group_id" {
  description = "ID of the security group that EKS makes for the control plane's network interfaces, and for Auto Mode nodes."
  value       = aws_eks_cluster.main.vpc_config[0].cluster_security_group_id
}

output "node_security_group_id" {
  description = "ID of the security group that nodes, and so pods, are in: the one to open for a load balancer."
  value       = one(concat(local.managed_node_security_group_ids, var.compute_mode == "auto" ? [aws_eks_cluster.main.vpc_config[0].cluster_security_group_id] : []))
}

output "node_role_name" {
  description = "Name of the nodes' IAM role, which an Auto Mode NodeClass has to name."
  value       = aws_iam_role.node.name
}

output "oidc_issuer" {
  description = "URL of the cluster's OpenID Connect issuer, for the rare client that cannot use Pod Identity."
  value       = aws_eks_cluster.main.identity[0].oidc[0].issuer
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts Kubernetes secrets and the cluster's logs."
  value       = aws_kms_key.cluster.arn
}

output "log_group_name" {
  description = "Name of the control plane's log group."
  value       = aws_cloudwatch_log_group.cluster.name
}
