# Written by deployer. Edit freely: generating again keeps every edit.

locals {
  name = "${var.project}-${var.environment}"
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

# The keys encrypt the topics and this module's log groups. A service that may publish to an encrypted topic
# but not use its key fails without a trace, so the key admits the same services as the topic policy.
data "aws_iam_policy_document" "key" {
  #checkov:skip=CKV_AWS_109: in a key policy the resource * is the key itself
  #checkov:skip=CKV_AWS_111: in a key policy the resource * is the key itself
  #checkov:skip=CKV_AWS_356: in a key policy the resource * is the key itself
  for_each = local.regions

  # Without this statement IAM policies could not grant the key, and it could become unmanageable.
  statement {
    sid       = "Account"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  statement {
    sid       = "Publishers"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = local.publishers
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }

  # EventBridge sends no aws:SourceAccount to topics and their keys: a condition here would drop every event.
  statement {
    sid       = "Events"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }

  # The canary's log, whose name Synthetics completes.
  statement {
    sid       = "Logs"
    actions   = ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${each.key}.${data.aws_partition.current.dns_suffix}"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${data.aws_partition.current.partition}:logs:${each.key}:${data.aws_caller_identity.current.account_id}:log-group:/aws/lambda/cwsyn-${var.project}-*"]
    }
  }
}

data "aws_iam_policy_document" "topic" {
  for_each = local.regions

  statement {
    sid       = "Publishers"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms[each.key].arn]

    principals {
      type        = "Service"
      identifiers = local.publishers
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }

  # EventBridge does not support conditions in the policy of a topic it publishes to.
  statement {
    sid       = "Events"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms[each.key].arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }
}

# CloudFront, its web ACL and its certificate publish their metrics in us-east-1 only, and an alarm reaches only
# topics of its own Region. A set, so an environment in us-east-1 gets one topic, not two of the same name.
locals {
  region      = data.aws_region.current.region
  edge_region = "us-east-1"
  regions     = toset([local.region, local.edge_region])
  publishers  = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com", "costalerts.amazonaws.com"]
  topic_arns  = { for region, topic in aws_sns_topic.alarms : region => topic.arn }
}

