//! What a deploy of an environment would do, told from the generated Terraform alone: no terraform, no account.
//!
//! The stacks are expanded in order, and each stack's outputs become the inputs of later ones, as they do in a deploy;
//! what AWS decides stays unknown and is said so.

mod bill;
mod expansion;
mod singletons;
mod stages;

pub use bill::{Usage, bill, usage};
pub use expansion::{ExpandedStack, expand_stacks};
pub use singletons::{Singleton, singletons};
pub use stages::{STAGES, Stage};

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    hcl::expand::{Instance, Key, Mode},
    spec::EnvironmentSpec,
};

/// Resources of one stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StackResources {
    /// Name of the stack.
    pub stack: &'static str,
    /// What it makes, in a few words.
    pub summary: &'static str,
    /// The resources, instances of one counted together.
    pub resources: Vec<ResourceCount>,
    /// How many resources there are at least.
    pub total: usize,
    /// Whether some counts depend on what is only known in a deploy.
    pub more: bool,
}

/// A resource with its instances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResourceCount {
    /// Address without instance keys, for example `module.vpc.aws_subnet.private`.
    pub address: String,
    /// How many instances there are; at least, where `waits_for` says so.
    pub count: usize,
    /// Addresses of the instances.
    pub instances: Vec<String>,
    /// The reference that the number of instances depends on, where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
}

/// The resources of every stack, by address.
#[must_use]
pub fn resources(environment: &EnvironmentSpec, stacks: &[ExpandedStack]) -> Vec<StackResources> {
    stacks.iter().map(|stack| stack_resources(environment, stack)).collect()
}

fn stack_resources(environment: &EnvironmentSpec, stack: &ExpandedStack) -> StackResources {
    // A key made of an ARN reads better without what only modules need of it.
    let prefix = expansion::before_stand_in("arn", environment);
    let mut resources: BTreeMap<String, ResourceCount> = BTreeMap::new();
    for instance in stack.expansion.instances.iter().filter(|instance| instance.mode == Mode::Managed) {
        let address = without_key(instance);
        let entry = resources.entry(address.clone()).or_insert_with(|| ResourceCount {
            address,
            count: 0,
            instances: Vec::new(),
            waits_for: None,
        });
        entry.count += 1;
        entry.instances.push(instance.address.replace(&format!("{prefix}‹"), "‹"));
        if matches!(instance.key, Key::AnyNumber | Key::AnyText) {
            entry.waits_for.clone_from(&instance.waits_for);
        }
    }
    let resources: Vec<ResourceCount> = resources.into_values().collect();
    StackResources {
        stack: stack.stack.name,
        summary: stack.stack.summary,
        total: resources.iter().map(|resource| resource.count).sum(),
        more: resources.iter().any(|resource| resource.waits_for.is_some()),
        resources,
    }
}

fn without_key(instance: &Instance) -> String {
    let resource = format!("{}.{}", instance.kind, instance.name);
    if instance.module.is_empty() { resource } else { format!("{}.{resource}", instance.module) }
}
