//! Root modules expand into the addresses and values that Terraform would plan.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails it by panicking, as the test does")]

use std::{collections::BTreeMap, fmt::Write as _};

use deployer::{
    diagnostic::Source,
    hcl::{
        Document,
        evaluate::{Entries, Value},
        expand::{Configuration, Expansion, ModuleSource, Surroundings, expand},
    },
};

/// Modules by folder, and what is given to the root one.
#[derive(Default)]
struct Workspace {
    modules: BTreeMap<String, ModuleSource>,
    variables: BTreeMap<&'static str, Value>,
}

impl Workspace {
    fn new(files: &[(&str, &str)]) -> Self {
        let mut workspace = Self::default();
        for (path, text) in files {
            let (directory, _) = path.rsplit_once('/').unwrap();
            let document = Document::parse(Source::new(*path, *text)).unwrap_or_else(|error| panic!("{error:?}"));
            let module = workspace.modules.entry(directory.to_owned());
            let empty = || ModuleSource { directory: directory.to_owned(), documents: Vec::new() };
            module.or_insert_with(empty).documents.push(document);
        }
        workspace
    }

    fn with(mut self, name: &'static str, value: Value) -> Self {
        self.variables.insert(name, value);
        self
    }

    fn expand(&self) -> Expansion {
        expand(&self.modules["root"], &self)
    }
}

impl<'m> Surroundings<'m> for &'m Workspace {
    fn module(&self, directory: &str) -> Option<&'m ModuleSource> {
        self.modules.get(directory)
    }

    fn variable(&self, name: &str) -> Option<Value> {
        self.variables.get(name).cloned()
    }

    fn data(&self, kind: &str, _configuration: &Configuration) -> Entries {
        match kind {
            "aws_partition" => [("partition".into(), Value::string("aws"))].into(),
            "aws_availability_zones" => {
                [("zone_ids".into(), Value::list(["use1-az1", "use1-az2"].map(Value::string)))].into()
            }
            _ => Entries::new(),
        }
    }
}

fn root(text: &str) -> Expansion {
    Workspace::new(&[("root/main.tf", text)]).expand()
}

/// One line per instance, what it waits for, and its arguments.
fn listed(expansion: &Expansion) -> String {
    let mut text = String::new();
    for instance in &expansion.instances {
        let _ = write!(text, "{}", instance.address);
        if let Some(origin) = &instance.waits_for {
            let _ = write!(text, " (how many depends on {origin})");
        }
        text.push('\n');
        write_configuration(&instance.configuration, 1, &mut text);
    }
    for (name, value) in &expansion.outputs {
        let _ = writeln!(text, "output {name} = {value}");
    }
    for problem in &expansion.problems {
        let _ = writeln!(text, "problem {}: {}", problem.code, problem.message);
    }
    text
}

fn write_configuration(configuration: &Configuration, depth: usize, text: &mut String) {
    let indentation = "  ".repeat(depth);
    for (name, value) in &configuration.attributes {
        let _ = writeln!(text, "{indentation}{name} = {value}");
    }
    for block in &configuration.blocks {
        let origin = block.waits_for.as_ref().map_or(String::new(), |origin| format!(" (depends on {origin})"));
        let _ = writeln!(text, "{indentation}{}{origin}", block.kind);
        write_configuration(&block.configuration, depth + 1, text);
    }
}

