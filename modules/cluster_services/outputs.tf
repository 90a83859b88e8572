# Written by deployer. Edit freely: generating again keeps every edit.

output "cluster_autoscaler_role_arn" {
  description = "ARN of Cluster Autoscaler's role."
  value       = aws_iam_role.cluster_autoscaler.arn
}
