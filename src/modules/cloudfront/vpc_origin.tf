variable "vpc_origin_arn" {
  description = "Internal load balancer CloudFront reaches inside the VPC, without an API in between; null for an origin with a public name. Its security group must admit CloudFront, and its VPC have an internet gateway, though no route to it."
  type        = string
  default     = null
}

variable "vpc_origin_https" {
  description = "Whether the load balancer has a certificate (for origin_domain_name); false means plain HTTP inside the VPC (development only)."
  type        = bool
  default     = true
  nullable    = false
}

locals {
  vpc_origin_ids = aws_cloudfront_vpc_origin.this[*].id
}

# No ingress rule here: the load balancer's module admits CloudFront by its
# managed prefix list. The security group that CloudFront makes with the origin
# exists only once this is applied, so no rule of the same apply can name it.
#
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
