# Written by deployer. Edit freely: generating again keeps every edit.

module "cluster_services" {
  source = "../../../modules/cluster_services"

  project     = "huggingface"
  environment = "dev"

  cluster_name                = var.cluster_name
  nvidia_device_plugin        = true
  cluster_autoscaler_replicas = 1
}

module "alb_controller" {
  source = "../../../modules/alb_controller"

  project     = "huggingface"
  environment = "dev"

  vpc_id                 = var.vpc_id
  subnet_ids             = var.intra_subnet_ids
  cluster_name           = var.cluster_name
  node_security_group_id = var.node_security_group_id
  origin_secret_arn      = var.origin_secret_arn

  compute_mode = "managed"
  models = {
    gpt2 = {
      port        = 8080
      health_path = "/health"
    }
  }
  idle_timeout         = 130
  deregistration_delay = 130
  deletion_protection  = false
  controller_replicas  = 1
}

data "aws_iam_policy_document" "read_gpt2" {
  statement {
    sid       = "List"
    actions   = ["s3:ListBucket"]
    resources = [var.model_bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["gpt2/*"]
    }
  }

  statement {
    sid       = "Read"
    actions   = ["s3:GetObject"]
    resources = ["${var.model_bucket_arn}/gpt2/*"]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt"]
    resources = [var.model_bucket_key_arn]
  }
}

data "aws_iam_policy_document" "stage_gpt2" {
  statement {
    sid       = "List"
    actions   = ["s3:ListBucket"]
    resources = [var.model_bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["gpt2/*"]
    }
  }

  statement {
    sid       = "Write"
    actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["${var.model_bucket_arn}/gpt2/*"]
  }

  statement {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.model_bucket_key_arn]
  }
}

module "iam" {
  source = "../../../modules/iam"

  project     = "huggingface"
  environment = "dev"

  cluster_name = var.cluster_name
  pod_roles = {
    model-gpt2 = {
      namespace       = "models"
      service_account = "model-gpt2"
      policy_json     = data.aws_iam_policy_document.read_gpt2.json
    }
    stage-gpt2 = {
      namespace       = "models"
      service_account = "stage-gpt2"
      policy_json     = data.aws_iam_policy_document.stage_gpt2.json
    }
  }
}
