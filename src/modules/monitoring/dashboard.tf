variable "api_log_group_name" {
  description = "Name of the API's access log group, shown on the dashboard, or null when there is no API."
  type        = string
  default     = null
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

output "dashboard_url" {
  description = "Address of the dashboard in the console."
  value       = "https://${local.region}.console.aws.amazon.com/cloudwatch/home?region=${local.region}#dashboards/dashboard/${aws_cloudwatch_dashboard.this.dashboard_name}"
}
