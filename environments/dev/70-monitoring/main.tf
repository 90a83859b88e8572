# Written by deployer. Edit freely: generating again keeps every edit.

module "monitoring" {
  source = "../../../modules/monitoring"

  project     = "huggingface"
  environment = "dev"

  alarm_emails       = ["oncall@example.com"]
  monthly_budget_usd = 600
  p95_target_s       = 10
  all_alarms         = false

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
  nat_gateway_ids = var.nat_gateway_ids
}
