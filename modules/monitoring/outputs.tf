# Written by deployer. Edit freely: generating again keeps every edit.

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

output "dashboard_url" {
  description = "Address of the dashboard in the console."
  value       = "https://${local.region}.console.aws.amazon.com/cloudwatch/home?region=${local.region}#dashboards/dashboard/${aws_cloudwatch_dashboard.this.dashboard_name}"
}

output "canary_name" {
  description = "Name of the synthetic check, or null when there is none."
  value       = one(aws_synthetics_canary.this[*].name)
}
