variable "manage_api_gateway_account" {
  description = "Whether this environment owns the role with which API Gateway writes logs, a setting that an account has once per Region. Only one environment may."
  type        = bool
  default     = false
  nullable    = false
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
