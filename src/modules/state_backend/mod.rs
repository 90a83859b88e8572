//! Terraform module `state_backend`.

use super::{Module, module_feature};

/// Bucket and key of the Terraform states.
pub(super) const STATE_BACKEND: Module = Module {
    name: "state_backend",
    summary: "Bucket and key of the Terraform states.",
    about: include_str!("about.md"),
    versions: include_str!("versions.tf"),
    features: &[module_feature!("core")],
    files: &[],
    used: |_| true,
};