# One entry per alarm; the comments give the reason for what is not obvious. `when` drops the alarms whose subject
# this environment lacks, `symptom` marks what users feel (see the composite alarm), `extra` what all_alarms adds.
locals {
  edge_alarms = {
    "cloudfront-5xx" = {
      when        = var.distribution_id != null
      region      = local.edge_region
      description = "Too many requests at the distribution end in a server error."
      namespace   = "AWS/CloudFront"
      metric      = "5xxErrorRate"
      dimensions  = { DistributionId = var.distribution_id, Region = "Global" }
      statistic   = "Average"
      threshold   = var.error_rate_percent
      datapoints  = [3, 5]
    }
    "edge-waf-blocked" = {
      when        = var.edge_web_acl_name != null
      extra       = true
      region      = local.edge_region
      description = "The web ACL at the edge blocks unusually many requests: an attack, or a rule that hits users."
      namespace   = "AWS/WAFV2"
      metric      = "BlockedRequests"
      dimensions  = { WebACL = var.edge_web_acl_name, Rule = "ALL" }
      statistic   = "Sum"
      period      = 300
      threshold   = var.blocked_requests
    }
    # Behind CloudFront almost nothing is blocked here; what is, tried to go round the distribution.
    "regional-waf-blocked" = {
      when        = var.regional_web_acl_name != null
      extra       = true
      description = "The regional web ACL blocks unusually many requests: someone tries to go round the distribution."
      namespace   = "AWS/WAFV2"
      metric      = "BlockedRequests"
      dimensions  = { WebACL = var.regional_web_acl_name, Region = local.region, Rule = "ALL" }
      statistic   = "Sum"
      period      = 300
      threshold   = var.blocked_requests
    }
  }

  # Published once a day, and no longer once a certificate is renewed or gone.
  certificate_alarms = {
    for arn in var.certificate_arns : "certificate-${regex("[^/]+$", arn)}" => {
      when        = true
      region      = split(":", arn)[3]
      description = "A certificate in use expires soon: its renewal is stuck."
      namespace   = "AWS/CertificateManager"
      metric      = "DaysToExpiry"
      dimensions  = { CertificateArn = arn }
      statistic   = "Minimum"
      comparison  = "LessThanOrEqualToThreshold"
      period      = 86400
      threshold   = var.certificate_days
    }
  }

  # Latency of an API is in milliseconds, that of a load balancer in seconds up to the first byte of the response.
  # A percentile of a handful of requests means nothing, so too few samples do not change an alarm's state.
  latency_alarms = {
    "rest-api-latency" = {
      when        = var.rest_api != null
      symptom     = true
      description = "The 95th percentile of the REST API's latency is above its target."
      namespace   = "AWS/ApiGateway"
      metric      = "Latency"
      dimensions  = { ApiName = try(var.rest_api.name, null), Stage = try(var.rest_api.stage, null) }
      statistic   = "p95"
      threshold   = var.p95_target_s * 1000
      datapoints  = [3, 5]
    }
    "http-api-latency" = {
      when        = var.http_api != null
      symptom     = true
      description = "The 95th percentile of the HTTP API's latency is above its target."
      namespace   = "AWS/ApiGateway"
      metric      = "Latency"
      dimensions  = { ApiId = try(var.http_api.id, null), Stage = try(var.http_api.stage, null) }
      statistic   = "p95"
      threshold   = var.p95_target_s * 1000
      datapoints  = [3, 5]
    }
    "alb-latency" = {
      when        = var.alb_arn_suffix != null
      symptom     = true
      description = "The 95th percentile of the models' response time is above its target."
      namespace   = "AWS/ApplicationELB"
      metric      = "TargetResponseTime"
      dimensions  = { LoadBalancer = var.alb_arn_suffix }
      statistic   = "p95"
      threshold   = var.p95_target_s
      datapoints  = [3, 5]
    }
  }

  # Errors the load balancer makes itself (no target, timeout, keep-alive race) are in no target's count.
  alb_alarms = {
    "alb-elb-5xx" = {
      when        = var.alb_arn_suffix != null
      symptom     = true
      description = "The load balancer itself answers with errors: no healthy target, a timeout or a broken connection."
      namespace   = "AWS/ApplicationELB"
      metric      = "HTTPCode_ELB_5XX_Count"
      dimensions  = { LoadBalancer = var.alb_arn_suffix }
      statistic   = "Sum"
      threshold   = 5
      datapoints  = [3, 5]
    }
  }

  unhealthy_alarms = {
    for model, suffix in var.target_group_arn_suffixes : "${model}-unhealthy-targets" => {
      when        = true
      description = "At least one replica of ${model} fails its health check."
      namespace   = "AWS/ApplicationELB"
      metric      = "UnHealthyHostCount"
      dimensions  = { LoadBalancer = var.alb_arn_suffix, TargetGroup = suffix }
      statistic   = "Maximum"
      threshold   = 0
      datapoints  = [5, 5]
    }
  }

  # A target group without targets publishes nothing at all, so silence is the alarm.
  no_target_alarms = {
    for model, suffix in var.target_group_arn_suffixes : "${model}-no-healthy-target" => {
      when        = !contains(var.scale_to_zero_models, model)
      symptom     = true
      description = "No replica of ${model} is healthy: every request to it fails."
      namespace   = "AWS/ApplicationELB"
      metric      = "HealthyHostCount"
      dimensions  = { LoadBalancer = var.alb_arn_suffix, TargetGroup = suffix }
      statistic   = "Maximum"
      comparison  = "LessThanThreshold"
      threshold   = 1
      datapoints  = [3, 3]
      missing     = "breaching"
    }
  }

  # Alarms cannot use SEARCH, so these read what the CloudWatch agent aggregates by ClusterName ("Classic" Container
  # Insights with enhanced observability; the OpenTelemetry variant uses other names).
  cluster_alarms = {
    "node-cpu" = {
      when        = var.cluster_name != null
      description = "The nodes are short of CPU."
      namespace   = "ContainerInsights"
      metric      = "node_cpu_utilization"
      dimensions  = { ClusterName = var.cluster_name }
      statistic   = "Average"
      threshold   = var.utilization_percent
      datapoints  = [10, 15]
    }
    "node-memory" = {
      when        = var.cluster_name != null
      description = "The nodes are short of memory."
      namespace   = "ContainerInsights"
      metric      = "node_memory_utilization"
      dimensions  = { ClusterName = var.cluster_name }
      statistic   = "Average"
      threshold   = var.utilization_percent
      datapoints  = [10, 15]
    }
    # The maximum over all pods: one pod near its limit is killed however idle the others are.
    "pod-memory" = {
      when        = var.cluster_name != null
      description = "A pod is near its memory limit and will be killed."
      namespace   = "ContainerInsights"
      metric      = "pod_memory_utilization_over_pod_limit"
      dimensions  = { ClusterName = var.cluster_name }
      statistic   = "Maximum"
      threshold   = var.utilization_percent
      datapoints  = [10, 15]
    }
    "failed-nodes" = {
      when        = var.cluster_name != null
      description = "A node reports a failed condition."
      namespace   = "ContainerInsights"
      metric      = "cluster_failed_node_count"
      dimensions  = { ClusterName = var.cluster_name }
      statistic   = "Maximum"
      threshold   = 0
      datapoints  = [5, 5]
    }
    "container-restarts" = {
      when        = var.cluster_name != null
      extra       = true
      description = "Containers restart: a crash, a failing liveness probe or an out-of-memory kill."
      namespace   = "ContainerInsights"
      metric      = "pod_number_of_container_restarts"
      dimensions  = { ClusterName = var.cluster_name }
      statistic   = "Sum"
      period      = 300
      threshold   = 2
    }
    # From the control plane, free of charge and there without an agent. A GPU node takes up to ten minutes to
    # arrive and be ready; pods that wait longer ask for capacity or quota that the account does not get.
    "pending-pods" = {
      when        = var.cluster_name != null
      extra       = true
      description = "Pods wait for a node that does not come: scaling has failed."
      namespace   = "AWS/EKS"
      metric      = "scheduler_pending_pods_UNSCHEDULABLE"
      dimensions  = { ClusterName = var.cluster_name }
      statistic   = "Minimum"
      threshold   = 0
      datapoints  = [15, 15]
    }
  }

  # vLLM takes its share of GPU memory at start, so memory use says nothing; the share of KV cache in use does.
  kv_cache_alarms = {
    for model, dimensions in try(var.model_metrics.dimensions, {}) : "${model}-kv-cache" => {
      when        = true
      extra       = true
      description = "The KV cache of ${model} is nearly full: requests queue or are preempted."
      namespace   = var.model_metrics.namespace
      metric      = "vllm:kv_cache_usage_perc"
      dimensions  = dimensions
      statistic   = "Maximum"
      threshold   = 0.95
      datapoints  = [10, 15]
    }
  }

  # For streams this is the latency a user feels; the load balancer's ends with the headers.
  first_token_alarms = {
    for model, dimensions in try(var.model_metrics.dimensions, {}) : "${model}-first-token" => {
      when        = true
      extra       = true
      description = "The 95th percentile of the time to the first token of ${model} is above the latency target."
      namespace   = var.model_metrics.namespace
      metric      = "vllm:time_to_first_token_seconds"
      dimensions  = dimensions
      statistic   = "p95"
      threshold   = var.p95_target_s
      datapoints  = [3, 5]
    }
  }

  backlog_alarms = {
    for endpoint in var.sagemaker_async_endpoints : "${endpoint}-backlog" => {
      when        = true
      extra       = true
      description = "The queue of endpoint ${endpoint} grows faster than its instances work it off."
      namespace   = "AWS/SageMaker"
      metric      = "ApproximateBacklogSizePerInstance"
      dimensions  = { EndpointName = endpoint }
      statistic   = "Average"
      threshold   = 20
      datapoints  = [10, 15]
    }
  }

  nat_alarms = {
    for id in var.nat_gateway_ids : "${id}-ports" => {
      when        = true
      extra       = true
      description = "NAT gateway ${id} runs out of source ports: image pulls and downloads fail."
      namespace   = "AWS/NATGateway"
      metric      = "ErrorPortAllocation"
      dimensions  = { NatGatewayId = id }
      statistic   = "Sum"
      period      = 300
      threshold   = 0
    }
  }

  every_alarm = merge(
    local.edge_alarms,
    local.certificate_alarms,
    local.latency_alarms,
    local.alb_alarms,
    local.unhealthy_alarms,
    local.no_target_alarms,
    local.cluster_alarms,
    local.kv_cache_alarms,
    local.first_token_alarms,
    local.backlog_alarms,
    local.nat_alarms,
  )

  alarms = {
    for name, alarm in local.every_alarm : name => alarm
    if alarm.when && (var.all_alarms || !try(alarm.extra, false))
  }

  # The composite alarm speaks for the symptoms; one mail each would bury the one that matters.
  symptoms = [for name, alarm in local.alarms : name if try(alarm.symptom, false)]
}

