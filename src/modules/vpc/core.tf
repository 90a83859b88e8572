variable "cidr" {
  description = "IPv4 range of the VPC, from /16 to /20. It cannot be changed later without replacing everything in the VPC."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && can(regex("/(16|17|18|19|20)$", var.cidr))
    error_message = "The range must be an IPv4 CIDR block from /16 to /20, for example 10.0.0.0/16."
  }

  validation {
    condition     = try(cidrsubnet(var.cidr, 0, 0) == var.cidr, false)
    error_message = "The range must start at its network address: 10.0.0.0/16, not 10.0.1.0/16."
  }
}

variable "az_ids" {
  description = "Availability Zone ids, two or three, for example use1-az1. Ids mean the same zone in every account, names do not. Append only: a zone's position decides its subnets' addresses."
  type        = list(string)
  nullable    = false

  validation {
    condition     = contains([2, 3], length(var.az_ids)) && length(distinct(var.az_ids)) == length(var.az_ids)
    error_message = "Name two or three different Availability Zones."
  }

  validation {
    condition     = alltrue([for id in var.az_ids : can(regex("^[a-z]+[0-9]+-az[0-9]+$", id))])
    error_message = "Use zone ids such as use1-az1, not zone names such as us-east-1a."
  }

  # The zones that the EKS guide excludes for control planes; VPC links of API Gateway are missing in use1-az3 as well.
  validation {
    condition     = length(setintersection(var.az_ids, ["use1-az3", "usw1-az2", "cac1-az3"])) == 0
    error_message = "EKS places no control plane in use1-az3, usw1-az2 and cac1-az3; choose another zone."
  }
}

variable "subnet_cidrs" {
  description = "IPv4 ranges of the subnets by tier, as an organisation's address plan gives them, in the order of az_ids; null divides `cidr` as the module does. A change replaces the subnet."
  type = object({
    public  = list(string)
    private = list(string)
    intra   = list(string)
  })
  default = null

  validation {
    condition     = var.subnet_cidrs == null ? true : alltrue([for cidrs in values(var.subnet_cidrs) : length(cidrs) == length(var.az_ids)])
    error_message = "Each tier of subnet_cidrs lists one range for each zone of az_ids."
  }

  validation {
    condition = var.subnet_cidrs == null ? true : alltrue([
      for cidr in flatten(values(var.subnet_cidrs)) : try(cidrsubnet(cidr, 0, 0) == cidr && tonumber(split("/", cidr)[1]) <= 28, false)
    ])
    error_message = "Every range of subnet_cidrs is an IPv4 CIDR block, no smaller than /28, that starts at its network address: 10.0.32.0/19, not 10.0.33.0/19."
  }

  # A block lies in the VPC when its first address, cut to the VPC's prefix, is the VPC's.
  validation {
    condition = var.subnet_cidrs == null ? true : alltrue([
      for cidr in flatten(values(var.subnet_cidrs)) : try(
        cidrsubnet("${cidrhost(cidr, 0)}/${split("/", var.cidr)[1]}", 0, 0) == var.cidr && tonumber(split("/", cidr)[1]) >= tonumber(split("/", var.cidr)[1]),
        false,
      )
    ])
    error_message = "Every range of subnet_cidrs lies within the VPC's range, cidr."
  }
}

