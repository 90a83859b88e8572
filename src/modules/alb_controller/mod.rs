//! Terraform module `alb_controller`.

use super::{Module, module_feature};
use crate::spec::{
    EnvironmentSpec,
    config::{ComputeMode, EdgeMode},
};

/// The internal load balancer in front of the models, and its controller.
pub(super) const ALB_CONTROLLER: Module = Module {
    name: "alb_controller",
    summary: "The internal load balancer in front of the models, and its controller.",
    about: include_str!("about.md"),
    versions: include_str!("versions.tf"),
    features: &[
        module_feature!("core"),
        module_feature!("controller", |it| it.cluster.compute == ComputeMode::Managed),
        module_feature!("https", |it| it.edge.domain.is_some(), with stand_ins),
        module_feature!("jwt", |it| it.load_balancer_jwt().is_some(), with stand_ins),
        module_feature!("vpc_origin", |it| it.edge.mode == EdgeMode::VpcOrigin),
        module_feature!("access_logs", EnvironmentSpec::is_prod, with stand_ins),
    ],
    files: &[],
    used: |_| true,
};
