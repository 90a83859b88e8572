variable "alarm_emails" {
  description = "E-mail addresses that receive alarms, events and budget notices; each must confirm its subscriptions."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for email in var.alarm_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", email))])
    error_message = "Every entry of alarm_emails must be an e-mail address."
  }
}

variable "monthly_budget_usd" {
  description = "Monthly cost limit in US dollars that the budget measures against."
  type        = number
  nullable    = false

  validation {
    condition     = var.monthly_budget_usd > 0
    error_message = "The monthly budget must be more than 0 US dollars."
  }
}

variable "all_alarms" {
  description = "Whether to create the diagnostic alarms (restarts, pending pods, NAT ports, blocked requests, model internals) beside the core ones."
  type        = bool
  default     = true
  nullable    = false
}

variable "p95_target_s" {
  description = "Latency target in seconds: alarms fire when the 95th percentile stays above it."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.p95_target_s > 0 && var.p95_target_s <= 900
    error_message = "The latency target must be more than 0 and at most 900 seconds, the longest response a REST API streams."
  }
}

variable "error_rate_percent" {
  description = "Share of requests, in percent, that may end in a server error before an alarm fires."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.error_rate_percent > 0 && var.error_rate_percent < 100
    error_message = "The error rate must lie between 0 and 100 percent."
  }
}

variable "utilization_percent" {
  description = "Node CPU, node memory and pod memory use, in percent, above which an alarm fires."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.utilization_percent > 0 && var.utilization_percent < 100
    error_message = "The utilisation threshold must lie between 0 and 100 percent."
  }
}

variable "blocked_requests" {
  description = "Requests a web ACL may block in five minutes before an alarm fires."
  type        = number
  default     = 1000
  nullable    = false

  validation {
    condition     = var.blocked_requests > 0
    error_message = "The number of blocked requests must be more than 0."
  }
}

variable "certificate_days" {
  description = "Days before expiry at which a certificate raises an alarm. ACM renews 60 days before expiry, so 30 means that renewal is stuck."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.certificate_days >= 1 && var.certificate_days <= 45
    error_message = "The days before certificate expiry must lie between 1 and 45."
  }
}

variable "distribution_id" {
  description = "ID of the CloudFront distribution, or null when there is none."
  type        = string
  default     = null
}

variable "rest_api" {
  description = "Name and stage of the REST API (its CloudWatch dimension is the name), or null in the other edge modes."
  type = object({
    name  = string
    stage = string
  })
  default = null
}

variable "http_api" {
  description = "ID and stage of the HTTP API (its CloudWatch dimension is the ID), or null in the other edge modes."
  type = object({
    id    = string
    stage = string
  })
  default = null
}

variable "alb_arn_suffix" {
  description = "ARN suffix of the load balancer (app/name/id), or null when there is none."
  type        = string
  default     = null

  validation {
    condition     = var.alb_arn_suffix == null || can(regex("^app/[^/]+/[0-9a-f]+$", var.alb_arn_suffix))
    error_message = "The load balancer's ARN suffix must look like app/name/0123456789abcdef."
  }
}

variable "target_group_arn_suffixes" {
  description = "ARN suffixes of the target groups (targetgroup/name/id), by model."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.target_group_arn_suffixes) == 0 || var.alb_arn_suffix != null
    error_message = "Target groups are watched together with their load balancer: set alb_arn_suffix too."
  }
}

variable "scale_to_zero_models" {
  description = "Models that may have no replica at all; having no healthy target is not an alarm for them."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "cluster_name" {
  description = "Name of the EKS cluster, or null when there is none."
  type        = string
  default     = null
}

variable "application_log_group_name" {
  description = "Name of the log group of the cluster's containers (/aws/containerinsights/<cluster>/application), or null when nothing collects their logs."
  type        = string
  default     = null
}

variable "model_metrics" {
  description = "Where the metrics collector publishes the inference engines' Prometheus metrics: the CloudWatch namespace and, by model, the dimensions. Null when nothing collects them."
  type = object({
    namespace  = string
    dimensions = map(map(string))
  })
  default = null
}

variable "sagemaker_async_endpoints" {
  description = "Names of SageMaker asynchronous endpoints whose backlog is watched."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "nat_gateway_ids" {
  description = "IDs of the zonal NAT gateways."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "edge_web_acl_name" {
  description = "Name of the web ACL on the CloudFront distribution, or null when there is none."
  type        = string
  default     = null
}

variable "regional_web_acl_name" {
  description = "Name of the web ACL on the REST stage or load balancer, or null when there is none."
  type        = string
  default     = null
}

variable "certificate_arns" {
  description = "ARNs of the ACM certificates in use, in this Region or us-east-1."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.certificate_arns : can(regex("^arn:[^:]+:acm:[^:]+:[0-9]{12}:certificate/", arn))])
    error_message = "Every entry of certificate_arns must be the ARN of an ACM certificate."
  }
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

output "topic_arn" {
  description = "ARN of the alarm topic in this Region."
  value       = local.topic_arns[local.region]
}

output "topic_arn_us_east_1" {
  description = "ARN of the alarm topic in us-east-1, for alarms on CloudFront, its web ACL and its certificate."
  value       = local.topic_arns[local.edge_region]
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the alarm topic and log groups in this Region."
  value       = aws_kms_key.alarms[local.region].arn
}

output "alarm_names" {
  description = "Names of the metric and composite alarms."
  value = sort(concat(
    [for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.error_rate : alarm.alarm_name],
    aws_cloudwatch_metric_alarm.gpu_out_of_memory[*].alarm_name,
    aws_cloudwatch_composite_alarm.impaired[*].alarm_name,
  ))
}
