variable "origin_domain_name" {
  description = "Domain name CloudFront asks for at the origin: the API's invoke domain, or with a VPC origin the name on the load balancer's certificate (or its DNS name without one)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9.-]+$", var.origin_domain_name))
    error_message = "The origin is a bare domain name, without scheme, port or path."
  }
}

variable "origin_path" {
  description = "Path CloudFront puts before every request to the origin, such as a REST API's stage; empty for none."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(/[^/]+)*$", var.origin_path))
    error_message = "The origin path is empty, or starts with a slash and does not end in one."
  }
}

variable "origin_secret_arn" {
  description = "Secret with the value of x-origin-verify, as JSON {current, previous}; CloudFront sends current, and the validators (stage ACL, load balancer) admit both."
  type        = string
  nullable    = false
}

variable "origin_read_timeout" {
  description = "Seconds CloudFront waits for the origin's first byte and between further ones, 1 to 120; more needs a raised quota (`Response timeout per origin`)."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.origin_read_timeout >= 1 && var.origin_read_timeout <= 120
    error_message = "CloudFront waits 1 to 120 seconds."
  }
}

variable "price_class" {
  description = "Edge locations used: PriceClass_100 (North America and Europe), PriceClass_200 (and most of Asia, Africa) or PriceClass_All."
  type        = string
  default     = "PriceClass_100"
  nullable    = false

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "The price class must be PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "geo_allow" {
  description = "Countries (ISO 3166-1 alpha-2 codes, upper case) from which viewers are admitted; empty admits all."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for country in var.geo_allow : can(regex("^[A-Z]{2}$", country))])
    error_message = "Countries are two upper-case letters, such as DE."
  }
}

variable "web_acl_arn" {
  description = "Web ACL of scope CLOUDFRONT that filters the distribution's requests."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[^:]+:wafv2:us-east-1:[0-9]+:global/webacl/", var.web_acl_arn))
    error_message = "A distribution takes the ARN of a web ACL of scope CLOUDFRONT, which lives in us-east-1."
  }
}

data "aws_secretsmanager_secret_version" "origin" {
  secret_id = var.origin_secret_arn
}

# Two answers to one prompt may differ, and each belongs to its caller.
data "aws_cloudfront_cache_policy" "disabled" {
  name = "Managed-CachingDisabled"
}

# Everything but Host: API Gateway finds the API by it, and the load balancer's
# certificate is checked against it. Authorization is passed on, too, which a
# policy that lists headers cannot do.
data "aws_cloudfront_origin_request_policy" "all_but_host" {
  name = "Managed-AllViewerExceptHostHeader"
}

resource "aws_cloudfront_response_headers_policy" "this" {
  name    = local.name
  comment = "Security headers of ${local.name}"

  security_headers_config {
    strict_transport_security {
      access_control_max_age_sec = 31536000
      include_subdomains         = true
      preload                    = true
      override                   = true
    }

    content_type_options {
      override = true
    }

    frame_options {
      frame_option = "DENY"
      override     = true
    }

    referrer_policy {
      referrer_policy = "no-referrer"
      override        = true
    }

    # Answers are data. Should a browser ever render one, it loads nothing.
    content_security_policy {
      content_security_policy = "default-src 'none'; frame-ancestors 'none'"
      override                = true
    }
  }
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV_AWS_86: Access logs, where there are any, are of version 2; this check knows the older kind only.
  #checkov:skip=CKV_AWS_174: TLSv1.2_2021 wherever there are aliases; CloudFront's own certificate takes TLSv1 alone.
  #checkov:skip=CKV_AWS_305: An API has no document at its root.
  #checkov:skip=CKV_AWS_310: There is one origin; a failover group would not apply to POST anyway.
  #checkov:skip=CKV_AWS_374: Which countries are admitted is the environment's choice (var.geo_allow).
  #checkov:skip=CKV2_AWS_47: Module waf's edge ACL has the known bad inputs and anonymous IP rules; the check wants to see it beside the distribution.
  enabled         = true
  comment         = local.name
  is_ipv6_enabled = true
  http_version    = "http2and3"
  price_class     = var.price_class
  aliases         = local.aliases
  web_acl_id      = var.web_acl_arn
  tags            = var.tags

  origin {
    origin_id   = "api"
    domain_name = var.origin_domain_name
    origin_path = var.origin_path

    # Proves to the stage ACL and the load balancer that a request has passed
    # the web ACL here. A viewer's own header of that name is overwritten.
    custom_header {
      name  = "x-origin-verify"
      value = jsondecode(data.aws_secretsmanager_secret_version.origin.secret_string)["current"]
    }

    dynamic "custom_origin_config" {
      for_each = length(local.vpc_origin_ids) == 0 ? [true] : []

      content {
        http_port              = 80
        https_port             = 443
        origin_protocol_policy = "https-only"
        origin_ssl_protocols   = ["TLSv1.2"]
        origin_read_timeout    = var.origin_read_timeout
      }
    }

    dynamic "vpc_origin_config" {
      for_each = local.vpc_origin_ids

      content {
        vpc_origin_id       = vpc_origin_config.value
        origin_read_timeout = var.origin_read_timeout
      }
    }
  }

  # https-only and no redirect: a client that once sent its key in clear text
  # should fail, not be helped. CloudFront passes POST on only in the set of all
  # seven methods. compress would hold back streamed answers.
  default_cache_behavior {
    target_origin_id           = "api"
    viewer_protocol_policy     = "https-only"
    allowed_methods            = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods             = ["GET", "HEAD"]
    cache_policy_id            = data.aws_cloudfront_cache_policy.disabled.id
    origin_request_policy_id   = data.aws_cloudfront_origin_request_policy.all_but_host.id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this.id
    compress                   = false
  }

  # CloudFront keeps errors for ten seconds even where caching is disabled: one
  # caller's 403 or a passing 503 of /health would be everybody's.
  dynamic "custom_error_response" {
    for_each = [400, 403, 404, 405, 414, 500, 501, 502, 503, 504]

    content {
      error_code            = custom_error_response.value
      error_caching_min_ttl = 0
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = length(var.geo_allow) > 0 ? "whitelist" : "none"
      locations        = var.geo_allow
    }
  }

  # The default certificate of *.cloudfront.net allows TLS 1.0 and nothing can
  # be done about it; environments that matter have aliases.
  viewer_certificate {
    cloudfront_default_certificate = length(local.certificate_arns) == 0
    acm_certificate_arn            = one(local.certificate_arns)
    ssl_support_method             = length(local.certificate_arns) == 0 ? null : "sni-only"
    minimum_protocol_version       = length(local.certificate_arns) == 0 ? "TLSv1" : "TLSv1.2_2021"
  }
}

output "id" {
  description = "Distribution id, the DistributionId dimension of its metrics (in us-east-1, with Region = Global)."
  value       = aws_cloudfront_distribution.this.id
}

output "arn" {
  description = "ARN of the distribution."
  value       = aws_cloudfront_distribution.this.arn
}

output "domain_name" {
  description = "Name of the distribution under cloudfront.net."
  value       = aws_cloudfront_distribution.this.domain_name
}

output "url" {
  description = "Where callers reach the API: the first alias, or the distribution's own name."
  value       = "https://${try(local.aliases[0], aws_cloudfront_distribution.this.domain_name)}"
}
