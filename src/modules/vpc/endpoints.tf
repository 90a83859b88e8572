variable "interface_endpoints" {
  description = "AWS services to reach over interface endpoints, by the last part of their service name: ecr.api, ecr.dkr, eks-auth, sts… Each costs an hourly price per zone, which pays over NAT above some 209 GB a month and zone (us-east-1)."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for service in var.interface_endpoints : can(regex("^[a-z0-9]+([.-][a-z0-9]+)*$", service))])
    error_message = "Name services without the Region and its prefix: ecr.api, not com.amazonaws.us-east-1.ecr.api."
  }

  validation {
    condition     = length(setintersection(var.interface_endpoints, ["s3", "dynamodb"])) == 0
    error_message = "S3 and DynamoDB have gateway endpoints, which are free; S3's is always made."
  }
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

output "endpoint_security_group_id" {
  description = "Security group of the interface endpoints, or null without any."
  value       = one(aws_security_group.endpoints[*].id)
}
