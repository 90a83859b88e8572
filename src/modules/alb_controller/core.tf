variable "vpc_id" {
  description = "ID of the VPC the load balancer and the pods are in."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Subnets of the load balancer, in at least two availability zones: the intra subnets, unless it needs a way out."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "A load balancer needs subnets in at least two availability zones."
  }
}

variable "cluster_name" {
  description = "Name of the EKS cluster that runs the models."
  type        = string
  nullable    = false
}

variable "compute_mode" {
  description = "The cluster's compute mode: `managed` installs the AWS Load Balancer Controller, `auto` has one built in."
  type        = string
  default     = "managed"
  nullable    = false

  validation {
    condition     = contains(["managed", "auto"], var.compute_mode)
    error_message = "The compute mode is \"managed\" or \"auto\"."
  }
}

variable "node_security_group_id" {
  description = "ID of the security group of nodes and pods, where the load balancer is let in."
  type        = string
  nullable    = false
}

variable "models" {
  description = "Models by name: path pattern of the requests (default: /models/<name>/*), container port and path of the health check."
  type = map(object({
    path        = optional(string)
    port        = optional(number, 8080)
    health_path = optional(string, "/health")
  }))
  nullable = false

  validation {
    condition     = length(var.models) > 0 && alltrue([for name, _ in var.models : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", name))])
    error_message = "At least one model is needed; a model's name has up to 63 lower-case letters, digits and hyphens, as Kubernetes wants it."
  }

  validation {
    condition     = alltrue([for model in values(var.models) : model.path == null || can(regex("^/.{0,127}$", model.path))])
    error_message = "A path pattern starts with / and has at most 128 characters."
  }

  validation {
    condition     = alltrue([for model in values(var.models) : model.port >= 1024 && model.port <= 65535 && startswith(model.health_path, "/")])
    error_message = "The port is 1024 to 65535, for the server is not root, and the health path starts with /."
  }
}

variable "idle_timeout" {
  description = "Seconds without a byte after which the load balancer gives up a request: longer than the model server's deadline and shorter than its keep-alive, or clients see 502 now and then. 130 suits buffered answers, 300 streams."
  type        = number
  default     = 130
  nullable    = false

  validation {
    condition     = var.idle_timeout >= 1 && var.idle_timeout <= 4000
    error_message = "The idle timeout is 1 to 4000 seconds."
  }
}

variable "deregistration_delay" {
  description = "Seconds a pod that goes away may still finish its requests: at least as long as the pod drains."
  type        = number
  default     = 130
  nullable    = false

  validation {
    condition     = var.deregistration_delay >= 0 && var.deregistration_delay <= 3600
    error_message = "The deregistration delay is 0 to 3600 seconds."
  }
}

variable "origin_secret_arn" {
  description = "ARN of the secret {\"current\": …, \"previous\": …} that the edge sends in the header x-origin-verify, so that nothing else in the VPC gets past the load balancer."
  type        = string
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the load balancer until this is set to false and applied."
  type        = bool
  default     = true
  nullable    = false
}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

# The values end in this stack's state, which is why the state is encrypted and no other stack reads it.
data "aws_secretsmanager_secret_version" "origin" {
  secret_id = var.origin_secret_arn
}

locals {
  # A load balancer's name has at most 32 characters.
  alb_name = length("${local.name}-alb") <= 32 ? "${local.name}-alb" : "${substr(local.name, 0, 19)}-${substr(sha256(local.name), 0, 8)}-alb"

  # Both values pass, so that the secret can be rotated: first here, then at the edge.
  origin_secrets = [for key in ["current", "previous"] : jsondecode(data.aws_secretsmanager_secret_version.origin.secret_string)[key]]

  listener_port = local.origin_domain == null ? 80 : 443
  model_ports   = toset([for model in values(var.models) : tostring(model.port)])
}

# Without an ingress rule here: who may come in depends on the edge. An API's stack adds the rule for its VPC link, which is made after this.
resource "aws_security_group" "alb" {
  name_prefix = "${local.name}-alb-"
  description = "Internal load balancer in front of the models of ${local.name}"
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${local.name}-alb" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "alb_to_models" {
  for_each = local.model_ports

  description                  = "Requests and health checks to model pods"
  security_group_id            = aws_security_group.alb.id
  referenced_security_group_id = var.node_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = tonumber(each.key)
  to_port                      = tonumber(each.key)
}

# A TargetGroupBinding without spec.networking opens nothing (aws-load-balancer-controller#2582, #3703), and with it the controller would need the right to change security groups.
resource "aws_vpc_security_group_ingress_rule" "models_from_alb" {
  for_each = local.model_ports

  description                  = "Load balancer ${local.alb_name} to model pods"
  security_group_id            = var.node_security_group_id
  referenced_security_group_id = aws_security_group.alb.id
  ip_protocol                  = "tcp"
  from_port                    = tonumber(each.key)
  to_port                      = tonumber(each.key)
}

# Terraform's, not an Ingress's: the edge knows its ARN at plan, and no load balancer survives the cluster.
resource "aws_lb" "main" {
  #checkov:skip=CKV_AWS_150: deletion protection is on by default; only an environment meant to be thrown away turns it off
  name                       = local.alb_name
  internal                   = true
  load_balancer_type         = "application"
  subnets                    = var.subnet_ids
  security_groups            = [aws_security_group.alb.id]
  idle_timeout               = var.idle_timeout
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "defensive"
  enable_deletion_protection = var.deletion_protection
  tags                       = merge(var.tags, { Name = local.alb_name })

  dynamic "access_logs" {
    for_each = local.access_log_buckets

    content {
      bucket  = access_logs.value
      enabled = true
    }
  }
}

# What no rule below admits gets 403, health probes of strangers included.
resource "aws_lb_listener" "main" {
  load_balancer_arn                    = aws_lb.main.arn
  port                                 = local.listener_port
  protocol                             = local.origin_domain == null ? "HTTP" : "HTTPS"
  ssl_policy                           = local.origin_domain == null ? null : "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn                      = local.certificate_arn
  routing_http_response_server_enabled = false
  tags                                 = var.tags

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "application/json"
      message_body = jsonencode({ error = { code = "forbidden", message = "Requests come through the public endpoint." } })
      status_code  = "403"
    }
  }
}

