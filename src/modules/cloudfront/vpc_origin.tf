variable "vpc_origin_arn" {
  description = "Internal load balancer CloudFront reaches inside the VPC, without an API in between; null for an origin with a public name."
  type        = string
  default     = null
}

variable "vpc_id" {
  description = "VPC of that load balancer; it must have an internet gateway, though no route to it. Needed with vpc_origin_arn."
  type        = string
  default     = null

  validation {
    condition     = var.vpc_origin_arn == null || var.vpc_id != null
    error_message = "A VPC origin needs vpc_id, in which CloudFront's security group is looked up."
  }
}

variable "alb_security_group_id" {
  description = "Security group of that load balancer; this module adds the ingress rule for CloudFront to it. Needed with vpc_origin_arn."
  type        = string
  default     = null

  validation {
    condition     = var.vpc_origin_arn == null || var.alb_security_group_id != null
    error_message = "A VPC origin needs alb_security_group_id, which must admit CloudFront."
  }
}

variable "vpc_origin_https" {
  description = "Whether the load balancer has a certificate (for origin_domain_name); false means plain HTTP inside the VPC (development only)."
  type        = bool
  default     = true
  nullable    = false
}

locals {
  vpc_origin_ids  = aws_cloudfront_vpc_origin.this[*].id
  vpc_origin_port = var.vpc_origin_https ? 443 : 80
}

# Creation waits for CloudFront to deploy the origin, which takes longer than
# the provider's default of 15 minutes now and then (terraform-aws-cloudfront
# #163).
resource "aws_cloudfront_vpc_origin" "this" {
  count = var.vpc_origin_arn == null ? 0 : 1

  tags = var.tags

  vpc_origin_endpoint_config {
    name                   = local.name
    arn                    = var.vpc_origin_arn
    http_port              = 80
    https_port             = 443
    origin_protocol_policy = var.vpc_origin_https ? "https-only" : "http-only"

    origin_ssl_protocols {
      items    = ["TLSv1.2"]
      quantity = 1
    }
  }

  timeouts {
    create = "45m"
    update = "45m"
    delete = "45m"
  }
}

# CloudFront makes this group with the first VPC origin of the VPC, and no
# resource returns it (terraform-provider-aws#40683): depends_on puts the
# look-up off to the apply, after the origin is deployed. Should it still come
# too early, apply again. The broader alternative is the managed prefix list
# com.amazonaws.global.cloudfront.origin-facing, which counts as 55 rules of
# the group's quota of 60.
data "aws_security_group" "cloudfront" {
  count = var.vpc_origin_arn == null ? 0 : 1

  name   = "CloudFront-VPCOrigins-Service-SG"
  vpc_id = var.vpc_id

  depends_on = [aws_cloudfront_vpc_origin.this]
}

resource "aws_vpc_security_group_ingress_rule" "alb_from_cloudfront" {
  count = var.vpc_origin_arn == null ? 0 : 1

  description                  = "CloudFront VPC origin of ${local.name}"
  security_group_id            = var.alb_security_group_id
  referenced_security_group_id = data.aws_security_group.cloudfront[0].id
  ip_protocol                  = "tcp"
  from_port                    = local.vpc_origin_port
  to_port                      = local.vpc_origin_port
  tags                         = var.tags
}
