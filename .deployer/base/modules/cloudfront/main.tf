# Written by deployer. Edit freely: generating again keeps every edit.

locals {
  name = "${var.project}-${var.environment}"
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

locals {
  # The origin has a public name.
  vpc_origin_ids = []
}

locals {
  # The prefix keeps log delivery from growing the account's log resource
  # policy past its 5120 characters, one entry per log group.
  log_group = "/aws/vendedlogs/cloudfront/${local.name}"
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_iam_policy_document" "logs_key" {
  #checkov:skip=CKV_AWS_109: The root statement hands the key's permissions to the account's IAM policies; without it nobody could administer the key.
  #checkov:skip=CKV_AWS_111: In a key policy "*" means this key only.
  #checkov:skip=CKV_AWS_356: In a key policy "*" means this key only.
  statement {
    sid       = "AccountAdministration"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  statement {
    sid       = "CloudWatchLogs"
    actions   = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.us-east-1.amazonaws.com"]
    }

    # Only for this log group: the context keeps the service from being used as
    # a deputy for a log group of somebody else.
    condition {
      test     = "ArnEquals"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${data.aws_partition.current.partition}:logs:us-east-1:${data.aws_caller_identity.current.account_id}:log-group:${local.log_group}"]
    }
  }
}

# CloudFront is global; what watches it lives in us-east-1.
resource "aws_kms_key" "logs" {
  count = var.logging ? 1 : 0

  region = "us-east-1"

  description             = "CloudFront access log of ${local.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.logs_key.json
  tags                    = var.tags
}

resource "aws_kms_alias" "logs" {
  count = var.logging ? 1 : 0

  region = "us-east-1"

  name          = "alias/${local.name}-cloudfront-logs"
  target_key_id = aws_kms_key.logs[0].key_id
}

# To CloudWatch and not to a bucket: a question about one request is asked of
# this log, WAF's and the API's together in Logs Insights, and a bucket brings
# policy, lifecycle and inventory with it. At inference rates the price decides
# nothing ($0.50 per GB, about a million requests); far above that, S3 does.
resource "aws_cloudwatch_log_group" "access" {
  count = var.logging ? 1 : 0

  region = "us-east-1"

  #checkov:skip=CKV_AWS_338: Retention is the environment's choice (var.log_retention_days); the default is a year.
  name              = local.log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs[0].arn
  tags              = var.tags
}

resource "aws_cloudwatch_log_delivery_source" "access" {
  count = var.logging ? 1 : 0

  region = "us-east-1"

  name         = "${local.name}-cloudfront"
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.this.arn
  tags         = var.tags
}

resource "aws_cloudwatch_log_delivery_destination" "access" {
  count = var.logging ? 1 : 0

  region = "us-east-1"

  name          = "${local.name}-cloudfront"
  output_format = "json"
  tags          = var.tags

  delivery_destination_configuration {
    destination_resource_arn = aws_cloudwatch_log_group.access[0].arn
  }
}

# Who, what, how long, from which edge. No cookie, referrer or query string.
# Providers up to 6.50 fail to change this list of an existing delivery
# (terraform-provider-aws#48527); replace the delivery there.
resource "aws_cloudwatch_log_delivery" "access" {
  count = var.logging ? 1 : 0

  region = "us-east-1"

  delivery_source_name     = aws_cloudwatch_log_delivery_source.access[0].name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.access[0].arn
  tags                     = var.tags

  record_fields = [
    "date",
    "time",
    "x-edge-request-id",
    "x-edge-location",
    "c-ip",
    "cs-method",
    "x-host-header",
    "cs-uri-stem",
    "cs(User-Agent)",
    "cs-bytes",
    "cs-protocol-version",
    "ssl-protocol",
    "sc-status",
    "sc-bytes",
    "sc-content-type",
    "time-taken",
    "time-to-first-byte",
    "x-edge-detailed-result-type",
  ]
}

resource "aws_cloudfront_monitoring_subscription" "this" {
  count = var.logging ? 1 : 0

  distribution_id = aws_cloudfront_distribution.this.id

  monitoring_subscription {
    realtime_metrics_subscription_config {
      realtime_metrics_subscription_status = "Enabled"
    }
  }
}
