variable "alb_listener_arn" {
  description = "Load balancer listener the HTTP API's VPC link sends requests to. Needed in http mode."
  type        = string
  default     = null

  validation {
    condition     = var.mode != "http" || var.alb_listener_arn != null
    error_message = "An HTTP API needs alb_listener_arn: its private integration takes the listener, not the load balancer."
  }
}

variable "jwt_issuer" {
  description = "URL of the identity provider whose tokens the HTTP API accepts (its /.well-known/openid-configuration must be public). Needed with auth jwt."
  type        = string
  default     = null

  validation {
    condition     = var.auth != "jwt" || can(regex("^https://", var.jwt_issuer))
    error_message = "With auth jwt the issuer must be an https:// URL."
  }
}

variable "jwt_audiences" {
  description = "Audiences (aud or client_id claim) of which a token must carry one. Needed with auth jwt."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = var.auth != "jwt" || length(var.jwt_audiences) > 0
    error_message = "With auth jwt name at least one audience, or tokens issued for any other application would be accepted."
  }
}

variable "jwt_scopes" {
  description = "OAuth scopes of which a token must carry one to call a model; empty means any valid token."
  type        = set(string)
  default     = []
  nullable    = false
}

locals {
  http_authorization = { jwt = "JWT", iam = "AWS_IAM", none = "NONE", api_key = "NONE" }[var.auth]

  # Route key → whether anybody may call it.
  http_routes = {
    for key, open in {
      "POST /models/{name}/generate" = false
      "GET /models/{name}/status"    = false
      "GET /health"                  = true
    } : key => open if var.mode == "http"
  }
}

resource "aws_apigatewayv2_api" "this" {
  count = var.mode == "http" ? 1 : 0

  name          = local.name
  description   = "Model inference of ${local.name}"
  protocol_type = "HTTP"
  tags          = var.tags
}

resource "aws_apigatewayv2_authorizer" "jwt" {
  count = var.mode == "http" && var.auth == "jwt" ? 1 : 0

  api_id           = aws_apigatewayv2_api.this[0].id
  name             = "jwt"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = var.jwt_issuer
    audience = var.jwt_audiences
  }
}

# One for all routes: the request's own path and method go through. WAF cannot
# be attached to an HTTP API, so the lock against callers that go round
# CloudFront is the x-origin-verify rule of the load balancer behind.
resource "aws_apigatewayv2_integration" "alb" {
  count = var.mode == "http" ? 1 : 0

  api_id               = aws_apigatewayv2_api.this[0].id
  integration_type     = "HTTP_PROXY"
  integration_method   = "ANY"
  integration_uri      = var.alb_listener_arn
  connection_type      = "VPC_LINK"
  connection_id        = aws_apigatewayv2_vpc_link.alb.id
  timeout_milliseconds = var.timeout_ms

  # Without this block a private integration speaks plain HTTP.
  dynamic "tls_config" {
    for_each = var.origin_domain == null ? [] : [var.origin_domain]

    content {
      server_name_to_verify = tls_config.value
    }
  }
}

resource "aws_apigatewayv2_route" "this" {
  for_each = local.http_routes

  #checkov:skip=CKV_AWS_309: GET /health alone is open (it answers 200 or 503 and nothing else, and canaries hold no token); the rest follows var.auth.
  api_id               = aws_apigatewayv2_api.this[0].id
  route_key            = each.key
  target               = "integrations/${aws_apigatewayv2_integration.alb[0].id}"
  authorization_type   = each.value ? "NONE" : local.http_authorization
  authorizer_id        = each.value ? null : one(aws_apigatewayv2_authorizer.jwt[*].id)
  authorization_scopes = each.value || var.auth != "jwt" ? null : var.jwt_scopes
}

# $default, since any other stage name would go before the path that a private
# integration sends to the load balancer.
resource "aws_apigatewayv2_stage" "default" {
  count = var.mode == "http" ? 1 : 0

  api_id      = aws_apigatewayv2_api.this[0].id
  name        = "$default"
  auto_deploy = true
  tags        = var.tags

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn

    # Who, what, how long and why it failed. No body, no header, no query.
    format = jsonencode({
      requestId          = "$context.requestId"
      time               = "$context.requestTimeEpoch"
      sourceIp           = "$context.identity.sourceIp"
      subject            = "$context.authorizer.claims.sub"
      userArn            = "$context.identity.userArn"
      routeKey           = "$context.routeKey"
      path               = "$context.path"
      status             = "$context.status"
      responseLength     = "$context.responseLength"
      responseLatency    = "$context.responseLatency"
      integrationStatus  = "$context.integration.status"
      integrationLatency = "$context.integration.latency"
      integrationError   = "$context.integrationErrorMessage"
      errorType          = "$context.error.responseType"
    })
  }

  # Both limits, always: with only one set the other becomes 0 and the stage
  # refuses every request.
  default_route_settings {
    throttling_rate_limit    = var.throttle_rate
    throttling_burst_limit   = var.throttle_burst
    detailed_metrics_enabled = true
  }
}

output "http_api_id" {
  description = "HTTP API id, the ApiId dimension of its metrics; null in rest mode."
  value       = one(aws_apigatewayv2_api.this[*].id)
}

output "http_stage_arn" {
  description = "ARN of the HTTP stage; null in rest mode. A web ACL cannot be attached to it."
  value       = one(aws_apigatewayv2_stage.default[*].arn)
}

output "http_stage_name" {
  description = "Name of the HTTP stage; null in rest mode."
  value       = one(aws_apigatewayv2_stage.default[*].name)
}

output "http_invoke_domain" {
  description = "Domain name of the HTTP API, CloudFront's origin; null in rest mode."
  value       = one([for api in aws_apigatewayv2_api.this : trimprefix(api.api_endpoint, "https://")])
}

output "http_invoke_path" {
  description = "Path that goes before every request to the HTTP API: empty, for the $default stage; null in rest mode."
  value       = var.mode == "http" ? "" : null
}
