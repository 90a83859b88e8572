//! What an account, or a Region of it, has only once, so that two environments can get into each other's way.

use serde::Serialize;

use super::ExpandedStack;
use crate::spec::EnvironmentSpec;

/// Something that exists once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Singleton {
    /// Address of the resource.
    pub address: String,
    /// Stack that makes it.
    pub stack: &'static str,
    /// What it is and how far it reaches.
    pub what: &'static str,
    /// The setting of the specification that gives it to another environment.
    pub setting: &'static str,
    /// Other environments of the workspace in the same account (and Region) that would make it too.
    pub also_in: Vec<String>,
}

struct Kind {
    resource: &'static str,
    what: &'static str,
    setting: &'static str,
    per_region: bool,
    owned: fn(&EnvironmentSpec) -> bool,
}

const KINDS: [Kind; 4] = [
    Kind {
        resource: "aws_ecr_registry_scanning_configuration",
        what: "how the registry scans images: one per account and Region",
        setting: "registry.owns_scanning",
        per_region: true,
        owned: |environment| environment.registry.owns_scanning,
    },
    Kind {
        resource: "aws_api_gateway_account",
        what: "the role with which API Gateway logs: one per account and Region",
        setting: "edge.owns_api_logging",
        per_region: true,
        owned: EnvironmentSpec::owns_api_logging,
    },
    Kind {
        resource: "aws_iam_openid_connect_provider",
        what: "GitHub as an identity provider: one per account",
        setting: "delivery.owns_identity_provider",
        per_region: false,
        owned: |environment| environment.delivery.as_ref().is_some_and(|delivery| delivery.owns_identity_provider),
    },
    Kind {
        resource: "aws_iam_service_linked_role",
        what: "a role that AWS services use: one per account",
        setting: "cluster.new_account",
        per_region: false,
        owned: |environment| environment.cluster.new_account,
    },
];

/// The singletons of an environment, with the other environments of the workspace that would make the same.
#[must_use]
pub fn singletons(
    environment: &EnvironmentSpec,
    others: &[EnvironmentSpec],
    stacks: &[ExpandedStack],
) -> Vec<Singleton> {
    let mut found = Vec::new();
    for stack in stacks {
        for kind in &KINDS {
            for instance in stack.expansion.resources(kind.resource) {
                let also_in = others.iter().filter(|other| collides(environment, other, kind));
                found.push(Singleton {
                    address: instance.address.clone(),
                    stack: stack.stack.name,
                    what: kind.what,
                    setting: kind.setting,
                    also_in: also_in.map(|other| other.name.clone()).collect(),
                });
            }
        }
    }
    found
}

/// Whether both would make it in the same account; environments that name no account may share one.
fn collides(environment: &EnvironmentSpec, other: &EnvironmentSpec, kind: &Kind) -> bool {
    let same_account = match (&environment.account_id, &other.account_id) {
        (Some(one), Some(another)) => one == another,
        _ => true,
    };
    let same_region = !kind.per_region || environment.region == other.region;
    environment.name != other.name && same_account && same_region && (kind.owned)(other)
}
