# Written by deployer. Edit freely: generating again keeps every edit.

locals {
  name = "${var.project}-${var.environment}"
}

locals {
  # alb_controller's listener: 443 with a certificate, 80 without.
  alb_port = var.origin_domain == null ? 80 : 443

  # Names under /aws/vendedlogs/ keep API Gateway from growing the account's
  # log resource policy past its 5120 characters, one entry per log group.
  access_log_group = "/aws/vendedlogs/apigateway/${local.name}"
}

data "aws_region" "current" {}

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
      identifiers = ["logs.${data.aws_region.current.region}.amazonaws.com"]
    }

    # Only for this API's log groups: the context keeps the service from being
    # used as a deputy for a log group of somebody else.
    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values = [
        for group in [local.access_log_group, "API-Gateway-Execution-Logs_*/${var.environment}"] :
        "arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:log-group:${group}"
      ]
    }
  }
}

resource "aws_kms_key" "logs" {
  description             = "API Gateway logs of ${local.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.logs_key.json
  tags                    = var.tags
}

resource "aws_kms_alias" "logs" {
  name          = "alias/${local.name}-api-logs"
  target_key_id = aws_kms_key.logs.key_id
}

resource "aws_cloudwatch_log_group" "access" {
  #checkov:skip=CKV_AWS_338: Retention is the environment's choice (var.log_retention_days); the default is a year.
  name              = local.access_log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn
  tags              = var.tags
}

# name_prefix, because the group is replaced before it is destroyed: the
# deployment's create_before_destroy reaches back through link and group.
resource "aws_security_group" "link" {
  name_prefix = "${local.name}-link-"
  description = "API Gateway VPC link of ${local.name}"
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${local.name}-vpc-link" })

  lifecycle {
    create_before_destroy = true
  }
}

# The link's interfaces only ever open connections, to the load balancer.
resource "aws_vpc_security_group_egress_rule" "link_to_alb" {
  description                  = "VPC link to load balancer"
  security_group_id            = aws_security_group.link.id
  referenced_security_group_id = var.alb_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = local.alb_port
  to_port                      = local.alb_port
  tags                         = var.tags
}

# Here and not with the load balancer, which belongs to an earlier stack and
# cannot know this group.
resource "aws_vpc_security_group_ingress_rule" "alb_from_link" {
  description                  = "API Gateway VPC link of ${local.name}"
  security_group_id            = var.alb_security_group_id
  referenced_security_group_id = aws_security_group.link.id
  ip_protocol                  = "tcp"
  from_port                    = local.alb_port
  to_port                      = local.alb_port
  tags                         = var.tags
}

# Version 2 for both kinds of API: since November 2025 a REST API reaches an
# ALB through it without a network load balancer in between; the older
# aws_api_gateway_vpc_link refuses ALBs (terraform-provider-aws#30910). A link
# is immutable, and its interfaces are deleted after 60 days without traffic.
resource "aws_apigatewayv2_vpc_link" "alb" {
  name               = local.name
  subnet_ids         = var.subnet_ids
  security_group_ids = [aws_security_group.link.id]
  tags               = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # The URI is never resolved: integration_target chooses the load balancer,
  # the URI gives scheme, Host header and the name the certificate must carry.
  # Its path is what the load balancer sees (the stage is not added: aws-cdk
  # #36247 shows it live), so every integration below repeats its own path.
  rest_origin = var.origin_domain == null ? "http://${coalesce(var.alb_dns_name, "none")}" : "https://${var.origin_domain}"

  # Static keys, so that for_each is known at plan; ids are filled in below.
  rest_methods = {
    for name, method in {
      generate = { verb = "POST", path = "/models/{name}/generate", open = false, stream = var.stream }
      status   = { verb = "GET", path = "/models/{name}/status", open = false, stream = false }
      health   = { verb = "GET", path = "/health", open = true, stream = false }
    } : name => method if var.mode == "rest"
  }

  # Only the shape: fields differ by engine and are the model server's to check.
  generate_schema = jsonencode({
    "$schema"     = "http://json-schema.org/draft-04/schema#"
    title         = "GenerateRequest"
    type          = "object"
    minProperties = 1
  })

  rest_resource_ids = merge(
    { for resource in aws_api_gateway_resource.health : "health" => resource.id },
    { for action, resource in aws_api_gateway_resource.action : action => resource.id },
  )
}

# Regional: CloudFront stands in front with its own cache policy and WAF; an
# edge-optimised API would add a second, invisible distribution.
resource "aws_api_gateway_rest_api" "this" {
  count = var.mode == "rest" ? 1 : 0

  name               = local.name
  description        = "Model inference of ${local.name}"
  binary_media_types = var.binary_media_types
  tags               = var.tags

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_resource" "health" {
  count = var.mode == "rest" ? 1 : 0

  rest_api_id = aws_api_gateway_rest_api.this[0].id
  parent_id   = aws_api_gateway_rest_api.this[0].root_resource_id
  path_part   = "health"
}

