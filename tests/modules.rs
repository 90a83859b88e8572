//! The Terraform modules: every file of their folders is used, and what is composed of them is laid out as Terraform
//! lays it out and allowed by the deploy role's policy.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test fails it by panicking, as the test itself does"
)]

mod common;

use std::{collections::BTreeSet, env, fs, path::Path, process::Command};

use common::{DEV, PROD, Workspace, changed};
use deployer::{
    catalog::permissions::Access,
    diagnostic::Source,
    files::GeneratedFile,
    generate::{module_files, stack_files},
    hcl::Document,
    modules::{ALL, Module},
    permissions::{documents, needs},
    spec::{EnvironmentSpec, load},
};
use insta::assert_snapshot;

/// IAM attaches so many managed policies to a role unless somebody raises the quota.
const MOST_POLICIES: usize = 10;

fn folders() -> Vec<String> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/modules")).unwrap();
    let folders = entries.map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders.map(|folder| folder.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn module(name: &str) -> &'static Module {
    ALL.into_iter().find(|module| module.name == name).unwrap_or_else(|| panic!("`{name}` is not in modules::ALL"))
}

/// Environments of every tier, edge mode and compute mode, each with the name of its combination.
fn combinations() -> Vec<(String, EnvironmentSpec)> {
    let mut all = Vec::new();
    for tier in ["dev", "staging", "prod"] {
        for mode in ["rest", "http", "vpc_origin"] {
            for compute in ["managed", "auto"] {
                let base = if tier == "prod" {
                    PROD.to_owned()
                } else {
                    changed(DEV, "\"dev\"", &format!("\"{tier}\"")) + "\nedge {\n}\n"
                };
                let tokens = "  auth = \"jwt\"\n  jwt {\n    issuer   = \"https://issuer.example.com\"\n    audience = [\"models\"]\n  }\n";
                let domain = if tier == "prod" {
                    ""
                } else {
                    "  domain = \"models.example.com\"\n  hosted_zone_id = \"Z0123456789EXAMPLE\"\n"
                };
                let tokens = if mode == "vpc_origin" { tokens.to_owned() + domain } else { String::new() };
                let text = changed(&base, "edge {\n", &format!("edge {{\n  mode = \"{mode}\"\n{tokens}"));
                let text = changed(&text, "cluster {\n", &format!("cluster {{\n  compute = \"{compute}\"\n"));
                let text = text
                    + "\ndelivery {\n  github_repository        = \"example/models\"\n  permissions_boundary_arn = \"arn:aws:iam::444455556666:policy/boundary\"\n}\n";
                let loaded = load(tier, Source::new("environment.hcl", text)).unwrap();
                all.push((format!("{tier}-{mode}-{compute}"), loaded.environment));
            }
        }
    }
    all
}

fn generated(environment: &EnvironmentSpec) -> Vec<GeneratedFile> {
    let mut files = module_files(std::slice::from_ref(environment));
    files.extend(stack_files(environment));
    files
}

fn is_terraform(file: &GeneratedFile) -> bool {
    Path::new(&file.path).extension().is_some_and(|extension| extension == "tf")
}

#[test]
fn every_folder_is_registered() {
    let registered: BTreeSet<&str> = ALL.iter().map(|module| module.name).collect();
    assert_eq!(registered.len(), ALL.len(), "a module is registered twice");
    assert_eq!(folders(), registered.into_iter().collect::<Vec<_>>());
}

#[test]
fn every_file_of_a_folder_is_registered() {
    for name in folders() {
        let module = module(&name);
        let mut registered: Vec<String> = vec!["about.md".into(), "mod.rs".into(), "versions.tf".into()];
        for feature in module.features {
            registered.push(format!("{}.tf", feature.name));
            if !feature.absent.is_empty() {
                registered.push(format!("{}.absent.hcl", feature.name));
            }
        }
        registered.extend(module.files.iter().map(|file| file.name.to_owned()));
        registered.sort();
        let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/modules").join(&name)).unwrap();
        let mut files: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        assert_eq!(files, registered, "{name}");
    }
}

#[test]
fn files_belong_to_features() {
    for module in ALL {
        for file in module.files {
            let known = module.features.iter().any(|feature| feature.name == file.feature);
            assert!(known, "{}: `{}` belongs to no feature", module.name, file.name);
        }
    }
}

#[test]
fn a_readme_has_the_tables_people_know() {
    let environment = load("prod", Source::new("environment.hcl", PROD)).unwrap().environment;
    let files = module_files(&[environment]);
    let readme = files.into_iter().find(|file| file.path == "modules/waf/README.md").unwrap();
    assert_snapshot!(readme.text);
}

#[test]
fn terraform_has_nothing_to_lay_out_anew() {
    let workspace = Workspace::empty();
    for (name, environment) in combinations() {
        for file in generated(&environment).iter().filter(|file| is_terraform(file)) {
            workspace.write(&format!("{name}/{}", file.path), &file.text);
        }
    }
    let terraform = env::var_os("DEPLOYER_TERRAFORM").unwrap_or_else(|| "terraform".into());
    let output = Command::new(&terraform)
        .args(["fmt", "-check", "-recursive", "-diff", "-no-color"])
        .env_remove("TF_CLI_CONFIG_FILE")
        .current_dir(workspace.root())
        .output()
        .unwrap_or_else(|error| panic!("this test needs {}: {error}", terraform.display()));
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[test]
fn the_deploy_role_is_allowed_every_type_and_no_more_documents_than_iam_takes() {
    for (name, environment) in combinations() {
        let needs = needs(&environment);
        for file in generated(&environment).iter().filter(|file| is_terraform(file)) {
            let document = Document::parse(Source::new(&file.path, &file.text)).unwrap();
            for block in document.body().blocks() {
                let types = match block.ident.as_str() {
                    "resource" => &needs.resources,
                    "data" => &needs.data,
                    _ => continue,
                };
                let kind = block.labels[0].as_str();
                assert!(
                    types.contains(kind),
                    "{name}: {} has {kind}, of which permissions::needs knows nothing",
                    file.path
                );
            }
        }
        for access in [Access::Deploy, Access::Plan] {
            let documents = documents(&environment, "aws", "111122223333", access).unwrap();
            assert!(!documents.is_empty() && documents.len() <= MOST_POLICIES, "{name}: {} documents", documents.len());
        }
    }
}
