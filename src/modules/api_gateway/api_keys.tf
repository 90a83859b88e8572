variable "client_throttle_rate" {
  description = "Steady request rate of each API key, in requests per second; null lets one client use up the rate of the whole stage."
  type        = number
  default     = null

  validation {
    condition     = var.client_throttle_rate == null ? true : var.client_throttle_rate > 0 && var.client_throttle_rate <= var.throttle_rate
    error_message = "The rate of one client must be above 0 and not above throttle_rate, the rate of the whole stage."
  }
}

variable "client_throttle_burst" {
  description = "Requests each API key may make at once before its rate applies; null means as many as the whole stage."
  type        = number
  default     = null

  validation {
    condition     = var.client_throttle_burst == null ? true : var.client_throttle_burst >= 1 && var.client_throttle_burst <= var.throttle_burst
    error_message = "The burst of one client must be at least 1 and not above throttle_burst, the burst of the whole stage."
  }
}

variable "monthly_quota" {
  description = "Requests each API key may make in a calendar month; null means no limit."
  type        = number
  default     = null

  validation {
    condition     = var.monthly_quota == null ? true : var.monthly_quota >= 1
    error_message = "The monthly quota must be at least 1 request; null means no limit."
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

output "api_key_ids" {
  description = "API key id of each client, with which an operator fetches the value."
  value       = { for client, key in aws_api_gateway_api_key.client : client => key.id }
}
