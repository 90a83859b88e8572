//! Whatever people do to a file, the check answers, and every place it names lies in the file.

use std::sync::LazyLock;

use deployer::{
    diagnostic::Source,
    hcl::Document,
    report::diagnostic::{Colour, json, people, workflow},
    schema::{Called, Module, Schemas, check},
};
use proptest::prelude::*;

const MODULE: &str = r#"terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 6.26", configuration_aliases = [aws.east] }
  }
}

variable "zones" {
  type    = map(object({ cidr = string, size = optional(number, 1) }))
  default = { a = { cidr = "10.0.0.0/24" } }
}

resource "aws_subnet" "main" {
  for_each   = var.zones
  provider   = aws.east
  vpc_id     = module.vpc["a"].id
  cidr_block = "${each.value.cidr}/%{if each.key == "é"}a%{else}b%{endif}"
  tags       = { for key, zone in var.zones : key => zone.size > 1 ? "big" : null... }

  lifecycle {
    ignore_changes = [tags["Name"], cidr_block]
    postcondition {
      condition     = self.id != ""
      error_message = <<-EOT
        no id in ${self.vpc_id}
      EOT
    }
  }
}

resource "aws_security_group" "main" {
  dynamic "ingress" {
    for_each = aws_subnet.main
    iterator = subnet
    content {
      from_port   = 443
      to_port     = "443"
      cidr_blocks = [subnet.value.cidr_block]
    }
  }
}

module "vpc" {
  source   = "./vpc"
  for_each = toset(["a"])
}

output "ids" {
  value = [for subnet in values(aws_subnet.main)[*] : upper(subnet.id) if can(subnet.arn)]
}
"#;

/// Shared by all cases, as indexing a schema takes longer than a case.
static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::embedded);

/// One change that a hand could make.
#[derive(Clone, Debug)]
enum Edit {
    Delete { at: usize, length: usize },
    Insert { at: usize, text: &'static str },
    Repeat { at: usize, length: usize },
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let at = 0..MODULE.len();
    let texts = prop::sample::select(vec![
        "{",
        "}",
        "\"",
        "(",
        ")",
        "[",
        "]",
        "=",
        "\n",
        "é",
        "${",
        "%{",
        "<<EOT\n",
        "EOT\n",
        "#",
        "/*",
        "...",
        ".",
        "for",
        "null",
        "dynamic \"x\" {",
        "count = 1\n",
        "var.",
        "self",
        "\\",
        "\u{feff}",
        "_",
        "1e400",
        "-",
        "?",
        ":",
        "=>",
    ]);
    let edit = prop_oneof![
        (at.clone(), 1..40_usize).prop_map(|(at, length)| Edit::Delete { at, length }),
        (at.clone(), texts).prop_map(|(at, text)| Edit::Insert { at, text }),
        (at, 1..40_usize).prop_map(|(at, length)| Edit::Repeat { at, length }),
    ];
    prop::collection::vec(edit, 0..6)
}

fn apply(edits: &[Edit]) -> String {
    let mut letters: Vec<char> = MODULE.chars().collect();
    for edit in edits {
        match *edit {
            Edit::Delete { at, length } => {
                let start = at.min(letters.len());
                let end = (at + length).min(letters.len());
                letters.drain(start..end);
            }
            Edit::Insert { at, text } => {
                let at = at.min(letters.len());
                letters.splice(at..at, text.chars());
            }
            Edit::Repeat { at, length } => {
                let start = at.min(letters.len());
                let end = (at + length).min(letters.len());
                let again: Vec<char> = letters[start..end].to_vec();
                letters.splice(end..end, again);
            }
        }
    }
    letters.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_edit_is_answered(edits in edits()) {
        let text = apply(&edits);
        let diagnostics = match Document::parse(Source::new("main.tf", text.as_str())) {
            Ok(document) => check(&Module::new(vec![document]), &SCHEMAS, &|_| Called::Missing).diagnostics,
            Err(diagnostic) => vec![diagnostic],
        };
        for location in diagnostics.iter().filter_map(|it| it.location.as_ref()) {
            prop_assert!(text.get(location.span.clone()).is_some(), "{:?}", location.span);
        }
        prop_assert_eq!(people(&diagnostics, Colour::Plain, 100).is_empty(), diagnostics.is_empty());
        prop_assert_eq!(workflow(&diagnostics).lines().count(), diagnostics.len());
        prop_assert!(json(&diagnostics).is_ok());
    }
}
