//! Terraform module `secrets`.

use super::{Module, module_feature};
use crate::spec::EnvironmentSpec;

/// Secrets that stages share: the origin header and the Hugging Face token.
pub(super) const SECRETS: Module = Module {
    name: "secrets",
    summary: "Secrets that stages share: the origin header and the Hugging Face token.",
    about: include_str!("about.md"),
    versions: include_str!("versions.tf"),
    features: &[module_feature!("core"), module_feature!("hub_token", EnvironmentSpec::has_gated_model)],
    files: &[],
    used: |_| true,
};
