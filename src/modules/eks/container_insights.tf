variable "container_insights" {
  description = "Whether the CloudWatch Observability add-on collects metrics of nodes, pods and GPUs, and the logs of containers."
  type        = bool
  default     = true
  nullable    = false
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

output "application_log_group_name" {
  description = "Name of the log group of the containers' output; null where it is not collected."
  value       = one([for name, group in aws_cloudwatch_log_group.container_insights : group.name if name == "application"])
}
