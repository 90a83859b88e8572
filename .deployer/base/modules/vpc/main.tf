# Written by deployer. Edit freely: generating again keeps every edit.

locals {
  name = "${var.project}-${var.environment}"
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

locals {
  # Zones with a gateway of their own. A regional gateway needs no public subnet, and finds its zones itself.
  nat_az_ids = {
    none     = []
    single   = [var.az_ids[0]]
    per_az   = var.az_ids
    regional = []
  }[var.nat_mode]
}

resource "aws_eip" "nat" {
  #checkov:skip=CKV2_AWS_19: the gateway of the same key, aws_nat_gateway.zonal, holds it; the check does not follow for_each.
  for_each = toset(local.nat_az_ids)

  domain = "vpc"

  tags = merge(var.tags, { Name = "${local.name}-nat-${each.key}" })
}

resource "aws_nat_gateway" "zonal" {
  for_each = toset(local.nat_az_ids)

  subnet_id     = aws_subnet.public[each.key].id
  allocation_id = aws_eip.nat[each.key].allocation_id

  tags = merge(var.tags, { Name = "${local.name}-${each.key}" })

  # A gateway whose subnet has no way to the internet yet fails to start.
  depends_on = [aws_internet_gateway.this]
}

# Without addresses of ours the gateway is in automatic mode: AWS allocates them, and extends the gateway to a zone up to an
# hour after the first interface appears there; until then that zone's traffic crosses to another zone.
resource "aws_nat_gateway" "regional" {
  count = var.nat_mode == "regional" ? 1 : 0

  vpc_id            = aws_vpc.this.id
  availability_mode = "regional"

  tags = merge(var.tags, { Name = "${local.name}-regional" })

  depends_on = [aws_internet_gateway.this]
}

resource "aws_route" "private_nat" {
  for_each = toset(var.nat_mode == "none" ? [] : var.az_ids)

  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id = (
    var.nat_mode == "regional"
    ? aws_nat_gateway.regional[0].id
    : aws_nat_gateway.zonal[var.nat_mode == "single" ? var.az_ids[0] : each.key].id
  )
}

resource "aws_security_group" "endpoints" {
  count = length(var.interface_endpoints) > 0 ? 1 : 0

  name        = "${local.name}-endpoints"
  description = "Interface endpoints of ${local.name}"
  vpc_id      = aws_vpc.this.id

  tags = merge(var.tags, { Name = "${local.name}-endpoints" })
}

# No egress rule: endpoints only answer.
resource "aws_vpc_security_group_ingress_rule" "endpoints_https" {
  count = length(var.interface_endpoints) > 0 ? 1 : 0

  security_group_id = aws_security_group.endpoints[0].id
  description       = "HTTPS from inside the VPC"
  cidr_ipv4         = aws_vpc.this.cidr_block
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = var.tags
}

# In the private subnets, beside their clients and with addresses to spare.
resource "aws_vpc_endpoint" "interface" {
  for_each = var.interface_endpoints

  vpc_id              = aws_vpc.this.id
  service_name        = "${data.aws_partition.current.reverse_dns_prefix}.${data.aws_region.current.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = [for az_id in var.az_ids : aws_subnet.private[az_id].id]
  security_group_ids  = [aws_security_group.endpoints[0].id]
  private_dns_enabled = true

  tags = merge(var.tags, { Name = "${local.name}-${each.key}" })
}
