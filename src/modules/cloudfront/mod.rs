//! Terraform module `cloudfront`.

use super::{Module, module_feature};
use crate::spec::{EnvironmentSpec, config::EdgeMode};

/// The distribution: the only public way in.
pub(super) const CLOUDFRONT: Module = Module {
    name: "cloudfront",
    summary: "The distribution: the only public way in.",
    about: include_str!("about.md"),
    versions: include_str!("versions.tf"),
    features: &[
        module_feature!("core"),
        module_feature!("domain", |it| it.edge.domain.is_some(), with stand_ins),
        module_feature!("vpc_origin", |it| it.edge.mode == EdgeMode::VpcOrigin, with stand_ins),
        module_feature!("logs", EnvironmentSpec::is_prod),
    ],
    files: &[],
    used: |_| true,
};
