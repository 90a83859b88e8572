# Written by deployer. Edit freely: generating again keeps every edit.

output "cluster_name" {
  description = "Name of the cluster."
  value       = aws_eks_cluster.main.name
}

output "cluster_arn" {
  description = "ARN of the cluster."
  value       = aws_eks_cluster.main.arn
}

output "cluster_endpoint" {
  description = "URL of the Kubernetes API."
  value       = aws_eks_cluster.main.endpoint
}

output "cluster_certificate_authority" {
  description = "Certificate of the Kubernetes API's authority, PEM in base64."
  value       = aws_eks_cluster.main.certificate_authority[0].data
}

output "cluster_security_group_id" {
  description = "ID of the security group that EKS makes for the control plane's network interfaces, and for Auto Mode nodes."
  value       = aws_eks_cluster.main.vpc_config[0].cluster_security_group_id
}

output "node_security_group_id" {
  description = "ID of the security group that nodes, and so pods, are in: the one to open for a load balancer."
  value       = one(concat(local.managed_node_security_group_ids, var.compute_mode == "auto" ? [aws_eks_cluster.main.vpc_config[0].cluster_security_group_id] : []))
}

output "node_role_name" {
  description = "Name of the nodes' IAM role, which an Auto Mode NodeClass has to name."
  value       = aws_iam_role.node.name
}

output "oidc_issuer" {
  description = "URL of the cluster's OpenID Connect issuer, for the rare client that cannot use Pod Identity."
  value       = aws_eks_cluster.main.identity[0].oidc[0].issuer
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts Kubernetes secrets and the cluster's logs."
  value       = aws_kms_key.cluster.arn
}

output "log_group_name" {
  description = "Name of the control plane's log group."
  value       = aws_cloudwatch_log_group.cluster.name
}

output "node_group_names" {
  description = "Names of the managed node groups: `system`, and one per entry of gpu_groups."
  value = merge(
    { for group in aws_eks_node_group.system : "system" => group.node_group_name },
    { for name, group in aws_eks_node_group.model : name => group.node_group_name },
  )
}

output "application_log_group_name" {
  description = "Name of the log group of the containers' output; null where it is not collected."
  value       = one([for name, group in aws_cloudwatch_log_group.container_insights : group.name if name == "application"])
}
