//! Rehearsals with the real Terraform: every stack of an environment comes up in order, is then as it should be, and
//! goes away in reverse. Terraform must be on `PATH`, or named in `DEPLOYER_TERRAFORM`.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails it by panicking, as the test itself does")]

mod common;

use std::{env, fs, os::unix::fs::PermissionsExt as _};

use common::{DEV, PROD, Run, Workspace, changed};

const STACKS: [&str; 7] =
    ["00-bootstrap", "10-network", "20-registry", "30-cluster", "40-platform", "60-edge", "70-monitoring"];

/// Credentials that would fail at once if anything used them.
const CREDENTIALS: [(&str, &str); 3] =
    [("AWS_ACCESS_KEY_ID", "canary"), ("AWS_SECRET_ACCESS_KEY", "canary"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:9")];

/// An environment being rehearsed.
struct Stage {
    workspace: Workspace,
    environment: &'static str,
}

impl Stage {
    fn new(environment: &'static str, specification: &str) -> Self {
        Self { workspace: Workspace::generated(&[(environment, specification)]), environment }
    }

    fn terraform(&self, stack: &str, arguments: &[&str]) -> Run {
        let program = env::var("DEPLOYER_TERRAFORM");
        let mut variables: Vec<(&str, &str)> = CREDENTIALS.to_vec();
        let path = env::var("PATH").unwrap();
        variables.push(("PATH", &path));
        variables.extend(program.as_deref().map(|program| ("DEPLOYER_TERRAFORM", program)));
        let command = ["terraform", self.environment, stack, "--rehearse", "--"];
        self.workspace.run_with(&variables, &[&command, arguments].concat())
    }

    fn up(&self, stack: &str) {
        self.terraform(stack, &["init", "-input=false"]).assert_code(0);
        self.terraform(stack, &["validate"]).assert_code(0);
        let plan = self.terraform(stack, &["plan", "-input=false", "-out=stack.tfplan", "-detailed-exitcode"]);
        plan.assert_code(2);
        self.terraform(stack, &["apply", "-input=false", "stack.tfplan"]).assert_code(0);
        let again = self.terraform(stack, &["plan", "-input=false", "-detailed-exitcode"]);
        again.assert_code(0);
        assert!(again.stdout.contains("No changes."), "{again}");
    }

    fn down(&self, stack: &str) {
        self.terraform(stack, &["destroy", "-input=false", "-auto-approve"]).assert_code(0);
        let state =
            format!(".deployer/runs/rehearsal/{0}/environments/{0}/{stack}/terraform.tfstate", self.environment);
        let state: serde_json::Value = serde_json::from_str(&self.workspace.read(&state)).unwrap();
        assert_eq!(state["resources"], serde_json::json!([]), "{stack} is not empty");
    }

    /// The whole life of the environment, but for the end of the first stack, which keeps the states of all others.
    fn live(&self) {
        for stack in STACKS {
            self.up(stack);
        }
        for stack in STACKS.iter().skip(1).rev() {
            self.down(stack);
        }
    }

    fn output(&self, stack: &str) -> serde_json::Value {
        let run = self.terraform(stack, &["output", "-json"]);
        serde_json::from_str(&run.assert_code(0).stdout).unwrap()
    }
}

fn with(specification: &str, settings: &[(&str, &str)]) -> String {
    settings.iter().fold(specification.to_owned(), |text, (block, setting)| {
        let open = format!("{block} {{\n");
        if text.contains(&open) {
            changed(&text, &open, &format!("{open}  {setting}\n"))
        } else {
            format!("{text}\n{open}  {setting}\n}}\n")
        }
    })
}

const AUTO: (&str, &str) = ("cluster", "compute = \"auto\"");
const HTTP: (&str, &str) = ("edge", "mode = \"http\"");
const VPC_ORIGIN: (&str, &str) = ("edge", "mode = \"vpc_origin\"");
/// A VPC origin must be told that callers prove nothing.
const OPEN: (&str, &str) = ("edge", "auth = \"none\"");
/// An HTTP API and a VPC origin know no API keys.
const IAM: (&str, &str) = ("edge", "auth = \"iam\"");
const JWT: (&str, &str) =
    ("edge", "auth = \"jwt\"\n  jwt {\n    issuer = \"https://login.example.com\"\n    audience = [\"models\"]\n  }");

/// Makes the role that deploys, which then administers the cluster.
const DELIVERY: (&str, &str) = (
    "delivery",
    "github_repository = \"example/models\"\n  \
     permissions_boundary_arn = \"arn:aws:iam::444455556666:policy/boundary\"",
);

#[test]
fn dev_with_a_rest_api_on_managed_nodes() {
    let stage = Stage::new("dev", DEV);
    for stack in STACKS {
        stage.up(stack);
    }

    let cluster = stage.output("30-cluster");
    let network = stage.output("10-network");
    let shown = serde_json::json!([
        network["vpc_id"]["value"],
        network["private_subnet_ids"]["value"],
        cluster["cluster_endpoint"]["value"],
        cluster["oidc_issuer"]["value"],
        stage.output("20-registry")["repository_urls"]["value"],
    ]);
    insta::assert_snapshot!(format!("{shown:#}"));

    for stack in STACKS.iter().skip(1).rev() {
        stage.down(stack);
    }
    let kept = stage.terraform("00-bootstrap", &["destroy", "-input=false", "-auto-approve", "-no-color"]);
    kept.assert_code(1);
    assert!(kept.stderr.contains("module.state_backend.aws_s3_bucket.state has"), "{kept}");
}

#[test]
fn prod_with_a_rest_api_on_auto_mode() {
    Stage::new("prod", &with(PROD, &[AUTO])).live();
}

#[test]
fn dev_with_an_http_api_on_auto_mode() {
    Stage::new("dev", &with(DEV, &[AUTO, HTTP, IAM])).live();
}

#[test]
fn prod_with_an_http_api_on_managed_nodes() {
    Stage::new("prod", &with(PROD, &[HTTP, JWT, DELIVERY])).live();
}

#[test]
fn dev_with_a_vpc_origin_on_managed_nodes() {
    Stage::new("dev", &with(DEV, &[VPC_ORIGIN, OPEN])).live();
}

#[test]
fn prod_with_a_vpc_origin_on_auto_mode() {
    Stage::new("prod", &with(PROD, &[AUTO, VPC_ORIGIN, JWT])).live();
}

#[test]
fn a_stack_says_what_must_come_before_it() {
    let stage = Stage::new("dev", DEV);
    let run = stage.terraform("cluster", &["plan"]);
    run.assert_code(5);
    insta::assert_snapshot!(run.stderr);
}

#[test]
fn a_rehearsal_says_so_and_leaves_the_stack_alone() {
    let stage = Stage::new("dev", DEV);
    let before = stage.workspace.files();
    let run = stage.terraform("20-registry", &["init", "-input=false"]);
    run.assert_code(0);
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert!(lines.first().unwrap().starts_with("rehearsal of dev/20-registry:"), "{run}");
    assert!(lines.last().unwrap().starts_with("end of the rehearsal of dev/20-registry:"), "{run}");
    let after = stage.workspace.files().0.into_iter();
    let outside: std::collections::BTreeMap<_, _> =
        after.filter(|(path, _)| !path.starts_with(".deployer/runs/rehearsal/")).collect();
    assert_eq!(common::Files(outside), before);
}

#[test]
fn what_exists_already_is_refused() {
    let stage = Stage::new("dev", DEV);
    stage.workspace.write(
        "environments/dev/00-bootstrap/extra.tf",
        "resource \"aws_iam_role\" \"a\" {\n  name = \"same\"\n  assume_role_policy = \"{}\"\n}\n\n\
         resource \"aws_iam_role\" \"b\" {\n  name = \"same\"\n  assume_role_policy = \"{}\"\n  \
         depends_on = [aws_iam_role.a]\n}\n",
    );
    stage.terraform("bootstrap", &["init", "-input=false"]).assert_code(0);
    let apply = ["apply", "-input=false", "-auto-approve", "-no-color", "-target=aws_iam_role.b"];
    let run = stage.terraform("bootstrap", &apply);
    run.assert_code(1);
    assert!(run.stderr.contains("creating aws_iam_role: EntityAlreadyExists: Role with name same"), "{run}");
    assert!(run.stderr.contains("extra.tf line 6"), "{run}");
}

#[test]
fn what_cannot_be_changed_in_place_is_replaced() {
    let stage = Stage::new("dev", DEV);
    stage.up("20-registry");
    let main = stage.workspace.read("modules/ecr/main.tf");
    let name = changed(
        &main,
        "resource \"aws_kms_alias\" \"ecr\" {\n  name          = \"alias/",
        "resource \"aws_kms_alias\" \"ecr\" {\n  name          = \"alias/renamed-",
    );
    stage.workspace.write("modules/ecr/main.tf", name);
    let run = stage.terraform("20-registry", &["plan", "-input=false", "-no-color", "-detailed-exitcode"]);
    run.assert_code(2);
    assert!(run.stdout.contains("module.ecr.aws_kms_alias.ecr must be replaced"), "{run}");
    assert!(run.stdout.contains("1 to add, 0 to change, 1 to destroy"), "{run}");
}

/// A program that tells how it was called instead of being Terraform.
const STAND_IN: &str = "#!/bin/sh\n\
    if [ \"$1\" = output ]; then echo '{\"intra_subnet_ids\": {\"value\": [\"subnet-1\"]}}'; exit; fi\n\
    pwd; echo \"$@\"; env | grep -E '^(AWS|TF)_' | cut -c 1-60 | sort; exit 7\n";

impl Stage {
    fn with_stand_in(&self, arguments: &[&str]) -> Run {
        self.workspace.write("stand-in", STAND_IN);
        let path = self.workspace.path("stand-in");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let variables = [
            CREDENTIALS.as_slice(),
            &[
                ("DEPLOYER_TERRAFORM", path.to_str().unwrap()),
                ("PATH", &env::var("PATH").unwrap()),
                ("TF_CLI_ARGS_plan", "-backend-config=x"),
            ],
        ];
        self.workspace.run_with(&variables.concat(), arguments)
    }
}

#[test]
fn the_real_stack_gets_its_backend_its_inputs_and_its_exit_code() {
    let stage = Stage::new("dev", DEV);
    stage.workspace.write("environments/dev/backend.hcl", "bucket = \"states\"\n");
    let init = stage.with_stand_in(&["terraform", "dev", "30-cluster", "--", "init", "-upgrade"]);
    init.assert_code(7);
    assert!(
        init.stdout.starts_with("$ROOT/environments/dev/30-cluster\ninit -upgrade -backend-config=../backend.hcl\n")
    );
    assert!(init.stdout.contains("AWS_ACCESS_KEY_ID=canary"), "{init}");
    // Only a stack that was initialised has outputs to be asked for.
    stage.workspace.write("environments/dev/00-bootstrap/.terraform/environment", "");
    stage.workspace.write("environments/dev/10-network/.terraform/environment", "");
    stage.with_stand_in(&["terraform", "dev", "cluster", "--", "-no-color", "plan"]).assert_code(7);
    let inputs = stage.workspace.read("environments/dev/30-cluster/inputs.auto.tfvars.json");
    assert_eq!(inputs, "{\n  \"intra_subnet_ids\": [\n    \"subnet-1\"\n  ]\n}\n");
}

#[test]
fn a_rehearsal_withholds_whatever_leads_to_aws() {
    let stage = Stage::new("dev", DEV);
    let run = stage.with_stand_in(&["terraform", "dev", "network", "--rehearse", "--", "init"]);
    run.assert_code(7);
    let lines: Vec<&str> = run.stdout.lines().skip(2).collect();
    assert_eq!(lines.len(), 2, "{run}");
    assert_eq!(lines[0], "AWS_EC2_METADATA_DISABLED=true");
    assert!(lines[1].starts_with("TF_REATTACH_PROVIDERS={"), "{run}");
}

#[test]
fn a_stack_nobody_has_is_told_so() {
    let stage = Stage::new("dev", DEV);
    let run = stage.terraform("30-clutser", &["plan"]);
    run.assert_code(2);
    assert!(run.stderr.contains("did you mean `30-cluster`?"), "{run}");
}
