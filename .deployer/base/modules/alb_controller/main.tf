# Written by deployer. Edit freely: generating again keeps every edit.

locals {
  name = "${var.project}-${var.environment}"
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

data "aws_partition" "current" {}

data "aws_iam_policy_document" "controller_trust" {
  count = var.compute_mode == "managed" ? 1 : 0

  statement {
    # Pod Identity tags every session with where the pod comes from, so the role needs both actions and can insist on the one service account.
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/eks-cluster-arn"
      values   = ["arn:${data.aws_partition.current.partition}:eks:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:cluster/${var.cluster_name}"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-namespace"
      values   = ["kube-system"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-service-account"
      values   = ["aws-load-balancer-controller"]
    }
  }
}

# The controller's documentation names these nine actions for TargetGroupBinding alone; an Ingress made in this cluster fails for want of permission, which is intended.
data "aws_iam_policy_document" "controller" {
  count = var.compute_mode == "managed" ? 1 : 0

  # None of these supports resource-level permissions.
  statement {
    sid = "SeeTargets"
    actions = [
      "ec2:DescribeInstances",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeVpcs",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
    ]
    resources = ["*"]
  }

  statement {
    sid = "RegisterPods"
    actions = [
      "elasticloadbalancing:DeregisterTargets",
      "elasticloadbalancing:ModifyTargetGroup",
      "elasticloadbalancing:ModifyTargetGroupAttributes",
      "elasticloadbalancing:RegisterTargets",
    ]
    resources = [for group in aws_lb_target_group.model : group.arn]
  }
}

resource "aws_iam_role" "controller" {
  count = var.compute_mode == "managed" ? 1 : 0

  name                 = "${local.name}-load-balancer-controller"
  description          = "AWS Load Balancer Controller of the EKS cluster ${var.cluster_name}"
  assume_role_policy   = data.aws_iam_policy_document.controller_trust[0].json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "controller" {
  count = var.compute_mode == "managed" ? 1 : 0

  name   = "register-pods"
  role   = aws_iam_role.controller[0].id
  policy = data.aws_iam_policy_document.controller[0].json
}

resource "aws_eks_pod_identity_association" "controller" {
  count = var.compute_mode == "managed" ? 1 : 0

  cluster_name    = var.cluster_name
  namespace       = "kube-system"
  service_account = "aws-load-balancer-controller"
  role_arn        = aws_iam_role.controller[0].arn
  tags            = var.tags
}

resource "helm_release" "controller" {
  count = var.compute_mode == "managed" ? 1 : 0

  name            = "aws-load-balancer-controller"
  namespace       = "kube-system"
  repository      = "https://aws.github.io/eks-charts"
  chart           = "aws-load-balancer-controller"
  version         = var.controller_chart_version
  atomic          = true
  cleanup_on_fail = true

  values = [yamlencode({
    clusterName  = var.cluster_name
    replicaCount = var.controller_replicas

    # Told, because the node's hop limit of 1 keeps the pod from instance metadata.
    region = data.aws_region.current.region
    vpcId  = var.vpc_id

    serviceAccount = {
      name = "aws-load-balancer-controller"
    }

    # Only TargetGroupBindings: no Ingress class, no Services, no Gateway API, and no calls to WAF and Shield, for which a private cluster has no endpoint.
    createIngressClassResource  = false
    ingressClassParams          = { create = false }
    enableServiceMutatorWebhook = false
    enableShield                = false
    enableWaf                   = false
    enableWafv2                 = false

    controllerConfig = {
      featureGates = {
        ALBGatewayAPI           = false
        NLBGatewayAPI           = false
        GatewayListenerSet      = false
        EnableServiceController = false
      }
    }

    podDisruptionBudget = {
      maxUnavailable = 1
    }

    resources = {
      requests = { cpu = "100m", memory = "128Mi" }
      limits   = { memory = "512Mi" }
    }
  })]

  # A pod that starts before its association has no credentials, and keeps none until it restarts.
  depends_on = [
    aws_eks_pod_identity_association.controller,
    aws_iam_role_policy.controller,
  ]
}

locals {
  origin_domain   = var.certificate_domain
  certificate_arn = one(aws_acm_certificate_validation.alb[*].certificate_arn)
}

resource "aws_acm_certificate" "alb" {
  count = var.certificate_domain == null ? 0 : 1

  domain_name       = var.certificate_domain
  validation_method = "DNS"
  tags              = merge(var.tags, { Name = "${local.name}-alb" })

  # A listener's certificate cannot be deleted, so its successor comes first.
  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = var.hosted_zone_id != null
      error_message = "certificate_domain needs hosted_zone_id: the certificate is validated by a record in that zone."
    }
  }
}

# ACM renews the certificate by looking for this record again, so it stays. Another certificate for the same name uses the same record: hence allow_overwrite.
resource "aws_route53_record" "validation" {
  count = var.certificate_domain == null ? 0 : 1

  zone_id         = var.hosted_zone_id
  name            = one(aws_acm_certificate.alb[0].domain_validation_options).resource_record_name
  type            = one(aws_acm_certificate.alb[0].domain_validation_options).resource_record_type
  records         = [one(aws_acm_certificate.alb[0].domain_validation_options).resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "alb" {
  count = var.certificate_domain == null ? 0 : 1

  certificate_arn         = aws_acm_certificate.alb[0].arn
  validation_record_fqdns = aws_route53_record.validation[*].fqdn
}

# Whoever calls the load balancer by the certificate's name must find it. The record is public, its addresses are the VPC's own.
resource "aws_route53_record" "alb" {
  count = var.certificate_domain == null ? 0 : 1

  zone_id = var.hosted_zone_id
  name    = var.certificate_domain
  type    = "A"

  alias {
    name                   = aws_lb.main.dns_name
    zone_id                = aws_lb.main.zone_id
    evaluate_target_health = false
  }
}

# Stands in for a part of this module that no environment here uses.
locals {
  jwt_validations = []
}

data "aws_iam_policy_document" "access_logs" {
  count = var.access_logs ? 1 : 0

  # The account in the path keeps other accounts' load balancers out. Elastic Load Balancing is not documented to send aws:SourceArn with this call, and a condition on what is not sent would lose every log without an error.
  statement {
    sid       = "LoadBalancerWrites"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.access_logs[0].arn}/AWSLogs/${data.aws_caller_identity.current.account_id}/*"]

    principals {
      type        = "Service"
      identifiers = ["logdelivery.elasticloadbalancing.amazonaws.com"]
    }
  }

  statement {
    sid       = "OnlyOverTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.access_logs[0].arn, "${aws_s3_bucket.access_logs[0].arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

locals {
  # A bucket's name has at most 63 characters.
  access_log_bucket_name = "${local.name}-alb-logs-${data.aws_caller_identity.current.account_id}-${data.aws_region.current.region}"

  # The policy's bucket rather than the bucket's own: AWS tests that it may write when logging is turned on.
  access_log_buckets = aws_s3_bucket_policy.access_logs[*].bucket
}

resource "aws_s3_bucket" "access_logs" {
  #checkov:skip=CKV_AWS_18: this is a log bucket; a log of its own would need a bucket again
  #checkov:skip=CKV_AWS_144: access logs are not worth a copy in another Region
  #checkov:skip=CKV_AWS_145: load balancers write access logs to buckets with SSE-S3 only
  #checkov:skip=CKV2_AWS_62: nothing reacts to a new log file
  count = var.access_logs ? 1 : 0

  bucket        = length(local.access_log_bucket_name) <= 63 ? local.access_log_bucket_name : "${substr(local.access_log_bucket_name, 0, 54)}-${substr(sha256(local.access_log_bucket_name), 0, 8)}"
  force_destroy = !var.deletion_protection
  tags          = var.tags
}

resource "aws_s3_bucket_public_access_block" "access_logs" {
  count = var.access_logs ? 1 : 0

  bucket                  = aws_s3_bucket.access_logs[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "access_logs" {
  count = var.access_logs ? 1 : 0

  bucket = aws_s3_bucket.access_logs[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "access_logs" {
  count = var.access_logs ? 1 : 0

  bucket = aws_s3_bucket.access_logs[0].id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "access_logs" {
  count = var.access_logs ? 1 : 0

  bucket = aws_s3_bucket.access_logs[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "access_logs" {
  count = var.access_logs ? 1 : 0

  bucket = aws_s3_bucket.access_logs[0].id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.access_log_retention_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.access_logs]
}

resource "aws_s3_bucket_policy" "access_logs" {
  count = var.access_logs ? 1 : 0

  bucket = aws_s3_bucket.access_logs[0].bucket
  policy = data.aws_iam_policy_document.access_logs[0].json

  depends_on = [aws_s3_bucket_public_access_block.access_logs]
}
