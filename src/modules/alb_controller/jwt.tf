variable "jwt" {
  description = "Bearer tokens the load balancer demands of every request: issuer, https URL of the issuer's key set (RS256 keys only), and the audience the token's `aud` must name (audience_format `string-array` where the issuer writes `aud` as an array); null where the edge checks tokens itself. Needs certificate_domain, and subnets with a way out (the private ones): the load balancer itself fetches the key set."
  type = object({
    issuer          = string
    jwks_endpoint   = string
    audience        = string
    audience_format = optional(string, "single-string")
  })
  default = null

  validation {
    condition     = var.jwt == null || local.origin_domain != null
    error_message = "The load balancer checks tokens on HTTPS only: jwt needs certificate_domain."
  }

  validation {
    condition     = var.jwt == null || try(startswith(var.jwt.jwks_endpoint, "https://") && length(var.jwt.jwks_endpoint) <= 256 && length(var.jwt.issuer) <= 256, false)
    error_message = "The key set needs a full https URL; issuer and URL have at most 256 characters."
  }

  validation {
    condition     = var.jwt == null || try(contains(["single-string", "string-array", "space-separated-values"], var.jwt.audience_format), false)
    error_message = "The audience format is \"single-string\", \"string-array\" or \"space-separated-values\"."
  }
}

locals {
  jwt_validations = var.jwt[*]
}

# The load balancer fetches the issuer's keys itself, from its own subnets: without this rule, or without a route out, every request fails with 500.
resource "aws_vpc_security_group_egress_rule" "alb_to_issuer" {
  count = var.jwt == null ? 0 : 1

  description       = "Key set of the token issuer"
  security_group_id = aws_security_group.alb.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