# What counts as a request and as an error where; the rate of the two is the alarm.
locals {
  error_rates = {
    for name, rate in {
      "rest-api-errors" = {
        when       = var.rest_api != null
        namespace  = "AWS/ApiGateway"
        requests   = "Count"
        errors     = "5XXError"
        dimensions = { ApiName = try(var.rest_api.name, null), Stage = try(var.rest_api.stage, null) }
      }
      "http-api-errors" = {
        when       = var.http_api != null
        namespace  = "AWS/ApiGateway"
        requests   = "Count"
        errors     = "5xx"
        dimensions = { ApiId = try(var.http_api.id, null), Stage = try(var.http_api.stage, null) }
      }
      "alb-target-errors" = {
        when       = var.alb_arn_suffix != null
        namespace  = "AWS/ApplicationELB"
        requests   = "RequestCount"
        errors     = "HTTPCode_Target_5XX_Count"
        dimensions = { LoadBalancer = var.alb_arn_suffix }
      }
    } : name => rate if rate.when
  }
}

# Events that no metric shows. Findings come from basic scanning as "ECR Image Scan", from enhanced as Inspector's.
locals {
  events = {
    "training-failed" = {
      description = "A SageMaker training job has failed."
      pattern = {
        source      = ["aws.sagemaker"]
        detail-type = ["SageMaker Training Job State Change"]
        detail      = { TrainingJobStatus = ["Failed"] }
      }
    }
    "aws-health" = {
      description = "AWS announces a problem or a retirement for a service this deployment stands on."
      pattern = {
        source      = ["aws.health"]
        detail-type = ["AWS Health Event"]
        detail = {
          service           = ["APIGATEWAY", "EC2", "ECR", "EKS", "ELASTICLOADBALANCING", "WAF"]
          eventTypeCategory = ["issue", "scheduledChange"]
        }
      }
    }
    "image-scan" = {
      description = "A basic scan found a critical vulnerability in one of this deployment's images."
      pattern = {
        source      = ["aws.ecr"]
        detail-type = ["ECR Image Scan"]
        detail = {
          repository-name         = [{ prefix = local.name }]
          finding-severity-counts = { CRITICAL = [{ numeric = [">", 0] }] }
        }
      }
    }
    "image-finding" = {
      description = "Inspector found a critical vulnerability in one of this deployment's images."
      pattern = {
        source      = ["aws.inspector2"]
        detail-type = ["Inspector2 Finding"]
        detail = {
          severity = ["CRITICAL"]
          status   = ["ACTIVE"]
          resources = {
            details = { awsEcrContainerImage = { repositoryName = [{ prefix = local.name }] } }
          }
        }
      }
    }
  }
}

