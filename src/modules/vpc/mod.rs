//! Terraform module `vpc`.

use super::{Module, module_feature};
use crate::spec::config::NatMode;

/// The network: VPC, three tiers of subnets, ways out, flow log.
pub(super) const VPC: Module = Module {
    name: "vpc",
    summary: "The network: VPC, three tiers of subnets, ways out, flow log.",
    about: include_str!("about.md"),
    versions: include_str!("versions.tf"),
    features: &[
        module_feature!("core"),
        module_feature!("nat", |it| it.network.nat != NatMode::None),
        module_feature!("endpoints", |it| !it.network.interface_endpoints.is_empty()),
    ],
    files: &[],
    used: |_| true,
};