resource "aws_api_gateway_resource" "models" {
  count = var.mode == "rest" ? 1 : 0

  rest_api_id = aws_api_gateway_rest_api.this[0].id
  parent_id   = aws_api_gateway_rest_api.this[0].root_resource_id
  path_part   = "models"
}

# A path parameter and not one resource per model: a new model needs a listener
# rule and nothing here, and an unknown name gets the load balancer's refusal.
resource "aws_api_gateway_resource" "model" {
  count = var.mode == "rest" ? 1 : 0

  rest_api_id = aws_api_gateway_rest_api.this[0].id
  parent_id   = aws_api_gateway_resource.models[0].id
  path_part   = "{name}"
}

resource "aws_api_gateway_resource" "action" {
  for_each = toset(var.mode == "rest" ? ["generate", "status"] : [])

  rest_api_id = aws_api_gateway_rest_api.this[0].id
  parent_id   = aws_api_gateway_resource.model[0].id
  path_part   = each.key
}

resource "aws_api_gateway_request_validator" "this" {
  count = var.mode == "rest" ? 1 : 0

  rest_api_id                 = aws_api_gateway_rest_api.this[0].id
  name                        = "body-and-parameters"
  validate_request_body       = true
  validate_request_parameters = true
}

# Requests of another content type (audio) are not checked against it.
resource "aws_api_gateway_model" "generate" {
  count = var.mode == "rest" ? 1 : 0

  rest_api_id  = aws_api_gateway_rest_api.this[0].id
  name         = "GenerateRequest"
  description  = "A JSON object with at least one field"
  content_type = "application/json"

  schema = local.generate_schema
}

resource "aws_api_gateway_method" "this" {
  for_each = local.rest_methods

  #checkov:skip=CKV_AWS_59: /health alone is open (it answers 200 or 503 and nothing else, and canaries hold no key); the rest follows var.auth.
  rest_api_id          = aws_api_gateway_rest_api.this[0].id
  resource_id          = local.rest_resource_ids[each.key]
  http_method          = each.value.verb
  authorization        = var.auth == "iam" && !each.value.open ? "AWS_IAM" : "NONE"
  api_key_required     = length(var.api_key_clients) > 0 && !each.value.open
  request_validator_id = aws_api_gateway_request_validator.this[0].id
  request_parameters   = each.value.open ? {} : { "method.request.path.name" = true }
  request_models       = each.key == "generate" ? { "application/json" = aws_api_gateway_model.generate[0].name } : {}
}

# Proxy integrations hand every header on, so CloudFront's x-origin-verify
# reaches the load balancer, which checks it once more. Status and health are
# always buffered and so keep the 29-second limit.
resource "aws_api_gateway_integration" "this" {
  for_each = local.rest_methods

  rest_api_id             = aws_api_gateway_rest_api.this[0].id
  resource_id             = local.rest_resource_ids[each.key]
  http_method             = aws_api_gateway_method.this[each.key].http_method
  type                    = "HTTP_PROXY"
  integration_http_method = each.value.verb
  connection_type         = "VPC_LINK"
  connection_id           = aws_apigatewayv2_vpc_link.alb.id
  integration_target      = var.alb_arn
  uri                     = "${local.rest_origin}${each.value.path}"
  request_parameters      = each.value.open ? {} : { "integration.request.path.name" = "method.request.path.name" }
  response_transfer_mode  = each.value.stream ? "STREAM" : "BUFFERED"
  timeout_milliseconds    = each.value.stream ? var.timeout_ms : min(var.timeout_ms, 29000)
}

# API Gateway's own refusals in the error shape of the model server.
resource "aws_api_gateway_gateway_response" "this" {
  for_each = toset(var.mode == "rest" ? ["DEFAULT_4XX", "DEFAULT_5XX"] : [])

  rest_api_id   = aws_api_gateway_rest_api.this[0].id
  response_type = each.key

  response_templates = {
    "application/json" = "{\"error\":{\"code\":\"$context.error.responseType\",\"message\":$context.error.messageString,\"request_id\":\"$context.requestId\"}}"
  }
}

# A deployment is a snapshot: it is taken anew when any part of the API
# changes, and before the old one goes, since the stage still points there and
# the old one holds the VPC link (terraform-provider-aws#12195).
resource "aws_api_gateway_deployment" "this" {
  count = var.mode == "rest" ? 1 : 0

  rest_api_id = aws_api_gateway_rest_api.this[0].id

  # What is configured, and not whole resources: their computed attributes
  # differ once more after the first apply, which would deploy a second time.
  triggers = {
    redeployment = sha256(jsonencode([
      var.binary_media_types,
      local.generate_schema,
      local.rest_resource_ids,
      [for validator in aws_api_gateway_request_validator.this : validator.id],
      [for model in aws_api_gateway_model.generate : model.name],
      { for name, method in aws_api_gateway_method.this : name => [
        method.http_method,
        method.authorization,
        method.api_key_required,
        merge({}, method.request_parameters),
        merge({}, method.request_models),
      ] },
      { for name, integration in aws_api_gateway_integration.this : name => [
        integration.uri,
        integration.connection_id,
        integration.integration_target,
        integration.response_transfer_mode,
        integration.timeout_milliseconds,
        merge({}, integration.request_parameters),
      ] },
      { for type, response in aws_api_gateway_gateway_response.this : type => response.response_templates },
    ]))
  }

  lifecycle {
    create_before_destroy = true
  }
}

