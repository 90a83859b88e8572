//! Terraform module `api_gateway`.

use super::{Module, module_feature};
use crate::spec::config::EdgeMode;

/// The public API in front of the load balancer.
pub(super) const API_GATEWAY: Module = Module {
    name: "api_gateway",
    summary: "The public API in front of the load balancer.",
    about: include_str!("about.md"),
    versions: include_str!("versions.tf"),
    features: &[
        module_feature!("core"),
        module_feature!("rest", |it| it.edge.mode == EdgeMode::Rest),
        module_feature!("http", |it| it.edge.mode == EdgeMode::Http),
        module_feature!("api_keys", |it| it.edge.mode == EdgeMode::Rest),
    ],
    files: &[],
    used: |it| it.edge.mode != EdgeMode::VpcOrigin,
};