resource "aws_kms_key" "alarms" {
  for_each = local.regions

  region                  = each.key
  description             = "Alarm topics and log groups of ${local.name} in ${each.key}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key[each.key].json

  tags = merge(var.tags, { Name = "${local.name}-alarms" })
}

resource "aws_kms_alias" "alarms" {
  for_each = local.regions

  region        = each.key
  name          = "alias/${local.name}-alarms"
  target_key_id = aws_kms_key.alarms[each.key].key_id
}

resource "aws_sns_topic" "alarms" {
  for_each = local.regions

  region            = each.key
  name              = "${local.name}-alarms"
  display_name      = "${local.name} alarms"
  kms_master_key_id = aws_kms_key.alarms[each.key].arn

  tags = var.tags
}

resource "aws_sns_topic_policy" "alarms" {
  for_each = local.regions

  region = each.key
  arn    = aws_sns_topic.alarms[each.key].arn
  policy = data.aws_iam_policy_document.topic[each.key].json
}

# Terraform cannot confirm an e-mail subscription, and cannot delete one that nobody confirmed; SNS drops those.
resource "aws_sns_topic_subscription" "email" {
  for_each = { for pair in setproduct(local.regions, var.alarm_emails) : join("/", pair) => pair }

  region    = each.value[0]
  topic_arn = aws_sns_topic.alarms[each.value[0]].arn
  protocol  = "email"
  endpoint  = each.value[1]
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  region                                = try(each.value.region, local.region)
  alarm_name                            = "${local.name}-${each.key}"
  alarm_description                     = each.value.description
  namespace                             = each.value.namespace
  metric_name                           = each.value.metric
  dimensions                            = each.value.dimensions
  statistic                             = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic                    = startswith(each.value.statistic, "p") ? each.value.statistic : null
  evaluate_low_sample_count_percentiles = startswith(each.value.statistic, "p") ? "ignore" : null
  comparison_operator                   = try(each.value.comparison, "GreaterThanThreshold")
  threshold                             = each.value.threshold
  period                                = try(each.value.period, 60)
  datapoints_to_alarm                   = try(each.value.datapoints[0], 1)
  evaluation_periods                    = try(each.value.datapoints[1], 1)
  treat_missing_data                    = try(each.value.missing, "notBreaching")
  alarm_actions                         = contains(local.symptoms, each.key) ? [] : [local.topic_arns[try(each.value.region, local.region)]]
  ok_actions                            = contains(local.symptoms, each.key) ? [] : [local.topic_arns[try(each.value.region, local.region)]]

  tags = var.tags

  lifecycle {
    precondition {
      condition     = contains(local.regions, try(each.value.region, local.region))
      error_message = "${each.key} is in a Region without an alarm topic: only this Region and us-east-1 have one."
    }
  }
}

# Below 20 requests a minute a single failure would be a high rate, so such minutes count as free of errors. A
# minute without errors has no error metric at all, hence FILL. Symptoms all, so the composite alarm speaks for them.
resource "aws_cloudwatch_metric_alarm" "error_rate" {
  for_each = local.error_rates

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = "Too many requests end in a server error."
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.error_rate_percent
  datapoints_to_alarm = 3
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "rate"
    label       = "Server errors (%)"
    expression  = "IF(requests >= 20, 100 * FILL(errors, 0) / requests, 0)"
    return_data = true
  }

  metric_query {
    id = "errors"

    metric {
      namespace   = each.value.namespace
      metric_name = each.value.errors
      dimensions  = each.value.dimensions
      period      = 60
      stat        = "Sum"
    }
  }

  metric_query {
    id = "requests"

    metric {
      namespace   = each.value.namespace
      metric_name = each.value.requests
      dimensions  = each.value.dimensions
      period      = 60
      stat        = "Sum"
    }
  }

  tags = var.tags
}

# The server answers 503 and restarts when a GPU runs out of memory; only its log tells that from other failures.
# The two texts are PyTorch's; a text match needs no agreement on the log format.
resource "aws_cloudwatch_log_metric_filter" "gpu_out_of_memory" {
  count = var.application_log_group_name == null ? 0 : 1

  name           = "${local.name}-gpu-out-of-memory"
  log_group_name = var.application_log_group_name
  pattern        = "?\"CUDA out of memory\" ?\"OutOfMemoryError\""

  metric_transformation {
    namespace     = local.name
    name          = "GpuOutOfMemory"
    value         = "1"
    default_value = "0"
    unit          = "Count"
  }
}

