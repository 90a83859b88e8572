variable "nat_mode" {
  description = "How the private subnets reach the internet: none; single (one gateway, one zone's failure cuts all off); per_az (one gateway in each zone); regional (one gateway that spans the zones by itself)."
  type        = string
  default     = "none"
  nullable    = false

  validation {
    condition     = contains(["none", "single", "per_az", "regional"], var.nat_mode)
    error_message = "nat_mode is none, single, per_az or regional."
  }
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

output "nat_public_ips" {
  description = "Public addresses that traffic from the private subnets comes from. Those of a regional gateway change as it grows."
  value = concat(
    [for az_id in local.nat_az_ids : aws_eip.nat[az_id].public_ip],
    flatten([for gateway in aws_nat_gateway.regional : gateway.regional_nat_gateway_address[*].public_ip])
  )
}

output "nat_gateway_ids" {
  description = "Ids of the NAT gateways, for their alarms."
  value       = concat([for az_id in local.nat_az_ids : aws_nat_gateway.zonal[az_id].id], aws_nat_gateway.regional[*].id)
}
