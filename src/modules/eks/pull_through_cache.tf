variable "pull_through_repository_arns" {
  description = "ARN patterns of the ECR repositories that cache other registries; nodes may fill them."
  type        = list(string)
  default     = []
  nullable    = false
}

# The first pull of an image imports it and creates its repository, which AmazonEC2ContainerRegistryPullOnly does not include.
data "aws_iam_policy_document" "node_pull_through" {
  count = length(var.pull_through_repository_arns) > 0 ? 1 : 0

  statement {
    actions   = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
    resources = var.pull_through_repository_arns
  }
}

resource "aws_iam_role_policy" "node_pull_through" {
  count = length(var.pull_through_repository_arns) > 0 ? 1 : 0

  name   = "fill-pull-through-caches"
  role   = aws_iam_role.node.name
  policy = data.aws_iam_policy_document.node_pull_through[0].json
}
