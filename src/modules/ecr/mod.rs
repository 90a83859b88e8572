//! Terraform module `ecr`.

use super::{Module, module_feature};

/// Image repositories.
pub(super) const ECR: Module = Module {
    name: "ecr",
    summary: "Image repositories.",
    about: include_str!("about.md"),
    versions: include_str!("versions.tf"),
    features: &[
        module_feature!("core"),
        module_feature!("pull_through_cache", |it| !it.registry.pull_through.is_empty()),
    ],
    files: &[],
    used: |_| true,
};
