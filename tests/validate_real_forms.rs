//! Forms that real modules use and Terraform takes: none of them may raise a finding.

#![expect(clippy::expect_used, reason = "a test whose set-up fails has failed")]

use std::fs;

use deployer::{report, schema::Schemas, validate::validate};

#[track_caller]
fn is_clean(files: &[(&str, &str)]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a written file");
    }
    let paths = [folder.path().to_path_buf()];
    let validation = validate(&paths, folder.path(), &Schemas::embedded()).expect("a path that exists");
    let shown = report::diagnostic::people(&validation.diagnostics, report::diagnostic::Colour::Plain, 140);
    assert_eq!(shown, "", "{shown}");
}

#[test]
fn repetition_and_iterators() {
    is_clean(&[(
        "main.tf",
        r#"
variable "subnets" {
  type = map(object({ cidr = string, zone = optional(string) }))
}

resource "aws_vpc" "main" {
  count      = 2
  cidr_block = "10.${count.index}.0.0/16"
}

resource "aws_subnet" "main" {
  for_each          = var.subnets
  vpc_id            = aws_vpc.main[0].id
  cidr_block        = each.value.cidr
  availability_zone = each.value["zone"]
  tags              = { Name = each.key, "cost:center" = "a" }
}

resource "aws_security_group" "main" {
  vpc_id = one(aws_vpc.main[*].id)

  dynamic "ingress" {
    for_each = { https = 443 }
    iterator = rule
    content {
      description = rule.key
      from_port   = rule.value
      to_port     = rule.value
      protocol    = "tcp"
      cidr_blocks = [for vpc in aws_vpc.main : vpc.cidr_block]
    }
  }

  egress {
    from_port = 0
    to_port   = 0
    protocol  = "-1"
  }
}

output "ids" {
  value = {
    vpcs    = aws_vpc.main.*.id
    first   = aws_vpc.main.0.arn
    subnets = { for key, subnet in aws_subnet.main : key => subnet.id if subnet.cidr_block != "" }
    values  = values(aws_subnet.main)[*].id
  }
}
"#,
    )]);
}

#[test]
fn templates_and_conversions() {
    is_clean(&[(
        "main.tf",
        r#"
variable "names" {
  type    = list(string)
  default = ["a", 1, true]
}

variable "enabled" {
  type    = bool
  default = "true"
}

locals {
  empty = <<-EOT
  EOT
  text = <<-EOT
    %{for name in var.names~}
    ${upper(name)} $${literal}
    %{endfor~}
    %{if var.enabled}on%{else}off%{endif}
  EOT
}

resource "aws_vpc" "main" {
  count                = "${var.enabled ? 1 : 0}"
  cidr_block           = "${local.text}"
  enable_dns_support   = "true"
  ipv4_netmask_length  = "16"
  tags                 = { for name in var.names : name => local.empty }
  instance_tenancy     = try(var.names[5], null)
}

output "script" {
  value = [templatefile("${path.module}/a.tpl", { name = terraform.workspace }), provider::aws::arn_parse("a")]
}
"#,
    )]);
}

#[test]
fn resources_of_the_language() {
    is_clean(&[(
        "main.tf",
        r#"
terraform {
  required_version = ">= 1.10"
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.east]
    }
    null = { source = "hashicorp/null" }
  }
  backend "s3" {
    bucket = "state"
  }
}

provider "aws" {
  alias  = "west"
  region = "us-west-2"
  default_tags {
    tags = { a = "b" }
  }
}

resource "aws_instance" "main" {
  provider = aws.east
  ami      = "ami-1"

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [ami, tags["Name"], root_block_device[0].volume_size]
    replace_triggered_by  = [terraform_data.trigger.output]
    postcondition {
      condition     = self.public_ip != ""
      error_message = "no address"
    }
  }

  connection {
    host = self.public_ip
  }

  provisioner "local-exec" {
    when       = destroy
    on_failure = continue
    command    = "echo ${self.id}"
  }
}

resource "terraform_data" "trigger" {
  input = data.terraform_remote_state.other.outputs.anything.goes
}

data "terraform_remote_state" "other" {
  backend = "s3"
  config  = { bucket = "state" }
}

check "reachable" {
  data "aws_instance" "again" {
    provider    = aws.west
    instance_id = aws_instance.main.id
  }
  assert {
    condition     = data.aws_instance.again.instance_state == "running"
    error_message = "not running"
  }
}

moved {
  from = aws_instance.old
  to   = aws_instance.main
}

import {
  to = aws_instance.main
  id = "i-1"
}

removed {
  from = aws_instance.gone
  lifecycle {
    destroy = false
  }
}

resource "null_resource" "after" {
  triggers   = { id = resource.aws_instance.main.id }
  depends_on = [aws_instance.main, data.terraform_remote_state.other]
}
"#,
    )]);
}

#[test]
fn calls_of_local_and_foreign_modules() {
    is_clean(&[
        (
            "main.tf",
            r#"
module "local" {
  source    = "./local"
  for_each  = toset(["a"])
  name      = each.key
  providers = { aws.other = aws.one }
}

module "foreign" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 6.0"
  anything = [module.local["a"].name, values(module.local)[*].name]
}

provider "aws" {
  alias = "one"
}

output "name" {
  value = { for key, call in module.local : key => call.name }
}

output "foreign" {
  value = module.foreign.whatever
}
"#,
        ),
        (
            "local/main.tf",
            r#"
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", configuration_aliases = [aws.other] }
  }
}
variable "name" {}
variable "more" {
  type    = any
  default = null
  validation {
    condition     = var.more != 1
    error_message = "not one"
  }
}
output "name" {
  value = var.name
}
"#,
        ),
    ]);
}

#[test]
fn override_files_change_what_others_declare() {
    is_clean(&[
        ("main.tf", "resource \"aws_subnet\" \"main\" {\n  cidr_block = \"10.0.0.0/24\"\n}\n"),
        ("main_override.tf", "resource \"aws_subnet\" \"main\" {\n  vpc_id = \"vpc-1\"\n}\n"),
    ]);
}