resource "aws_cloudwatch_metric_alarm" "gpu_out_of_memory" {
  count = var.application_log_group_name == null ? 0 : 1

  alarm_name          = "${local.name}-gpu-out-of-memory"
  alarm_description   = "A model ran out of GPU memory: lower its context length or batch size, or give it a larger GPU."
  namespace           = aws_cloudwatch_log_metric_filter.gpu_out_of_memory[0].metric_transformation[0].namespace
  metric_name         = aws_cloudwatch_log_metric_filter.gpu_out_of_memory[0].metric_transformation[0].name
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arns[local.region]]
  ok_actions          = [local.topic_arns[local.region]]

  tags = var.tags
}

# One message when users are hurt, however many symptoms show: it lists those that fired. The distribution's own
# error alarm is not in it, because a composite alarm sees only alarms of its own Region.
resource "aws_cloudwatch_composite_alarm" "impaired" {
  count = length(local.symptoms) + length(local.error_rates) > 0 ? 1 : 0

  alarm_name        = "${local.name}-impaired"
  alarm_description = "Users of ${local.name} get errors, slow answers or none."
  alarm_actions     = [local.topic_arns[local.region]]
  ok_actions        = [local.topic_arns[local.region]]

  alarm_rule = join(" OR ", concat(
    [for name in local.symptoms : "ALARM(\"${aws_cloudwatch_metric_alarm.this[name].alarm_name}\")"],
    [for alarm in aws_cloudwatch_metric_alarm.error_rate : "ALARM(\"${alarm.alarm_name}\")"],
  ))

  tags = var.tags
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.events

  name          = "${local.name}-${each.key}"
  description   = each.value.description
  event_pattern = jsonencode(each.value.pattern)

  tags = var.tags
}

# No role: a rule with one fails to deliver to an encrypted topic; the topic's policy admits EventBridge instead.
resource "aws_cloudwatch_event_target" "topic" {
  for_each = local.events

  rule      = aws_cloudwatch_event_rule.this[each.key].name
  target_id = "alarms"
  arn       = local.topic_arns[local.region]

  depends_on = [aws_sns_topic_policy.alarms]
}

# The filter works once the tag Project is activated for cost allocation (Billing console, management account),
# and then for costs from that day on. It covers every environment of the project in this account.
resource "aws_budgets_budget" "monthly" {
  name         = "${local.name}-monthly"
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = format("%.2f", var.monthly_budget_usd)
  limit_unit   = "USD"

  cost_filter {
    name   = "TagKeyValue"
    values = [format("user:Project$%s", var.project)]
  }

  notification {
    notification_type         = "ACTUAL"
    comparison_operator       = "GREATER_THAN"
    threshold                 = 80
    threshold_type            = "PERCENTAGE"
    subscriber_sns_topic_arns = [local.topic_arns[local.edge_region]]
  }

  notification {
    notification_type         = "ACTUAL"
    comparison_operator       = "GREATER_THAN"
    threshold                 = 100
    threshold_type            = "PERCENTAGE"
    subscriber_sns_topic_arns = [local.topic_arns[local.edge_region]]
  }

  notification {
    notification_type         = "FORECASTED"
    comparison_operator       = "GREATER_THAN"
    threshold                 = 100
    threshold_type            = "PERCENTAGE"
    subscriber_sns_topic_arns = [local.topic_arns[local.edge_region]]
  }

  tags = var.tags

  # Budgets checks at once whether it may publish to the topic.
  depends_on = [aws_sns_topic_policy.alarms]
}

