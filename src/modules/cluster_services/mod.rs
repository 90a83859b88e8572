//! Terraform module `cluster_services`.

use super::{Module, module_feature};
use crate::spec::{EnvironmentSpec, config::ComputeMode};

/// Cluster Autoscaler and NVIDIA device plugin.
pub(super) const CLUSTER_SERVICES: Module = Module {
    name: "cluster_services",
    summary: "Cluster Autoscaler and NVIDIA device plugin.",
    about: include_str!("about.md"),
    versions: include_str!("versions.tf"),
    features: &[module_feature!("core"), module_feature!("device_plugin", EnvironmentSpec::has_gpu_model)],
    files: &[],
    used: |it| it.cluster.compute == ComputeMode::Managed,
};