# `ip` targets: the load balancer reaches pods directly, and the controller registers them through a TargetGroupBinding. The server behind speaks HTTP: TLS ends at the load balancer.
resource "aws_lb_target_group" "model" {
  #checkov:skip=CKV_AWS_378: TLS ends at the load balancer; from there to the pod the traffic stays in the VPC between two security groups
  for_each = var.models

  name_prefix                   = "${substr(replace(each.key, "-", ""), 0, 5)}-"
  target_type                   = "ip"
  vpc_id                        = var.vpc_id
  port                          = each.value.port
  protocol                      = "HTTP"
  deregistration_delay          = var.deregistration_delay
  load_balancing_algorithm_type = "least_outstanding_requests"

  # Auto Mode may register targets only in groups with this tag (AmazonEKSLoadBalancingPolicy; containers-roadmap#2508).
  tags = merge(
    var.tags,
    { Name = "${local.name}-${each.key}" },
    var.compute_mode == "auto" ? { "eks:eks-cluster-name" = var.cluster_name } : {},
  )

  health_check {
    path                = each.value.health_path
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  # A group that a rule forwards to cannot be deleted, so its successor comes first.
  lifecycle {
    create_before_destroy = true
  }
}

# No priorities: the patterns do not overlap, and numbers counted from the list of models would collide whenever one is added in the middle.
resource "aws_lb_listener_rule" "model" {
  for_each = var.models

  listener_arn = aws_lb_listener.main.arn
  tags         = merge(var.tags, { Name = "${local.name}-${each.key}" })

  condition {
    path_pattern {
      values = [coalesce(each.value.path, "/models/${each.key}/*")]
    }
  }

  condition {
    http_header {
      http_header_name = "x-origin-verify"
      values           = local.origin_secrets
    }
  }

  dynamic "action" {
    for_each = local.jwt_validations

    content {
      type  = "jwt-validation"
      order = 1

      jwt_validation {
        issuer        = action.value.issuer
        jwks_endpoint = action.value.jwks_endpoint

        additional_claim {
          name   = "aud"
          format = action.value.audience_format
          values = [action.value.audience]
        }
      }
    }
  }

  action {
    type             = "forward"
    order            = 1 + length(local.jwt_validations)
    target_group_arn = aws_lb_target_group.model[each.key].arn
  }
}

# Tells that the way to the load balancer is open, for canaries and load tests. How a model is, its own status path says.
resource "aws_lb_listener_rule" "health" {
  listener_arn = aws_lb_listener.main.arn
  tags         = merge(var.tags, { Name = "${local.name}-health" })

  condition {
    path_pattern {
      values = ["/health"]
    }
  }

  condition {
    http_header {
      http_header_name = "x-origin-verify"
      values           = local.origin_secrets
    }
  }

  action {
    type = "fixed-response"

    fixed_response {
      content_type = "application/json"
      message_body = jsonencode({ status = "ok" })
      status_code  = "200"
    }
  }
}

output "alb_arn" {
  description = "ARN of the load balancer: target of a REST API's integration, a VPC origin and a web ACL."
  value       = aws_lb.main.arn
}

output "alb_arn_suffix" {
  description = "The load balancer as a CloudWatch dimension (LoadBalancer)."
  value       = aws_lb.main.arn_suffix
}

output "alb_dns_name" {
  description = "DNS name of the load balancer, which resolves to addresses in the VPC."
  value       = aws_lb.main.dns_name
}

output "alb_security_group_id" {
  description = "ID of the load balancer's security group, where the edge adds its ingress rule."
  value       = aws_security_group.alb.id
}

output "listener_arn" {
  description = "ARN of the listener: integration target of an HTTP API."
  value       = aws_lb_listener.main.arn
}

output "listener_port" {
  description = "Port of the listener: 443 with a certificate, 80 without."
  value       = local.listener_port
}

output "target_group_arns" {
  description = "ARNs of the target groups by model, for the TargetGroupBindings."
  value       = { for name, group in aws_lb_target_group.model : name => group.arn }
}

output "target_group_arn_suffixes" {
  description = "The target groups by model as CloudWatch dimensions (TargetGroup)."
  value       = { for name, group in aws_lb_target_group.model : name => group.arn_suffix }
}

output "origin_domain" {
  description = "Domain name of the load balancer's certificate; null without one."
  value       = local.origin_domain
}