# API Gateway would create this group itself, without retention or key. Error
# traces only; they name the request id, never a body (data_trace_enabled).
resource "aws_cloudwatch_log_group" "execution" {
  count = var.mode == "rest" ? 1 : 0

  #checkov:skip=CKV_AWS_338: Retention is the environment's choice (var.log_retention_days); the default is a year.
  name              = "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.this[0].id}/${var.environment}"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.logs.arn
  tags              = var.tags
}

# Logging needs the account's API Gateway role (aws_api_gateway_account), a
# singleton per account and Region that module iam owns.
resource "aws_api_gateway_stage" "this" {
  count = var.mode == "rest" ? 1 : 0

  #checkov:skip=CKV_AWS_120: Generated answers are not repeatable and belong to one caller; caching them would be a fault.
  #checkov:skip=CKV2_AWS_51: API Gateway reaches the load balancer inside the VPC, which checks the caller by security group and secret header instead of a client certificate.
  #checkov:skip=CKV2_AWS_29: Module waf attaches its regional ACL to this stage by ARN.
  rest_api_id          = aws_api_gateway_rest_api.this[0].id
  deployment_id        = aws_api_gateway_deployment.this[0].id
  stage_name           = var.environment
  xray_tracing_enabled = true
  tags                 = var.tags

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn

    # Who, what, how long and why it failed. No body, no header, no query.
    format = jsonencode({
      requestId          = "$context.requestId"
      time               = "$context.requestTimeEpoch"
      sourceIp           = "$context.identity.sourceIp"
      apiKeyId           = "$context.identity.apiKeyId"
      userArn            = "$context.identity.userArn"
      method             = "$context.httpMethod"
      path               = "$context.path"
      status             = "$context.status"
      responseLength     = "$context.responseLength"
      responseLatency    = "$context.responseLatency"
      integrationStatus  = "$context.integration.status"
      integrationLatency = "$context.integration.latency"
      integrationError   = "$context.integration.error"
      wafStatus          = "$context.waf.status"
      errorType          = "$context.error.responseType"
      xrayTraceId        = "$context.xrayTraceId"
    })
  }

  depends_on = [aws_cloudwatch_log_group.execution]
}

# data_trace_enabled stays off: it would write prompts and answers to the log.
resource "aws_api_gateway_method_settings" "all" {
  count = var.mode == "rest" ? 1 : 0

  #checkov:skip=CKV_AWS_225: Generated answers are not repeatable and belong to one caller; caching them would be a fault.
  rest_api_id = aws_api_gateway_rest_api.this[0].id
  stage_name  = aws_api_gateway_stage.this[0].stage_name
  method_path = "*/*"

  settings {
    throttling_rate_limit  = var.throttle_rate
    throttling_burst_limit = var.throttle_burst
    metrics_enabled        = true
    logging_level          = "ERROR"
    data_trace_enabled     = false
  }
}

# Throttle and quota of a plan apply to each of its keys alone.
resource "aws_api_gateway_usage_plan" "this" {
  count = var.mode == "rest" && length(var.api_key_clients) > 0 ? 1 : 0

  name        = local.name
  description = "Limits of each client of ${local.name}"
  tags        = var.tags

  api_stages {
    api_id = aws_api_gateway_rest_api.this[0].id
    stage  = aws_api_gateway_stage.this[0].stage_name
  }

  throttle_settings {
    rate_limit  = coalesce(var.client_throttle_rate, var.throttle_rate)
    burst_limit = coalesce(var.client_throttle_burst, var.throttle_burst)
  }

  dynamic "quota_settings" {
    for_each = var.monthly_quota == null ? [] : [var.monthly_quota]

    content {
      limit  = quota_settings.value
      period = "MONTH"
    }
  }
}

# AWS makes the value up; it is in the state and never an output. Hand it over
# with `aws apigateway get-api-key --include-value --api-key ID`.
resource "aws_api_gateway_api_key" "client" {
  for_each = var.mode == "rest" ? var.api_key_clients : []

  name        = "${local.name}-${each.key}"
  description = "Key of ${each.key} for ${local.name}"
  tags        = var.tags
}

resource "aws_api_gateway_usage_plan_key" "client" {
  for_each = aws_api_gateway_api_key.client

  key_id        = each.value.id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.this[0].id
}
