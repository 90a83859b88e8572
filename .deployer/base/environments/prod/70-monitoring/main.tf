# Written by deployer. Edit freely: generating again keeps every edit.

module "monitoring" {
  source = "../../../modules/monitoring"

  project     = "huggingface"
  environment = "prod"

  alarm_emails       = ["oncall@example.com"]
  monthly_budget_usd = 6000
  p95_target_s       = 10
  all_alarms         = true

  cluster_name               = var.cluster_name
  application_log_group_name = var.application_log_group_name
  alb_arn_suffix             = var.alb_arn_suffix
  target_group_arn_suffixes  = var.target_group_arn_suffixes
  distribution_id            = var.distribution_id
  edge_web_acl_name          = var.edge_web_acl_name
  regional_web_acl_name      = var.origin_web_acl_name
  api_log_group_name         = var.api_log_group_name
  rest_api = {
    name  = var.api_name
    stage = var.api_stage
  }
  nat_gateway_ids  = var.nat_gateway_ids
  certificate_arns = [var.certificate_arn, var.origin_certificate_arn]

  canary = {
    url = "${var.url}/health"
  }
  log_retention_days       = 90
  permissions_boundary_arn = "arn:aws:iam::444455556666:policy/deployment-boundary"
  anomaly_detection        = true
}
