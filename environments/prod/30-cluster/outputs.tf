# Written by deployer. Edit freely: generating again keeps every edit.

output "cluster_name" {
  description = "Name of the cluster."
  value       = module.eks.cluster_name
}

output "cluster_endpoint" {
  description = "URL of the cluster's API."
  value       = module.eks.cluster_endpoint
}

output "cluster_certificate_authority" {
  description = "Certificate authority of the cluster's API, base64-encoded PEM."
  value       = module.eks.cluster_certificate_authority
}

output "node_security_group_id" {
  description = "Security group of the nodes."
  value       = module.eks.node_security_group_id
}

output "application_log_group_name" {
  description = "Log group of the containers."
  value       = module.eks.application_log_group_name
}

output "oidc_issuer" {
  description = "URL of the cluster's OpenID Connect issuer."
  value       = module.eks.oidc_issuer
}

output "node_role_name" {
  description = "Role of the nodes, for node classes."
  value       = module.eks.node_role_name
}
