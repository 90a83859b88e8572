variable "aliases" {
  description = "Domain names callers use; the first is the API's official one. Empty leaves only the name under cloudfront.net."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for alias in var.aliases : can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", alias))])
    error_message = "Aliases are full domain names in lower case, such as api.example.com, without wildcards."
  }
}

variable "hosted_zone_id" {
  description = "Public Route 53 zone to which the aliases belong and in which the certificate is validated. Needed with aliases."
  type        = string
  default     = null

  validation {
    condition     = length(var.aliases) == 0 || var.hosted_zone_id != null
    error_message = "Aliases need hosted_zone_id, for their records and the certificate's validation."
  }
}

locals {
  aliases          = var.aliases
  certificate_arns = aws_acm_certificate_validation.this[*].certificate_arn

  # An A and an AAAA record for each name: the distribution answers on both.
  alias_records = {
    for pair in setproduct(var.aliases, ["A", "AAAA"]) : "${pair[0]} ${pair[1]}" => { name = pair[0], type = pair[1] }
  }
}

# CloudFront takes certificates from us-east-1 only.
resource "aws_acm_certificate" "this" {
  count = length(var.aliases) > 0 ? 1 : 0

  region = "us-east-1"

  domain_name               = var.aliases[0]
  subject_alternative_names = slice(var.aliases, 1, length(var.aliases))
  validation_method         = "DNS"
  tags                      = var.tags

  # Its successor first: the distribution still uses this one.
  lifecycle {
    create_before_destroy = true
  }
}

# ACM asks for the same record in every Region and for every certificate of a
# name, so one that exists already is no mistake.
resource "aws_route53_record" "validation" {
  for_each = toset(var.aliases)

  zone_id         = var.hosted_zone_id
  name            = one([for option in aws_acm_certificate.this[0].domain_validation_options : option.resource_record_name if option.domain_name == each.key])
  type            = one([for option in aws_acm_certificate.this[0].domain_validation_options : option.resource_record_type if option.domain_name == each.key])
  records         = [for option in aws_acm_certificate.this[0].domain_validation_options : option.resource_record_value if option.domain_name == each.key]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  count = length(var.aliases) > 0 ? 1 : 0

  region = "us-east-1"

  certificate_arn         = aws_acm_certificate.this[0].arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}

resource "aws_route53_record" "alias" {
  for_each = local.alias_records

  zone_id = var.hosted_zone_id
  name    = each.value.name
  type    = each.value.type

  alias {
    name                   = aws_cloudfront_distribution.this.domain_name
    zone_id                = aws_cloudfront_distribution.this.hosted_zone_id
    evaluate_target_health = false
  }
}

output "certificate_arn" {
  description = "Certificate of the aliases, in us-east-1, for the expiry alarm; null without aliases."
  value       = one(aws_acm_certificate.this[*].arn)
}
