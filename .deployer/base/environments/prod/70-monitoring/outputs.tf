# Written by deployer. Edit freely: generating again keeps every edit.

output "topic_arn" {
  description = "Topic of the alarms."
  value       = module.monitoring.topic_arn
}

output "dashboard_url" {
  description = "Address of the dashboard."
  value       = module.monitoring.dashboard_url
}