variable "flow_log_retention_days" {
  description = "Days to keep the VPC flow log."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.flow_log_retention_days
    )
    error_message = "CloudWatch Logs keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "flow_log_traffic_type" {
  description = "Traffic in the flow log: ALL, or REJECT for a cheaper log of refused connections only."
  type        = string
  default     = "ALL"
  nullable    = false

  validation {
    condition     = contains(["ALL", "REJECT"], var.flow_log_traffic_type)
    error_message = "The flow log records ALL or REJECT traffic."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the role of the flow log can ever do, or null."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", var.permissions_boundary_arn))
    error_message = "The permissions boundary is the ARN of an IAM policy."
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  prefix_length = tonumber(split("/", var.cidr)[1])

  # Three quarters of the range are for the private subnets, the last one for the two small tiers.
  small_tiers = cidrsubnet(var.cidr, 2, 3)

  # Pods take their addresses from the private subnets (VPC CNI), so those are as large as the range allows, up to /19.
  # The public tier has /24s, the intra tier /26s, which start behind the public ones.
  divided = {
    private = [for position, _ in var.az_ids : cidrsubnet(var.cidr, max(2, 19 - local.prefix_length), position)]
    public  = [for position, _ in var.az_ids : cidrsubnet(local.small_tiers, 22 - local.prefix_length, position)]
    intra   = [for position, _ in var.az_ids : cidrsubnet(local.small_tiers, 24 - local.prefix_length, position + 12)]
  }

  subnets = {
    for position, az_id in var.az_ids : az_id => {
      for tier, cidrs in coalesce(var.subnet_cidrs, local.divided) : tier => cidrs[position]
    }
  }

  flow_log_group_name = "/aws/vpc/${local.name}/flow-log"
}

data "aws_iam_policy_document" "flow_log_key" {
  #checkov:skip=CKV_AWS_109: in a key policy, the resource "*" is this key alone.
  #checkov:skip=CKV_AWS_111: as above.
  #checkov:skip=CKV_AWS_356: as above.
  statement {
    sid       = "AccountAdministration"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  # CloudWatch Logs names the log group in the encryption context, so no other group can use this key.
  statement {
    sid       = "FlowLogGroup"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${data.aws_region.current.region}.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values = [
        "arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:log-group:${local.flow_log_group_name}"
      ]
    }
  }
}

data "aws_iam_policy_document" "flow_log_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["vpc-flow-logs.amazonaws.com"]
    }

    # The confused-deputy guard from the VPC guide: only flow logs of this account and Region may use the role.
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values = [
        "arn:${data.aws_partition.current.partition}:ec2:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:vpc-flow-log/*"
      ]
    }
  }
}

# Not logs:CreateLogGroup: a record that arrives late would bring a destroyed group back, unencrypted and kept for ever.
data "aws_iam_policy_document" "flow_log" {
  statement {
    actions = [
      "logs:CreateLogStream",
      "logs:DescribeLogGroups",
      "logs:DescribeLogStreams",
      "logs:PutLogEvents"
    ]
    resources = ["${aws_cloudwatch_log_group.flow_log.arn}:*"]
  }
}

resource "aws_vpc" "this" {
  cidr_block = var.cidr

  # Both are needed for the private names of interface endpoints and of a private EKS API.
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = merge(var.tags, { Name = local.name })
}

# Every VPC has a default group that lets its members talk to each other; adopting it without rules removes them.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id

  tags = merge(var.tags, { Name = "${local.name}-default-unused" })
}

# Present even without a NAT gateway: CloudFront VPC origins require an internet gateway, though no traffic passes it.
resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = merge(var.tags, { Name = local.name })
}

# Only NAT gateways live here. The load balancer is internal, so nothing gets a public address at launch.
resource "aws_subnet" "public" {
  for_each = local.subnets

  vpc_id                  = aws_vpc.this.id
  availability_zone_id    = each.key
  cidr_block              = each.value.public
  map_public_ip_on_launch = false

  tags = merge(var.tags, { Name = "${local.name}-public-${each.key}" })
}

# Nodes and pods.
resource "aws_subnet" "private" {
  for_each = local.subnets

  vpc_id                  = aws_vpc.this.id
  availability_zone_id    = each.key
  cidr_block              = each.value.private
  map_public_ip_on_launch = false

  tags = merge(var.tags, { Name = "${local.name}-private-${each.key}" })
}

# Load balancer, API Gateway VPC link and EKS control plane interfaces: kept apart from the pods, so that these can never
# use up the addresses that the managed services need to scale or to be upgraded. No way out of the VPC.
resource "aws_subnet" "intra" {
  for_each = local.subnets

  vpc_id                  = aws_vpc.this.id
  availability_zone_id    = each.key
  cidr_block              = each.value.intra
  map_public_ip_on_launch = false

  tags = merge(var.tags, { Name = "${local.name}-intra-${each.key}" })
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id

  tags = merge(var.tags, { Name = "${local.name}-public" })
}

