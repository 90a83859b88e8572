# Written by deployer. Edit freely: generating again keeps every edit.

module "api_gateway" {
  source = "../../../modules/api_gateway"

  project     = "huggingface"
  environment = "prod"

  vpc_id                = var.vpc_id
  subnet_ids            = var.intra_subnet_ids
  alb_security_group_id = var.alb_security_group_id
  alb_arn               = var.alb_arn
  alb_dns_name          = var.alb_dns_name
  origin_domain         = var.origin_domain

  mode                  = "rest"
  auth                  = "iam"
  throttle_rate         = 50
  throttle_burst        = 100
  timeout_ms            = 115000
  log_retention_days    = 90
  stream                = true
  api_key_clients       = ["default"]
  client_throttle_rate  = 50
  client_throttle_burst = 100
}

# What viewers send, judged at the edge, where their addresses are still known.
module "waf_edge" {
  source = "../../../modules/waf"

  project     = "huggingface"
  environment = "prod"

  suffix             = "edge"
  scope              = "CLOUDFRONT"
  rate_limit         = 100
  count_only         = false
  log_retention_days = 90
}

# Nobody gets round CloudFront: without its secret header the origin refuses.
module "waf_origin" {
  source = "../../../modules/waf"

  project     = "huggingface"
  environment = "prod"

  suffix            = "origin"
  scope             = "REGIONAL"
  origin_secret_arn = var.origin_secret_arn
  associate = {
    stage = module.api_gateway.rest_stage_arn
  }
  log_retention_days = 90
}

module "cloudfront" {
  source = "../../../modules/cloudfront"

  project     = "huggingface"
  environment = "prod"

  origin_domain_name = module.api_gateway.rest_invoke_domain
  origin_path        = module.api_gateway.rest_invoke_path
  origin_secret_arn  = module.waf_origin.origin_secret_arn
  web_acl_arn        = module.waf_edge.acl_arn

  origin_read_timeout = 120
  price_class         = "PriceClass_100"
  aliases             = ["models.example.com"]
  hosted_zone_id      = "Z0123456789EXAMPLE"
  logging             = true
  log_retention_days  = 90
}
