//! Terraform module `eks`.

use super::{Module, module_feature};
use crate::spec::config::ComputeMode;

/// The Kubernetes cluster, its add-ons and its nodes.
pub(super) const EKS: Module = Module {
    name: "eks",
    summary: "The Kubernetes cluster, its add-ons and its nodes.",
    about: include_str!("about.md"),
    versions: include_str!("versions.tf"),
    features: &[
        module_feature!("core"),
        module_feature!("managed", |it| it.cluster.compute == ComputeMode::Managed, with stand_ins),
        module_feature!("auto", |it| it.cluster.compute == ComputeMode::Auto, with stand_ins),
        module_feature!("container_insights"),
        module_feature!("pull_through_cache", |it| !it.registry.pull_through.is_empty()),
    ],
    files: &[],
    used: |_| true,
};