# A row is a title over widgets of equal width. A row shows when its subject exists; a widget names its metrics as
# CloudWatch writes them, and SEARCH (which alarms cannot use) finds what comes and goes.
locals {
  api_dimensions = (
    var.rest_api != null ? ["ApiName", var.rest_api.name, "Stage", var.rest_api.stage] :
    var.http_api != null ? ["ApiId", var.http_api.id, "Stage", var.http_api.stage] : []
  )
  api_error_metric = var.rest_api != null ? "5XXError" : "5xx"

  dashboard_rows = [
    {
      title = "Edge"
      when  = var.distribution_id != null
      widgets = [
        {
          title   = "Requests"
          region  = local.edge_region
          stat    = "Sum"
          metrics = [["AWS/CloudFront", "Requests", "Region", "Global", "DistributionId", var.distribution_id]]
        },
        {
          title  = "Error rate (%)"
          region = local.edge_region
          metrics = [
            ["AWS/CloudFront", "4xxErrorRate", "Region", "Global", "DistributionId", var.distribution_id],
            ["AWS/CloudFront", "5xxErrorRate", "Region", "Global", "DistributionId", var.distribution_id],
          ]
        },
        {
          title  = "Web ACL at the edge"
          region = local.edge_region
          stat   = "Sum"
          metrics = [
            ["AWS/WAFV2", "AllowedRequests", "WebACL", coalesce(var.edge_web_acl_name, "none"), "Rule", "ALL"],
            ["AWS/WAFV2", "BlockedRequests", "WebACL", coalesce(var.edge_web_acl_name, "none"), "Rule", "ALL"],
          ]
        },
      ]
    },
    {
      title = "API"
      when  = length(local.api_dimensions) > 0
      widgets = [
        {
          title = "Requests and server errors"
          stat  = "Sum"
          metrics = [
            concat(["AWS/ApiGateway", "Count"], local.api_dimensions),
            concat(["AWS/ApiGateway", local.api_error_metric], local.api_dimensions),
          ]
        },
        {
          title = "Latency, p95 (ms): whole, and behind the VPC link"
          stat  = "p95"
          metrics = [
            concat(["AWS/ApiGateway", "Latency"], local.api_dimensions),
            concat(["AWS/ApiGateway", "IntegrationLatency"], local.api_dimensions),
          ]
        },
        {
          title = "Latest server errors"
          query = "SOURCE '${coalesce(var.api_log_group_name, "none")}' | fields @timestamp, @message | filter @message like /\"status\": ?\"?5[0-9]{2}/ | sort @timestamp desc | limit 20"
        },
      ]
    },
    {
      title = "Load balancer"
      when  = var.alb_arn_suffix != null
      widgets = [
        {
          title = "Requests and server errors"
          stat  = "Sum"
          metrics = [
            ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", var.alb_arn_suffix],
            ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "LoadBalancer", var.alb_arn_suffix],
            ["AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "LoadBalancer", var.alb_arn_suffix],
          ]
        },
        {
          title = "Response time (s)"
          metrics = [
            for stat in ["p50", "p95", "p99"] :
            ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", var.alb_arn_suffix, { stat = stat, label = stat }]
          ]
        },
        {
          title = "Healthy replicas by model"
          stat  = "Maximum"
          metrics = [
            for model, suffix in var.target_group_arn_suffixes :
            ["AWS/ApplicationELB", "HealthyHostCount", "TargetGroup", suffix, "LoadBalancer", var.alb_arn_suffix, { label = model }]
          ]
        },
      ]
    },
    {
      title = "Pods and nodes"
      when  = var.cluster_name != null
      widgets = [
        {
          title = "Nodes: CPU and memory (%)"
          metrics = [
            ["ContainerInsights", "node_cpu_utilization", "ClusterName", var.cluster_name],
            ["ContainerInsights", "node_memory_utilization", "ClusterName", var.cluster_name],
          ]
        },
        {
          title = "Pods: memory against limit, highest (%)"
          stat  = "Maximum"
          metrics = [
            ["ContainerInsights", "pod_memory_utilization_over_pod_limit", "ClusterName", var.cluster_name],
          ]
        },
        {
          title = "Pending pods, restarts, failed nodes"
          stat  = "Maximum"
          metrics = [
            ["AWS/EKS", "scheduler_pending_pods_UNSCHEDULABLE", "ClusterName", var.cluster_name],
            ["ContainerInsights", "pod_number_of_container_restarts", "ClusterName", var.cluster_name],
            ["ContainerInsights", "cluster_failed_node_count", "ClusterName", var.cluster_name],
          ]
        },
      ]
    },
    {
      title = "GPU and KV cache"
      when  = var.cluster_name != null
      widgets = concat(
        [
          {
            title = "GPU: busy and memory (%)"
            metrics = [
              ["ContainerInsights", "node_gpu_utilization", "ClusterName", var.cluster_name],
              ["ContainerInsights", "node_gpu_memory_utilization", "ClusterName", var.cluster_name],
            ]
          },
        ],
        [
          for widget in [
            { title = "KV cache in use (share)", metric = "vllm:kv_cache_usage_perc", stat = "Maximum" },
            { title = "Requests waiting", metric = "vllm:num_requests_waiting", stat = "Maximum" },
            { title = "Time to first token, p95 (s)", metric = "vllm:time_to_first_token_seconds", stat = "p95" },
            ] : {
            title = widget.title
            stat  = widget.stat
            metrics = [
              for model, dimensions in var.model_metrics.dimensions : concat(
                [var.model_metrics.namespace, widget.metric],
                flatten([for name, value in dimensions : [name, value]]),
                [{ label = model }],
              )
            ]
          } if var.model_metrics != null
        ],
      )
    },
    {
      title = "Cost"
      when  = true
      widgets = [
        # Needs "Receive CloudWatch billing alerts" in the Billing console; it is the whole account's figure.
        {
          title   = "Charges this month (USD, account)"
          region  = local.edge_region
          stat    = "Maximum"
          period  = 21600
          metrics = [["AWS/Billing", "EstimatedCharges", "Currency", "USD"]]
        },
        {
          title  = "Data through NAT (bytes)"
          stat   = "Sum"
          period = 3600
          metrics = [
            for id in var.nat_gateway_ids : ["AWS/NATGateway", "BytesOutToDestination", "NatGatewayId", id]
          ]
        },
        {
          title   = "Logs taken in (bytes)"
          stat    = "Sum"
          period  = 3600
          metrics = [[{ expression = "SEARCH('{AWS/Logs,LogGroupName} MetricName=\"IncomingBytes\" \"${local.name}\"', 'Sum')" }]]
        },
      ]
    },
  ]

  # 24 columns; a row is 7 units high, its title 1 of them. Widgets with nothing to show are left out.
  shown_rows = [
    for row in local.dashboard_rows : {
      title   = row.title
      widgets = [for widget in row.widgets : widget if length(try(widget.metrics, [widget.query])) > 0]
    } if row.when
  ]
  dashboard_widgets = flatten([
    for y, row in local.shown_rows : [
      [{ type = "text", x = 0, y = y * 7, width = 24, height = 1, properties = { markdown = "## ${row.title}" } }],
      [
        for x, widget in row.widgets : {
          type   = can(widget.query) ? "log" : "metric"
          x      = floor(24 / length(row.widgets)) * x
          y      = y * 7 + 1
          width  = floor(24 / length(row.widgets))
          height = 6
          properties = merge(
            { title = widget.title, region = try(widget.region, local.region) },
            can(widget.query) ? tomap({ view = "table", query = widget.query }) : tomap({ view = "timeSeries" }),
            { for name, value in { stat = try(widget.stat, "Average"), period = try(widget.period, 60), metrics = try(widget.metrics, []) } : name => value if !can(widget.query) },
          )
        }
      ],
    ]
  ])
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = local.name
  dashboard_body = jsonencode({ widgets = local.dashboard_widgets })
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

locals {
  canary_count = var.canary == null ? 0 : 1

  # At most 21 characters: Synthetics adds a prefix and a UUID to make the function's name, which may have 64. It
  # keeps the project in front, by which the deploy role's permissions know it.
  canary_name = length(local.name) <= 21 ? local.name : "${var.project}-${substr(sha256(local.name), 0, 4)}"

  # canary.js, zipped and kept as text; its head says how to make this again. In the archive it lies where every version
  # of the runtime looks (nodejs/node_modules/).
  canary_archive = trimspace(file("${path.module}/canary.zip.base64"))
}

data "aws_iam_policy_document" "canary_trust" {
  count = local.canary_count

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "canary" {
  count = local.canary_count

  # Only the reports: whoever gets hold of the canary cannot change its script.
  statement {
    sid       = "Artifacts"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.canary[0].arn}/runs/*"]
  }

  statement {
    sid       = "ArtifactBucket"
    actions   = ["s3:GetBucketLocation"]
    resources = [aws_s3_bucket.canary[0].arn]
  }

  # The Synthetics library looks for its bucket; S3 has no resource-level permission for this action.
  statement {
    sid       = "Buckets"
    actions   = ["s3:ListAllMyBuckets"]
    resources = ["*"]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.alarms[local.region].arn]
  }

  # Not logs:CreateLogGroup: the group below is Terraform's, with retention and encryption.
  statement {
    sid       = "Logs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:${data.aws_partition.current.partition}:logs:${local.region}:${data.aws_caller_identity.current.account_id}:log-group:/aws/lambda/cwsyn-${local.canary_name}-*"]
  }

  # CloudWatch has no resource-level permission for this action; the namespace is its only limit.
  statement {
    sid       = "Metrics"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = ["CloudWatchSynthetics"]
    }
  }

  dynamic "statement" {
    for_each = var.canary.secret_arn == null ? [] : [var.canary.secret_arn]

    content {
      sid       = "Secret"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = var.canary.secret_key_arn == null ? [] : [var.canary.secret_key_arn]

    content {
      sid       = "SecretKey"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["secretsmanager.${local.region}.${data.aws_partition.current.dns_suffix}"]
      }
    }
  }
}

data "aws_iam_policy_document" "canary_bucket" {
  count = local.canary_count

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.canary[0].arn, "${aws_s3_bucket.canary[0].arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

# The script under code/, and under runs/ the reports. Nothing in it is worth keeping, so destroying the environment
# may empty it.
resource "aws_s3_bucket" "canary" {
  count = local.canary_count

  #checkov:skip=CKV_AWS_18: an access log of short-lived reports would outlive what it is about
  #checkov:skip=CKV_AWS_144: the reports are not worth a copy in a second Region
  #checkov:skip=CKV2_AWS_62: nothing waits for a report; the alarm tells of failed runs
  bucket        = "${local.name}-canary-${data.aws_caller_identity.current.account_id}"
  force_destroy = true

  tags = var.tags
}

resource "aws_s3_bucket_public_access_block" "canary" {
  count = local.canary_count

  bucket                  = aws_s3_bucket.canary[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "canary" {
  count = local.canary_count

  bucket = aws_s3_bucket.canary[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "canary" {
  count = local.canary_count

  bucket = aws_s3_bucket.canary[0].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.alarms[local.region].arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "canary" {
  count = local.canary_count

  bucket = aws_s3_bucket.canary[0].id

  rule {
    id     = "expire"
    status = "Enabled"

    # Not code/: the script stays as long as the canary.
    filter {
      prefix = "runs/"
    }

    expiration {
      days = var.log_retention_days
    }
  }

  rule {
    id     = "clean-up"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  # Rules for old versions need versioning to be on.
  depends_on = [aws_s3_bucket_versioning.canary]
}

resource "aws_s3_bucket_policy" "canary" {
  count = local.canary_count

  bucket = aws_s3_bucket.canary[0].id
  policy = data.aws_iam_policy_document.canary_bucket[0].json

  # Two changes of a bucket's policy and its public access at once end in a conflict (409).
  depends_on = [aws_s3_bucket_public_access_block.canary]
}

# Its name holds a digest of its content, so a changed script is a new object and the canary sees it. Synthetics copies it into
# a layer with the permissions of whoever applies: that role, not the canary's, reads this object and uses its key.
resource "aws_s3_object" "canary" {
  count = local.canary_count

  bucket         = aws_s3_bucket.canary[0].id
  key            = "code/${sha256(local.canary_archive)}.zip"
  content_base64 = local.canary_archive
  content_type   = "application/zip"
  kms_key_id     = aws_kms_key.alarms[local.region].arn

  # An object has room for ten tags, which the environment's may exceed; the bucket bears them.
  override_provider {
    default_tags {
      tags = {}
    }
  }

  # Without versioning the object would have no version for the canary to name.
  depends_on = [
    aws_s3_bucket_policy.canary,
    aws_s3_bucket_public_access_block.canary,
    aws_s3_bucket_versioning.canary,
  ]
}

resource "aws_iam_role" "canary" {
  count = local.canary_count

  name                 = "${local.name}-canary"
  description          = "Runs the synthetic check of ${local.name}"
  assume_role_policy   = data.aws_iam_policy_document.canary_trust[0].json
  permissions_boundary = var.permissions_boundary_arn

  tags = var.tags
}

resource "aws_iam_role_policy" "canary" {
  count = local.canary_count

  name   = "canary"
  role   = aws_iam_role.canary[0].id
  policy = data.aws_iam_policy_document.canary[0].json
}

# Outside the VPC on purpose: it comes in where users do. It also keeps the VPC link alive, which API Gateway makes
# INACTIVE, deleting its network interfaces, after 60 days without traffic.
resource "aws_synthetics_canary" "this" {
  count = local.canary_count

  name                     = local.canary_name
  artifact_s3_location     = "s3://${aws_s3_bucket.canary[0].id}/runs/"
  execution_role_arn       = aws_iam_role.canary[0].arn
  runtime_version          = var.canary.runtime_version
  s3_bucket                = aws_s3_object.canary[0].bucket
  s3_key                   = aws_s3_object.canary[0].key
  s3_version               = aws_s3_object.canary[0].version_id
  handler                  = "canary.handler"
  start_canary             = true
  delete_lambda            = true
  success_retention_period = min(var.log_retention_days, 455)
  failure_retention_period = min(var.log_retention_days, 455)

  schedule {
    expression = var.canary.every_minutes == 1 ? "rate(1 minute)" : var.canary.every_minutes == 60 ? "rate(1 hour)" : "rate(${var.canary.every_minutes} minutes)"

    retry_config {
      max_retries = 1
    }
  }

  run_config {
    timeout_in_seconds = 60

    environment_variables = {
      URL             = var.canary.url
      EXPECTED_STATUS = tostring(var.canary.expected_status)
      HEADER          = var.canary.header
      SECRET_ARN      = coalesce(var.canary.secret_arn, "none")
    }
  }

  artifact_config {
    s3_encryption {
      encryption_mode = "SSE_KMS"
      kms_key_arn     = aws_kms_key.alarms[local.region].arn
    }
  }

  tags = var.tags

  # Synthetics writes a first object when it creates the canary.
  depends_on = [
    aws_iam_role_policy.canary,
    aws_s3_bucket_policy.canary,
    aws_s3_bucket_public_access_block.canary,
    aws_s3_bucket_server_side_encryption_configuration.canary,
  ]
}

# Synthetics makes up the function's name, so its log group can only follow it.
resource "aws_cloudwatch_log_group" "canary" {
  count = local.canary_count

  #checkov:skip=CKV_AWS_338: how long logs are kept, and paid for, is the environment's choice
  name              = "/aws/lambda/${split(":", aws_synthetics_canary.this[0].engine_arn)[6]}"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.alarms[local.region].arn

  tags = var.tags
}

resource "aws_cloudwatch_metric_alarm" "canary" {
  count = local.canary_count

  alarm_name          = "${local.name}-canary"
  alarm_description   = "The synthetic check fails, or has stopped running."
  namespace           = "CloudWatchSynthetics"
  metric_name         = "SuccessPercent"
  dimensions          = { CanaryName = aws_synthetics_canary.this[0].name }
  statistic           = "Average"
  comparison_operator = "LessThanThreshold"
  threshold           = 90
  period              = 60 * var.canary.every_minutes
  datapoints_to_alarm = 2
  evaluation_periods  = 3
  treat_missing_data  = "breaching"
  alarm_actions       = [local.topic_arns[local.region]]
  ok_actions          = [local.topic_arns[local.region]]

  tags = var.tags
}
