//! What a deploy role must be allowed for an environment: the resource types that its modules make, looked up in the
//! permissions table.

use std::collections::BTreeSet;

use crate::{
    catalog::permissions::{Access, Needs, PermissionsError, PolicyDocument, Scope, policies, table},
    modules,
    spec::EnvironmentSpec,
};

/// Data sources that stacks use beside those in modules.
const STACK_DATA: [&str; 4] =
    ["aws_caller_identity", "aws_eks_cluster_auth", "aws_iam_policy_document", "aws_partition"];

/// Types of resources and data sources that an environment's stacks are made of.
#[must_use]
pub fn needs(environment: &EnvironmentSpec) -> Needs {
    let mut needs = Needs {
        resources: BTreeSet::new(),
        data: STACK_DATA.iter().map(ToString::to_string).collect(),
        backends: BTreeSet::from(["s3".to_owned()]),
    };
    for module in modules::ALL.iter().filter(|module| (module.used)(environment)) {
        for feature in module.features.iter().filter(|feature| (feature.needed)(environment)) {
            for (kind, name) in modules::declared_types(feature.text) {
                let types = if kind == "resource" { &mut needs.resources } else { &mut needs.data };
                types.insert(name.to_owned());
            }
        }
    }
    needs
}

/// The policy documents of the environment's deploy role in an account, whose id may be a placeholder.
///
/// # Errors
///
/// A type that the table lacks; a test makes sure that there is none.
pub fn documents(
    environment: &EnvironmentSpec,
    partition: &str,
    account: &str,
    access: Access,
) -> Result<Vec<PolicyDocument>, PermissionsError> {
    let name = environment.resource_prefix();
    let state_prefix = format!("{}/{}", environment.project, environment.name);
    let scope = Scope {
        partition: partition.to_owned(),
        region: environment.region.clone(),
        account: account.to_owned(),
        project: environment.project.clone(),
        environment: environment.name.clone(),
        state_bucket: format!("{name}-state-{account}"),
        state_key: format!("{state_prefix}/*"),
        state_prefix,
        name,
        permissions_boundary: environment.permissions_boundary().map(str::to_owned),
    };
    policies(table(), &needs(environment), &scope, access)
}

/// The same as templates that Terraform fills in with partition and account, for the bootstrap stack.
#[must_use]
pub fn deploy_templates(environment: &EnvironmentSpec) -> Vec<String> {
    let documents = documents(environment, "${partition}", "${account}", Access::Deploy).unwrap_or_default();
    let text = |document: &PolicyDocument| serde_json::to_string_pretty(document).ok().map(|text| text + "\n");
    documents.iter().filter_map(text).collect()
}