#[test]
fn count_makes_none_one_or_many() {
    let expansion = root(
        r#"
        variable "enabled" { default = false }
        resource "aws_eip" "none" { count = var.enabled ? 1 : 0 }
        resource "aws_eip" "single" { domain = "vpc" }
        resource "aws_eip" "many" {
          count = 2
          tags  = { Name = "nat-${count.index}" }
        }
        output "first" { value = aws_eip.many[0].tags.Name }
        output "all" { value = aws_eip.many[*].tags.Name }
        output "none" { value = one(aws_eip.none[*].id) }
        output "computed" { value = aws_eip.many[1].id }
        output "length" { value = length(aws_eip.many[*].id) }
        "#,
    );
    insta::assert_snapshot!(listed(&expansion), @r#"
    aws_eip.single
      domain = "vpc"
    aws_eip.many[0]
      tags = { "Name" = "nat-0" }
    aws_eip.many[1]
      tags = { "Name" = "nat-1" }
    output all = ["nat-0", "nat-1"]
    output computed = (known after aws_eip.many[1].id)
    output first = "nat-0"
    output length = 2
    output none = null
    "#);
}

#[test]
fn for_each_over_maps_and_sets() {
    let expansion = root(
        r#"
        locals { zones = toset(["b", "a"]) }
        resource "aws_subnet" "private" {
          for_each   = { for index, zone in sort(local.zones) : zone => cidrsubnet("10.0.0.0/16", 4, index) }
          cidr_block = each.value
          zone       = each.key
        }
        resource "aws_route" "private" {
          for_each  = aws_subnet.private
          subnet_id = each.value.id
          cidr      = each.value.cidr_block
        }
        resource "aws_eip" "zone" {
          for_each = local.zones
          name     = each.value
        }
        output "ids" { value = { for zone, subnet in aws_subnet.private : zone => subnet.id } }
        output "cidrs" { value = values(aws_subnet.private)[*].cidr_block }
        "#,
    );
    insta::assert_snapshot!(listed(&expansion), @r#"
    aws_subnet.private["a"]
      cidr_block = "10.0.0.0/20"
      zone = "a"
    aws_subnet.private["b"]
      cidr_block = "10.0.16.0/20"
      zone = "b"
    aws_route.private["a"]
      cidr = "10.0.0.0/20"
      subnet_id = (known after aws_subnet.private["a"].id)
    aws_route.private["b"]
      cidr = "10.0.16.0/20"
      subnet_id = (known after aws_subnet.private["b"].id)
    aws_eip.zone["a"]
      name = "a"
    aws_eip.zone["b"]
      name = "b"
    output cidrs = ["10.0.0.0/20", "10.0.16.0/20"]
    output ids = { "a" = (known after aws_subnet.private["a"].id), "b" = (known after aws_subnet.private["b"].id) }
    "#);
}

#[test]
fn what_depends_on_something_unknown_says_on_what() {
    let expansion = root(
        r#"
        variable "vpc_id" { type = string }
        variable "zones" { type = set(string) }
        resource "aws_subnet" "zone" {
          for_each = var.zones
          vpc_id   = var.vpc_id
          name     = "subnet-${each.key}"
        }
        resource "aws_subnet" "counted" {
          count = length(aws_vpc.main.cidr_blocks)
        }
        resource "aws_vpc" "main" {}
        resource "aws_eip" "certain" {
          count = true || var.vpc_id == "x" ? 1 : 0
        }
        output "ids" { value = aws_subnet.zone }
        "#,
    );
    insta::assert_snapshot!(listed(&expansion), @r#"
    aws_subnet.zone["*"] (how many depends on var.zones)
      name = (known after var.zones)
      vpc_id = (known after var.vpc_id)
    aws_subnet.counted[*] (how many depends on aws_vpc.main.cidr_blocks)
    aws_vpc.main
    aws_eip.certain[0]
    output ids = (known after var.zones)
    "#);
}

#[test]
fn modules_hand_values_down_and_up() {
    let workspace = Workspace::new(&[
        (
            "root/main.tf",
            r#"
            variable "names" { type = list(string) }
            module "bucket" {
              source   = "../modules/bucket"
              for_each = toset(var.names)
              name     = each.key
              settings = { versioned = each.key == "a" }
            }
            module "reader" {
              source  = "../modules/reader"
              buckets = { for key, bucket in module.bucket : key => bucket.name }
              first   = module.bucket["a"].arn
            }
            output "names" { value = module.reader.names }
            output "missing" { value = module.bucket["z"].name }
            "#,
        ),
        (
            "modules/bucket/variables.tf",
            r#"
            variable "name" { type = string }
            variable "settings" {
              type = object({
                versioned = bool
                days      = optional(number, "30")
                rules     = optional(list(object({ prefix = optional(string, "/") })), [{}])
                note      = optional(string)
              })
            }
            "#,
        ),
        (
            "modules/bucket/main.tf",
            r#"
            resource "aws_s3_bucket" "this" {
              bucket   = "data-${var.name}"
              settings = var.settings
            }
            resource "aws_s3_bucket_versioning" "this" {
              count  = var.settings.versioned ? 1 : 0
              bucket = aws_s3_bucket.this.bucket
            }
            output "name" { value = aws_s3_bucket.this.bucket }
            output "arn" { value = aws_s3_bucket.this.arn }
            "#,
        ),
        (
            "modules/reader/main.tf",
            r#"
            variable "buckets" { type = map(string) }
            variable "first" { type = string }
            module "inner" {
              source = "./inner"
              text   = join(",", values(var.buckets))
            }
            output "names" { value = module.inner.text }
            "#,
        ),
        (
            "modules/reader/inner/main.tf",
            r#"
            variable "text" {}
            resource "random_id" "this" {
              keepers = { text = var.text, path = path.module }
            }
            output "text" { value = upper(var.text) }
            "#,
        ),
    ]);
    let expansion = workspace.with("names", Value::list(["a", "b"].map(Value::string))).expand();
    insta::assert_snapshot!(listed(&expansion), @r#"
    module.bucket["a"].aws_s3_bucket.this
      bucket = "data-a"
      settings = { "days" = 30, "note" = null, "rules" = [{ "prefix" = "/" }], "versioned" = true }
    module.bucket["a"].aws_s3_bucket_versioning.this[0]
      bucket = "data-a"
    module.bucket["b"].aws_s3_bucket.this
      bucket = "data-b"
      settings = { "days" = 30, "note" = null, "rules" = [{ "prefix" = "/" }], "versioned" = false }
    module.reader.module.inner.random_id.this
      keepers = { "path" = "../modules/reader/inner", "text" = "data-a,data-b" }
    output missing = (known after an invalid expression)
    output names = "DATA-A,DATA-B"
    problem evaluation: there is no attribute or key "z"
    "#);
}

#[test]
fn modules_of_unknown_number_appear_once() {
    let workspace = Workspace::new(&[
        (
            "root/main.tf",
            r#"
            variable "enabled" {}
            module "optional" {
              source = "./optional"
              count  = var.enabled ? 1 : 0
            }
            "#,
        ),
        ("root/optional/main.tf", "resource \"aws_eip\" \"this\" {\n  count = 2\n}\n"),
    ]);
    insta::assert_snapshot!(listed(&workspace.expand()), @r#"
    module.optional[*].aws_eip.this[0] (how many depends on var.enabled)
    module.optional[*].aws_eip.this[1] (how many depends on var.enabled)
    "#);
}

#[test]
fn outputs_of_two_modules_may_cross() {
    let workspace = Workspace::new(&[
        (
            "root/main.tf",
            r#"
            module "a" {
              source = "./pass"
              one    = "x"
              two    = module.b.one
            }
            module "b" {
              source = "./pass"
              one    = module.a.one
              two    = module.a.two
            }
            output "result" { value = module.b.two }
            "#,
        ),
        (
            "root/pass/main.tf",
            r#"
            variable "one" {}
            variable "two" {}
            output "one" { value = "${var.one}1" }
            output "two" { value = "${var.two}2" }
            "#,
        ),
    ]);
    insta::assert_snapshot!(listed(&workspace.expand()), @r#"output result = "x1122""#);
}

#[test]
fn dynamic_blocks_are_expanded() {
    let expansion = root(
        r#"
        variable "ports" { default = { http = 80, https = 443 } }
        variable "unknown" { type = list(number) }
        resource "aws_security_group" "this" {
          name = "web"
          dynamic "ingress" {
            for_each = var.ports
            content {
              description = ingress.key
              port        = ingress.value
              dynamic "range" {
                for_each = toset(["b", "a"])
                iterator = item
                content { name = "${ingress.key}-${item.value}" }
              }
            }
          }
          dynamic "egress" {
            for_each = var.unknown
            content { port = egress.value }
          }
          dynamic "none" {
            for_each = []
            content {}
          }
          fixed { text = "x" }
          lifecycle {
            ignore_changes  = [name, ingress[0].port]
            prevent_destroy = true
          }
        }
        "#,
    );
    insta::assert_snapshot!(listed(&expansion), @r#"
    aws_security_group.this
      name = "web"
      ingress
        description = "http"
        port = 80
        range
          name = "http-a"
        range
          name = "http-b"
      ingress
        description = "https"
        port = 443
        range
          name = "https-a"
        range
          name = "https-b"
      egress (depends on var.unknown)
        port = (known after var.unknown)
      fixed
        text = "x"
      lifecycle
        ignore_changes = ["name", "ingress[0].port"]
        prevent_destroy = true
    "#);
}

#[test]
fn data_sources_are_answered_by_the_caller() {
    let expansion = root(
        r#"
        data "aws_partition" "current" {}
        data "aws_availability_zones" "available" { state = "available" }
        data "aws_iam_policy_document" "trust" {
          statement {
            actions = ["sts:AssumeRole", "sts:TagSession"]
            principals {
              type        = "Service"
              identifiers = ["pods.eks.amazonaws.com"]
            }
          }
        }
        resource "aws_subnet" "zone" {
          for_each = toset(data.aws_availability_zones.available.zone_ids)
          arn      = "arn:${data.aws_partition.current.partition}:${each.key}"
        }
        resource "aws_iam_role" "this" {
          assume_role_policy = data.aws_iam_policy_document.trust.json
        }
        "#,
    );
    insta::assert_snapshot!(listed(&expansion), @r#"
    data.aws_partition.current
    data.aws_availability_zones.available
      state = "available"
    data.aws_iam_policy_document.trust
      statement
        actions = ["sts:AssumeRole", "sts:TagSession"]
        principals
          identifiers = ["pods.eks.amazonaws.com"]
          type = "Service"
    aws_subnet.zone["use1-az1"]
      arn = "arn:aws:use1-az1"
    aws_subnet.zone["use1-az2"]
      arn = "arn:aws:use1-az2"
    aws_iam_role.this
      assume_role_policy = (known after data.aws_iam_policy_document.trust.json)
    "#);
}

#[test]
fn providers_are_those_of_the_root_module() {
    let workspace = Workspace::new(&[
        (
            "root/main.tf",
            r#"
            module "edge" {
              source    = "./edge"
              providers = { aws = aws.us_east_1, aws.home = aws }
            }
            resource "aws_eip" "here" {
              provider   = aws.us_east_1
              depends_on = [module.edge, aws_eip.there]
            }
            resource "aws_eip" "there" {}
            "#,
        ),
        (
            "root/edge/main.tf",
            r#"
            resource "aws_wafv2_web_acl" "this" {}
            resource "aws_eip" "home" { provider = aws.home }
            module "inner" { source = "../inner" }
            "#,
        ),
        ("root/inner/main.tf", "resource \"aws_eip\" \"inner\" {}\n"),
    ]);
    let expansion = workspace.expand();
    let providers: Vec<_> =
        expansion.instances.iter().map(|instance| (&*instance.address, &*instance.provider)).collect();
    assert_eq!(
        providers,
        [
            ("aws_eip.here", "aws.us_east_1"),
            ("aws_eip.there", "aws"),
            ("module.edge.aws_wafv2_web_acl.this", "aws.us_east_1"),
            ("module.edge.aws_eip.home", "aws"),
            ("module.edge.module.inner.aws_eip.inner", "aws.us_east_1"),
        ]
    );
    assert_eq!(expansion.instance("aws_eip.here").unwrap().depends_on, ["module.edge", "aws_eip.there"]);
}

#[test]
fn what_terraform_would_refuse_is_reported_once() {
    let workspace = Workspace::new(&[
        (
            "root/main.tf",
            r#"
            locals {
              loop  = local.other
              other = local.loop
              wrong = 1 + "x"
              map   = { a = 1 }
            }
            resource "aws_eip" "many" {
              count = 3
              name  = local.map.b
            }
            resource "aws_eip" "list" { for_each = ["a"] }
            resource "aws_eip" "half" { count = 1.5 }
            module "checked" {
              source = "./checked"
              name   = "UPPER"
              number = "many"
            }
            module "gone" { source = "./gone" }
            module "elsewhere" { source = "terraform-aws-modules/vpc/aws" }
            output "loop" { value = local.loop }
            "#,
        ),
        (
            "root/checked/main.tf",
            r#"
            variable "name" {
              type = string
              validation {
                condition     = can(regex("^[a-z]+$", var.name))
                error_message = "The name ${var.name} needs lower-case letters."
              }
            }
            variable "number" { type = number }
            "#,
        ),
    ]);
    insta::assert_snapshot!(listed(&workspace.expand()), @r#"
    aws_eip.many[0]
      name = (known after an invalid expression)
    aws_eip.many[1]
      name = (known after an invalid expression)
    aws_eip.many[2]
      name = (known after an invalid expression)
    aws_eip.list["*"] (how many depends on an invalid expression)
    aws_eip.half[*] (how many depends on an invalid expression)
    output loop = (known after local.loop)
    problem validation: The name UPPER needs lower-case letters
    problem cycle: this depends on itself
    problem evaluation: a number is required, not the string "x"
    problem evaluation: there is no attribute or key "b"
    problem repetition: for_each needs a map or a set of strings, not a tuple
    problem repetition: count must be a whole number from 0, not 1.5
    problem variable-type: the value of variable "number" does not fit: a number is required, not the string "many"
    problem module-source: there is no module in root/gone
    "#);
}

#[test]
fn sensitive_values_are_not_shown() {
    let expansion = root(
        r#"
        variable "token" {
          default   = "hunter2"
          sensitive = true
        }
        resource "aws_secret" "this" { value = "token=${var.token}" }
        "#,
    );
    let shown = listed(&expansion);
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(format!("{:?}", expansion.instances[0].configuration.attributes["value"].revealed()).contains("hunter2"));
}

#[test]
fn deep_chains_do_not_overflow_the_stack() {
    let mut text = String::from("locals {\n  step0 = 1\n");
    for step in 1..1000 {
        let _ = writeln!(text, "  step{step} = local.step{} + 1", step - 1);
    }
    text.push_str("}\noutput \"short\" { value = local.step50 }\noutput \"long\" { value = local.step999 }\n");
    let expansion = root(&text);
    assert!(expansion.outputs.contains_key("long"));
    assert_eq!(expansion.outputs["short"], Value::integer(51));
}

#[test]
fn a_module_that_calls_itself_ends() {
    let workspace = Workspace::new(&[("root/main.tf", "module \"again\" {\n  source = \"../root\"\n}\n")]);
    assert!(workspace.expand().instances.is_empty());
}
