variable "anomaly_detection" {
  description = "Whether to watch traffic and costs for anomalies."
  type        = bool
  default     = false
  nullable    = false
}

variable "anomaly_impact_usd" {
  description = "Smallest total impact, in US dollars, of a cost anomaly that is reported."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.anomaly_impact_usd > 0
    error_message = "The impact of a cost anomaly must be more than 0 US dollars."
  }
}

# A retry storm or a client gone silent is no fixed number of requests. The band is two standard deviations around
# what CloudWatch learned (up to two weeks of history); four of six quarters of an hour keep single peaks out.
resource "aws_cloudwatch_metric_alarm" "traffic_anomaly" {
  count = var.anomaly_detection && var.alb_arn_suffix != null ? 1 : 0

  alarm_name          = "${local.name}-traffic-anomaly"
  alarm_description   = "The number of requests is far from what is usual at this time, and so is the number of replicas."
  comparison_operator = "LessThanLowerOrGreaterThanUpperThreshold"
  threshold_metric_id = "band"
  datapoints_to_alarm = 4
  evaluation_periods  = 6
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns[local.region]]
  ok_actions          = [local.topic_arns[local.region]]

  metric_query {
    id          = "band"
    label       = "Usual requests"
    expression  = "ANOMALY_DETECTION_BAND(requests, 2)"
    return_data = true
  }

  metric_query {
    id          = "requests"
    return_data = true

    metric {
      namespace   = "AWS/ApplicationELB"
      metric_name = "RequestCount"
      dimensions  = { LoadBalancer = var.alb_arn_suffix }
      period      = 900
      stat        = "Sum"
    }
  }

  tags = var.tags
}

# CUSTOM, by tag: an account has room for one monitor over all services only, and usually one already. The nulls
# are how the API returns the expression; without them each plan would replace the monitor.
resource "aws_ce_anomaly_monitor" "project" {
  count = var.anomaly_detection ? 1 : 0

  name         = "${local.name}-cost"
  monitor_type = "CUSTOM"

  monitor_specification = jsonencode({
    And            = null
    CostCategories = null
    Dimensions     = null
    Not            = null
    Or             = null
    Tags = {
      Key          = "Project"
      MatchOptions = null
      Values       = [var.project]
    }
  })

  tags = var.tags
}

# A topic is told at once or not at all: only e-mail subscribers get daily and weekly summaries.
resource "aws_ce_anomaly_subscription" "project" {
  count = var.anomaly_detection ? 1 : 0

  name             = "${local.name}-cost"
  frequency        = "IMMEDIATE"
  monitor_arn_list = [aws_ce_anomaly_monitor.project[0].arn]

  subscriber {
    type    = "SNS"
    address = local.topic_arns[local.edge_region]
  }

  threshold_expression {
    dimension {
      key           = "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
      match_options = ["GREATER_THAN_OR_EQUAL"]
      values        = [format("%.0f", var.anomaly_impact_usd)]
    }
  }

  tags = var.tags

  # Cost Explorer checks at once whether it may publish to the topic.
  depends_on = [aws_sns_topic_policy.alarms]
}
