//! Terraform module `iam`.

use super::{Module, module_feature};
use crate::spec::EnvironmentSpec;

/// Roles that belong to no one resource: pods, deployment, account.
pub(super) const IAM: Module = Module {
    name: "iam",
    summary: "Roles that belong to no one resource: pods, deployment, account.",
    about: include_str!("about.md"),
    versions: include_str!("versions.tf"),
    features: &[
        module_feature!("core"),
        module_feature!("github", |it| it.delivery.is_some()),
        module_feature!("service_linked_roles", |it| it.cluster.new_account),
        module_feature!("api_gateway_logging", EnvironmentSpec::owns_api_logging),
    ],
    files: &[],
    used: |_| true,
};
