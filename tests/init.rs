//! `init`: what it makes is a workspace that needs nothing more to be valid.

mod common;

use common::Workspace;
use insta::assert_snapshot;

/// Demands that the workspace is valid without a warning, and as generated.
#[track_caller]
fn assert_clean(workspace: &Workspace, folder: &str) {
    let validated = workspace.run(&["-C", folder, "validate"]);
    validated.assert_code(0);
    assert!(validated.stdout.contains("0 errors, 0 warnings"), "{validated}");
    workspace.run(&["-C", folder, "generate", "--check"]).assert_code(0);
}

#[test]
fn an_empty_folder_becomes_a_workspace() {
    let workspace = Workspace::empty();
    assert_snapshot!(workspace.run(&["init", "models"]), @"
    ── stdout
    made workspace `models` with dev: 97 files generated
    next:
      edit  models/environments/dev/environment.hcl
      deployer -C models preview dev
      deployer -C models generate
    ── exit code 0
    ");
    assert_snapshot!(workspace.read("models/environments/dev/environment.hcl"), @r#"
    # What the environment `dev` is. Its Terraform is generated from this file: deployer generate dev
    # Values marked EXAMPLE are yours to give before a deploy.
    project = "models"
    region  = "us-east-1"
    tier    = "dev" # dev, staging or prod: decides whatever this file leaves out

    account_id = "111122223333" # EXAMPLE

    network {
      cidr = "10.20.0.0/16"
    }

    cluster {
      admins = ["arn:aws:iam::111122223333:role/platform-admin"] # EXAMPLE
    }

    model "gpt2" {
      source   = "openai-community/gpt2"
      instance = "auto" # the cheapest it fits into

      replicas {
        min = 1
        max = 2
      }
    }

    edge {
      rate_limit = 100 # requests per address and minute
    }

    monitoring {
      emails = ["oncall@example.com"] # EXAMPLE
    }
    "#);
    assert_snapshot!(workspace.read("models/.gitignore"), @"
    .terraform/
    *.tfstate
    *.tfstate.*
    *.tfplan
    backend.hcl
    inputs.auto.tfvars.json
    /.deployer/lock
    /.deployer/runs/
    /.deployer/staging/
    ");
    assert_clean(&workspace, "models");
}

#[test]
fn every_environment_and_model_asked_for_is_there() {
    let workspace = Workspace::empty();
    let asked = [
        "-C",
        "hub",
        "init",
        "--environment",
        "dev,staging,prod",
        "--model",
        "gpt2",
        "--model",
        "stabilityai/stable-diffusion-xl-base-1.0",
        "--model",
        "meta-llama/Llama-3.1-8B",
    ];
    assert_snapshot!(workspace.run(&asked), @"
    ── stdout
    made workspace `hub` with dev, prod, staging: 163 files generated
    next:
      edit  hub/environments/dev/environment.hcl
      deployer -C hub preview dev
      deployer -C hub generate
    ── exit code 0
    ");
    assert_snapshot!(workspace.read("hub/environments/prod/environment.hcl"), @r#"
    # What the environment `prod` is. Its Terraform is generated from this file: deployer generate prod
    # Values marked EXAMPLE are yours to give before a deploy.
    project = "hub"
    region  = "us-east-1"
    tier    = "prod" # dev, staging or prod: decides whatever this file leaves out

    account_id = "444455556666" # EXAMPLE

    network {
      cidr = "10.40.0.0/16"
    }

    cluster {
      admins = ["arn:aws:iam::444455556666:role/platform-admin"] # EXAMPLE
    }

    model "gpt2" {
      source   = "openai-community/gpt2"
      instance = "auto" # the cheapest it fits into

      replicas {
        min = 2
        max = 4
      }
    }

    model "stable-diffusion-xl-base" {
      source   = "stabilityai/stable-diffusion-xl-base-1.0"
      instance = "auto" # the cheapest it fits into

      replicas {
        min = 2
        max = 4
      }
    }

    model "llama-3-1-8b" {
      source   = "meta-llama/Llama-3.1-8B"
      instance = "auto" # the cheapest it fits into

      replicas {
        min = 2
        max = 4
      }
    }

    edge {
      rate_limit = 100 # requests per address and minute

      domain         = "models.example.com" # EXAMPLE
      hosted_zone_id = "Z0123456789EXAMPLE" # EXAMPLE
    }

    monitoring {
      emails = ["oncall@example.com"] # EXAMPLE

      monthly_budget_usd = 6000
    }
    "#);
    assert!(workspace.read("hub/environments/staging/environment.hcl").contains("tier    = \"staging\""));
    assert_clean(&workspace, "hub");
}

#[test]
fn nothing_is_overwritten() {
    let workspace = Workspace::empty();
    workspace.run(&["init"]).assert_code(0);
    let before = workspace.files();
    assert_snapshot!(workspace.run(&["init"]), @"
    ── stderr
    error: `environments/dev/environment.hcl` exists
      hint: init never overwrites: name another environment, or edit that file and run `deployer generate`
    ── exit code 3
    ");
    assert_snapshot!(workspace.run(&["init", "--environment", "staging,dev"]), @"
    ── stderr
    error: `environments/dev/environment.hcl` exists
      hint: init never overwrites: name another environment, or edit that file and run `deployer generate`
    ── exit code 3
    ");
    assert_eq!(before, workspace.files());
}

#[test]
fn a_gitignore_that_is_there_stays() {
    let workspace = Workspace::empty();
    workspace.write(".gitignore", "/mine\n");
    workspace.run(&["init"]).assert_code(0);
    assert_eq!(workspace.read(".gitignore"), "/mine\n");
}

#[test]
fn an_environment_can_join_others() {
    let workspace = Workspace::empty();
    workspace.run(&["init", "--environment", "dev"]).assert_code(0);
    let specification = workspace.read("environments/dev/environment.hcl");
    assert!(!workspace.read("modules/alb_controller/main.tf").contains("resource \"aws_s3_bucket\""));
    assert_snapshot!(workspace.run(&["init", "--environment", "prod"]), @"
    ── stdout
    made prod in workspace `.`: 34 files generated, 16 updated
    next:
      edit  ./environments/prod/environment.hcl
      deployer preview prod
      deployer generate
    ── exit code 0
    ");
    assert_eq!(specification, workspace.read("environments/dev/environment.hcl"));
    assert!(workspace.read("modules/alb_controller/main.tf").contains("resource \"aws_s3_bucket\""));
    assert_clean(&workspace, ".");
}

#[test]
fn a_module_edited_by_hand_is_not_passed_over_in_silence() {
    let workspace = Workspace::empty();
    workspace.run(&["init", "--environment", "dev"]).assert_code(0);
    workspace.write("modules/alb_controller/main.tf", "# mine\n");
    assert_snapshot!(workspace.run(&["init", "--environment", "prod"]), @"
    ── stdout
    conflict modules/alb_controller/main.tf  (edited by hand, and the generator has changes too; left as it is)
    made prod in workspace `.`: 34 files generated, 15 updated
    next:
      edit  ./environments/prod/environment.hcl
      deployer preview prod
      deployer generate
    ── stderr
    error: 1 file to settle
      hint: see both sides with `deployer generate --dry-run`
      hint: to take the generated side, delete both the file and its copy under .deployer/base
      hint: to keep yours, put the generated text under .deployer/base: it then counts as your edit
    ── exit code 3
    ");
    assert_eq!(workspace.read("modules/alb_controller/main.tf"), "# mine\n");
}

#[test]
fn an_environment_does_not_join_broken_ones() {
    let workspace = Workspace::empty();
    workspace.run(&["init", "--environment", "dev"]).assert_code(0);
    workspace.specify("dev", "project = 1\n");
    let before = workspace.files();
    assert_snapshot!(workspace.run(&["init", "--environment", "prod"]), @r#"
    ── stderr
    error[missing-argument]: `region` is missing
     --> environments/dev/environment.hcl:1:1
      |
    1 | project = 1
      | ^ AWS Region the environment runs in.
      |
      = help: add `region = "us-east-1"`

    error[missing-argument]: `tier` is missing
     --> environments/dev/environment.hcl:1:1
      |
    1 | project = 1
      | ^ What the environment is for; sets every default that the file does not set.
      |
      = help: add `tier = "dev"`

    error[missing-argument]: the cluster has no administrator
     --> environments/dev/environment.hcl:1:1
      |
    1 | project = 1
      | ^
      |
      = help: add `cluster { admins = ["arn:aws:iam::ACCOUNT:role/NAME"] }`: nobody else can reach the cluster

    error[missing-block]: the environment serves no model
     --> environments/dev/environment.hcl:1:1
      |
    1 | project = 1
      | ^
      |
      = help: add `model "gpt2" { source = "openai-community/gpt2" }`

    error[wrong-type]: `project` is a number, it must be a string
     --> environments/dev/environment.hcl:1:11
      |
    1 | project = 1
      |           ^
      |
      = help: Project name, the first part of every resource name: 2 to 16 lower-case letters, digits or hyphens,
              starting with a letter.

    error: 5 problems found
    ── exit code 2
    "#);
    assert_eq!(before, workspace.files());
}

#[test]
fn an_environment_that_was_removed_can_come_back() {
    let workspace = Workspace::empty();
    workspace.run(&["init", "--environment", "dev,prod"]).assert_code(0);
    std::fs::remove_dir_all(workspace.path("environments/dev")).unwrap();
    workspace.run(&["generate"]).assert_code(0);
    workspace.run(&["init", "--environment", "dev"]).assert_code(0);
    assert!(workspace.has("environments/dev/60-edge/main.tf"));
    assert_clean(&workspace, ".");
}

#[test]
fn what_cannot_be_made_is_refused_before_anything_is_written() {
    let workspace = Workspace::empty();
    assert_snapshot!(workspace.run(&["init", "--environment", "Dev"]), @"
    ── stderr
    error: `Dev` cannot be the name of an environment
      hint: use 2 to 16 lower-case letters, digits or hyphens, starting with a letter
    ── exit code 2
    ");
    assert_snapshot!(workspace.run(&["init", "--environment", "../up"]), @"
    ── stderr
    error: `../up` cannot be the name of an environment
      hint: use 2 to 16 lower-case letters, digits or hyphens, starting with a letter
    ── exit code 2
    ");
    assert_snapshot!(workspace.run(&["init", "--model", "openai-community/gtp2"]), @"
    ── stderr
    error: the size of `openai-community/gtp2` is not known
      hint: did you mean `openai-community/gpt2`?
    ── exit code 2
    ");
    assert_snapshot!(workspace.run(&["init", "--model", "example/unheard-of"]), @"
    ── stderr
    error: the size of `example/unheard-of` is not known
      hint: leave it out, then add it to environment.hcl with `parameters_billion`
    ── exit code 2
    ");
    assert!(workspace.files().0.is_empty());
}

#[test]
fn any_name_of_a_folder_gives_a_project() {
    let workspace = Workspace::empty();
    for (folder, project) in [
        ("My Models (2)", "my-models--2"),
        ("42", "models"),
        ("模型", "models"),
        ("a", "models"),
        ("_underscored_and_rather_long", "underscored-and"),
        ("deep/er/hub", "hub"),
    ] {
        workspace.run(&["init", folder]).assert_code(0);
        let text = workspace.read(&format!("{folder}/environments/dev/environment.hcl"));
        let line = text.lines().find(|line| line.starts_with("project")).unwrap_or_default();
        assert_eq!(line, format!("project = \"{project}\""), "{folder}");
        assert_clean(&workspace, folder);
    }
}
