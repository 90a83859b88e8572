//! Which files and modules the offline check finds.

#![expect(clippy::expect_used, reason = "a test whose set-up fails has failed")]

use std::{fs, path::Path};

use deployer::{
    diagnostic::Severity,
    schema::Schemas,
    validate::{Validation, validate},
};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a written file");
    }
    folder
}

fn check(workspace: &Path, path: &str) -> Validation {
    validate(&[workspace.join(path)], workspace, &Schemas::embedded()).expect("a path that exists")
}

/// The files with errors, in the order of the report.
fn files_with_errors(validation: &Validation) -> Vec<&str> {
    let errors = validation.diagnostics.iter().filter(|it| it.severity == Severity::Error);
    errors.filter_map(|it| it.location.as_ref()).map(|it| it.source.path()).collect()
}

const WRONG: &str = "resource \"aws_vpc\" \"main\" {\n  nonsense = 1\n}\n";

#[test]
fn modules_are_found_below_a_path_and_through_calls() {
    let folder = folder(&[
        ("stacks/a/main.tf", "module \"shared\" {\n  source = \"../../modules/shared\"\n}\n"),
        ("stacks/a/b/main.tf", WRONG),
        ("modules/shared/main.tf", WRONG),
        ("modules/unused/main.tf", WRONG),
        ("stacks/a/.terraform/modules/x/main.tf", WRONG),
        ("stacks/a/.git/x/main.tf", WRONG),
        ("stacks/a/notes.txt", "no Terraform"),
    ]);
    let validation = check(folder.path(), "stacks");
    assert_eq!(files_with_errors(&validation), ["modules/shared/main.tf", "stacks/a/b/main.tf"]);
    assert_eq!((validation.modules, validation.files), (3, 3));
}

#[test]
fn a_file_stands_for_its_module() {
    let folder = folder(&[("a/main.tf", "locals {\n  a = var.b\n}\n"), ("a/variables.tf", "variable \"b\" {}\n")]);
    let validation = check(folder.path(), "a/main.tf");
    assert_eq!(validation.diagnostics, []);
}

#[test]
fn an_unreadable_file_hides_no_other() {
    let folder = folder(&[
        ("a.tf", "resource \"aws_vpc\" {{\n"),
        ("b.tf", WRONG),
        ("c.tf", "locals {\n  from_the_broken_file = var.perhaps\n}\n"),
    ]);
    fs::write(folder.path().join("d.tf"), b"\xff\xfe").expect("a written file");
    let validation = check(folder.path(), "");
    let codes: Vec<&str> = validation.diagnostics.iter().map(|it| it.code).collect();
    assert_eq!(codes, ["syntax", "unknown-argument", "unreadable-file"]);
}

#[test]
fn json_files_may_declare_more() {
    let folder = folder(&[
        ("main.tf", "locals {\n  a = var.declared_in_json\n}\nvariable \"used_in_json\" {}\n"),
        ("more.tf.json", "{}"),
    ]);
    assert_eq!(check(folder.path(), "").diagnostics, []);
}

#[test]
fn open_tofu_files_are_read_unless_they_replace_one() {
    let folder = folder(&[("a.tofu", WRONG), ("b.tf", ""), ("b.tofu", WRONG)]);
    assert_eq!(files_with_errors(&check(folder.path(), "")), ["a.tofu"]);
}

#[test]
fn the_lock_file_says_which_provider_version_counts() {
    let constraint = "terraform {\n  required_providers {\n    aws = {\n      source  = \"hashicorp/aws\"\n      \
                      version = \">= 5.0\"\n    }\n  }\n}\n";
    let lock = "provider \"registry.example.org/hashicorp/aws\" {\n  version = \"5.31.0\"\n}\n";
    let folder = folder(&[("main.tf", &format!("{constraint}{WRONG}"))]);
    assert_eq!(check(folder.path(), "").count(Severity::Error), 1);
    fs::write(folder.path().join(".terraform.lock.hcl"), lock).expect("a written file");
    assert_eq!(check(folder.path(), "").diagnostics, []);
}

#[test]
fn types_of_other_providers_are_counted() {
    let folder = folder(&[(
        "main.tf",
        "resource \"google_project\" \"main\" {\n  anything = 1\n}\ndata \"google_project\" \"main\" {}\n",
    )]);
    let validation = check(folder.path(), "");
    assert_eq!(validation.diagnostics, []);
    let unchecked: Vec<_> = validation.unchecked.iter().map(|(source, types)| (source.as_str(), types.len())).collect();
    assert_eq!(unchecked, [("hashicorp/google", 1)]);
}

#[test]
fn a_missing_path_is_an_error() {
    let folder = folder(&[]);
    let error = validate(&[folder.path().join("none")], folder.path(), &Schemas::embedded()).expect_err("no such path");
    assert_eq!(error.kind.code(), 2);
}

#[test]
fn modules_that_call_each_other_end() {
    let folder = folder(&[
        ("a/main.tf", "module \"b\" {\n  source = \"../b\"\n}\n"),
        ("b/main.tf", "module \"a\" {\n  source = \"../a\"\n}\n"),
    ]);
    assert_eq!(check(folder.path(), "a").modules, 2);
}
