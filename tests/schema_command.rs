//! `deployer schema`: what is built in, and taking the schemas of installed providers from terraform.

mod common;

use std::process::Command;

use common::{DEV, Workspace};

/// A provider as `terraform providers schema -json` prints it.
const PRINTED: &str = r#"{"format_version":"1.0","provider_schemas":{"registry.terraform.io/example/shop":{
"provider":{"version":0,"block":{"attributes":{}}},
"resource_schemas":{"shop_order":{"version":0,"block":{"attributes":{
  "item":{"type":"string","required":true},
  "id":{"type":"string","computed":true}}}}}}}}"#;

const ORDER: &str = r#"terraform {
  required_providers {
    shop = { source = "example/shop" }
  }
}

resource "shop_order" "one" {
  itm = "tea"
}
"#;

#[test]
fn what_is_built_in() {
    let workspace = Workspace::with(&[("dev", DEV)]);
    insta::assert_snapshot!(workspace.run(&["schema", "info"]));
}

#[test]
fn a_provider_is_checked_once_its_schema_was_taken() {
    let workspace = Workspace::with(&[("dev", DEV)]);
    workspace.write("shop/main.tf", ORDER);
    workspace.write("printed.json", PRINTED);
    insta::assert_snapshot!("before", workspace.run(&["validate", "shop"]));
    workspace.run(&["schema", "refresh", "--from", "printed.json"]).assert_code(0);
    insta::assert_snapshot!("after", workspace.run(&["validate", "shop"]));
}

/// A program that answers for terraform. Another process copies it: what this one has open for writing, a test that starts
/// something at that moment holds open, and such a file cannot be run.
fn terraform(workspace: &Workspace, script: &str) -> String {
    workspace.write("terraform.sh", script);
    let (from, to) = (workspace.path("terraform.sh"), workspace.path("terraform"));
    let copied = Command::new("install").args(["-m", "755"]).arg(from).arg(&to).status();
    assert!(copied.is_ok_and(|status| status.success()));
    to.display().to_string()
}

#[test]
fn terraform_is_asked_for_schemas_and_versions() {
    let workspace = Workspace::with(&[("dev", DEV)]);
    workspace.write("printed.json", PRINTED);
    workspace.write("versions.json", r#"{"provider_selections":{"registry.terraform.io/example/shop":"1.2.3"}}"#);
    let root = workspace.root().display();
    let script =
        format!("#!/bin/sh\ncase $1 in providers) cat {root}/printed.json;; *) cat {root}/versions.json;; esac\n");
    let program = terraform(&workspace, &script);
    let run = workspace.run_with(&[("DEPLOYER_TERRAFORM", &program)], &["schema", "refresh"]);
    insta::assert_snapshot!(run);
    insta::assert_snapshot!("refreshed", workspace.run(&["schema", "info"]));
}

#[test]
fn a_terraform_that_fails_is_quoted() {
    let workspace = Workspace::with(&[("dev", DEV)]);
    let program = terraform(&workspace, "#!/bin/sh\necho 'Inconsistent dependency lock file' >&2\nexit 1\n");
    insta::assert_snapshot!(workspace.run_with(&[("DEPLOYER_TERRAFORM", &program)], &["schema", "refresh"]));
}