resource "aws_route" "public_internet" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  for_each = aws_subnet.public

  subnet_id      = each.value.id
  route_table_id = aws_route_table.public.id
}

# One table per zone, so that each zone can have its own NAT gateway.
resource "aws_route_table" "private" {
  for_each = local.subnets

  vpc_id = aws_vpc.this.id

  tags = merge(var.tags, { Name = "${local.name}-private-${each.key}" })
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private[each.key].id
}

resource "aws_route_table" "intra" {
  vpc_id = aws_vpc.this.id

  tags = merge(var.tags, { Name = "${local.name}-intra" })
}

resource "aws_route_table_association" "intra" {
  for_each = aws_subnet.intra

  subnet_id      = each.value.id
  route_table_id = aws_route_table.intra.id
}

# Always there, because it is free and keeps image layers (ECR stores them in S3) and model weights off the NAT gateway.
# It has the default policy: layers and system packages come from buckets of AWS's own accounts, and the buckets of this
# project are guarded by their own policies.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "${data.aws_partition.current.reverse_dns_prefix}.${data.aws_region.current.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = concat(values(aws_route_table.private)[*].id, [aws_route_table.intra.id])

  tags = merge(var.tags, { Name = "${local.name}-s3" })
}

resource "aws_kms_key" "flow_log" {
  description             = "Encrypts the VPC flow log of ${local.name}."
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.flow_log_key.json

  tags = var.tags
}

resource "aws_kms_alias" "flow_log" {
  name          = "alias/${local.name}-flow-log"
  target_key_id = aws_kms_key.flow_log.key_id
}

resource "aws_cloudwatch_log_group" "flow_log" {
  #checkov:skip=CKV_AWS_338: a year of packet headers is an expense for the environment to decide on; see flow_log_retention_days.
  name              = local.flow_log_group_name
  retention_in_days = var.flow_log_retention_days
  kms_key_id        = aws_kms_key.flow_log.arn

  tags = var.tags
}

resource "aws_iam_role" "flow_log" {
  name                 = "${local.name}-flow-log"
  description          = "Lets the VPC flow log write to its log group."
  assume_role_policy   = data.aws_iam_policy_document.flow_log_trust.json
  permissions_boundary = var.permissions_boundary_arn

  tags = var.tags
}

resource "aws_iam_role_policy" "flow_log" {
  name   = "write-flow-log"
  role   = aws_iam_role.flow_log.name
  policy = data.aws_iam_policy_document.flow_log.json
}

resource "aws_flow_log" "this" {
  vpc_id          = aws_vpc.this.id
  traffic_type    = var.flow_log_traffic_type
  log_destination = aws_cloudwatch_log_group.flow_log.arn
  iam_role_arn    = aws_iam_role.flow_log.arn

  tags = merge(var.tags, { Name = local.name })

  # The first delivery follows at once; without its permission the log shows an access error until a retry succeeds.
  depends_on = [aws_iam_role_policy.flow_log]
}

output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "IPv4 range of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "public_subnet_ids" {
  description = "Ids of the public subnets, in the order of az_ids."
  value       = [for az_id in var.az_ids : aws_subnet.public[az_id].id]
}

output "private_subnet_ids" {
  description = "Ids of the private subnets, for nodes and pods, in the order of az_ids."
  value       = [for az_id in var.az_ids : aws_subnet.private[az_id].id]
}

output "private_subnet_ids_by_az" {
  description = "Ids of the private subnets by Availability Zone id, for capacity that exists in one zone only."
  value       = { for az_id, subnet in aws_subnet.private : az_id => subnet.id }
}

output "intra_subnet_ids" {
  description = "Ids of the intra subnets, for load balancer, VPC link and control plane interfaces, in the order of az_ids."
  value       = [for az_id in var.az_ids : aws_subnet.intra[az_id].id]
}

output "route_table_ids" {
  description = "Ids of the route tables by tier: public, private (one per zone, in the order of az_ids) and intra."
  value = {
    public  = [aws_route_table.public.id]
    private = [for az_id in var.az_ids : aws_route_table.private[az_id].id]
    intra   = [aws_route_table.intra.id]
  }
}
