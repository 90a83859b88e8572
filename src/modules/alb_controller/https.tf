variable "certificate_domain" {
  description = "Domain name the load balancer answers HTTPS under, for example models.internal.example.com; null for plain HTTP inside the VPC, which is for dev only."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_domain == null || can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.certificate_domain))
    error_message = "Give a full domain name in lower case, without a trailing dot."
  }
}

variable "hosted_zone_id" {
  description = "ID of the public Route 53 zone that holds certificate_domain; null without a certificate. The certificate is validated by DNS, for which the zone has to be public."
  type        = string
  default     = null
}

locals {
  origin_domain   = var.certificate_domain
  certificate_arn = one(aws_acm_certificate_validation.alb[*].certificate_arn)
}

resource "aws_acm_certificate" "alb" {
  count = var.certificate_domain == null ? 0 : 1

  domain_name       = var.certificate_domain
  validation_method = "DNS"
  tags              = merge(var.tags, { Name = "${local.name}-alb" })

  # A listener's certificate cannot be deleted, so its successor comes first.
  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = var.hosted_zone_id != null
      error_message = "certificate_domain needs hosted_zone_id: the certificate is validated by a record in that zone."
    }
  }
}

# ACM renews the certificate by looking for this record again, so it stays. Another certificate for the same name uses the same record: hence allow_overwrite.
resource "aws_route53_record" "validation" {
  count = var.certificate_domain == null ? 0 : 1

  zone_id         = var.hosted_zone_id
  name            = one(aws_acm_certificate.alb[0].domain_validation_options).resource_record_name
  type            = one(aws_acm_certificate.alb[0].domain_validation_options).resource_record_type
  records         = [one(aws_acm_certificate.alb[0].domain_validation_options).resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "alb" {
  count = var.certificate_domain == null ? 0 : 1

  certificate_arn         = aws_acm_certificate.alb[0].arn
  validation_record_fqdns = aws_route53_record.validation[*].fqdn
}

# Whoever calls the load balancer by the certificate's name must find it. The record is public, its addresses are the VPC's own.
resource "aws_route53_record" "alb" {
  count = var.certificate_domain == null ? 0 : 1

  zone_id = var.hosted_zone_id
  name    = var.certificate_domain
  type    = "A"

  alias {
    name                   = aws_lb.main.dns_name
    zone_id                = aws_lb.main.zone_id
    evaluate_target_health = false
  }
}

output "certificate_arn" {
  description = "ARN of the load balancer's certificate, for the expiry alarm; null without one."
  value       = one(aws_acm_certificate.alb[*].arn)
}
