//! Terraform module `model_store`.

use super::{Module, module_feature};

/// Bucket of the staged model weights.
pub(super) const MODEL_STORE: Module = Module {
    name: "model_store",
    summary: "Bucket of the staged model weights.",
    about: include_str!("about.md"),
    versions: include_str!("versions.tf"),
    features: &[module_feature!("core")],
    files: &[],
    used: |_| true,
};
