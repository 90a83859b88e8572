//! `00-bootstrap`: where state lives, who deploys, and what an account has only once.

use super::{Content, Stack, module};
use crate::{
    hcl::build::{Block, Value},
    permissions,
    spec::{Delivery, EnvironmentSpec},
};

/// The stack.
pub(super) const BOOTSTRAP: Stack =
    Stack { name: "00-bootstrap", summary: "state bucket and key, deploy role, account singletons", content };

fn content(environment: &EnvironmentSpec) -> Content {
    let mut content = Content::default();
    content.module(module("state_backend", environment));
    content.output("state_bucket", "Bucket of the Terraform states.", "module.state_backend.bucket");
    content.output("state_kms_key_arn", "Key of the Terraform states.", "module.state_backend.kms_key_arn");
    if environment.delivery.is_some() || environment.owns_api_logging() || environment.cluster.new_account {
        account(&mut content, environment);
    }
    content
}

fn account(content: &mut Content, environment: &EnvironmentSpec) {
    let mut account = module("iam", environment);
    if environment.owns_api_logging() {
        account = account.set("manage_api_gateway_account", true);
    }
    if environment.cluster.new_account {
        account = account.set("service_linked_roles", Value::texts(["autoscaling", "elasticloadbalancing", "spot"]));
    }
    if let Some(delivery) = &environment.delivery {
        account = deploy_role(content, account, delivery, environment);
    }
    let account = account.set_some("permissions_boundary_arn", environment.permissions_boundary());
    content.module(account);
    if environment.delivery.is_some() {
        content.output("deploy_role_arn", "Role that GitHub Actions deploys with.", "module.iam.deploy_role_arn");
    }
}

/// The role's policies are files beside the stack, so that a reviewer reads them as what they are.
fn deploy_role(content: &mut Content, account: Block, delivery: &Delivery, environment: &EnvironmentSpec) -> Block {
    let documents = permissions::deploy_templates(environment);
    content.block_data("aws_caller_identity");
    content.block_data("aws_partition");
    let mut parts = Vec::new();
    for (index, document) in documents.into_iter().enumerate() {
        let part = format!("part-{}", index + 1);
        content.files.push((format!("deploy-policies/{part}.json.tftpl"), document));
        parts.push(format!("\"{part}\""));
    }
    let policies = format!(
        "{{\n    for part in [{}] :\n    part => templatefile(\"${{path.module}}/deploy-policies/${{part}}.json.tftpl\", {{\n      \
         account   = data.aws_caller_identity.current.account_id\n      \
         partition = data.aws_partition.current.partition\n    }})\n  }}",
        parts.join(", ")
    );
    account
        .set(
            "github_subjects",
            Value::texts([format!("repo:{}:environment:{}", delivery.github_repository, environment.name)]),
        )
        .set("github_environment_only", true)
        .set("create_github_oidc_provider", delivery.owns_identity_provider)
        .refer("deploy_policies", &policies)
}
