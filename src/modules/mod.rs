//! The Terraform modules. Each is a folder of feature files written in HCL, so that whoever knows Terraform can read
//! and extend it; this file decides which features the workspace's environments need and composes them into the
//! conventional files.
//!
//! A feature's variables, resources and outputs stand together in `<feature>.tf`. A feature that others refer to even
//! where it is left out has stand-ins in `<feature>.absent.hcl`. To add a module: a folder, its `mod.rs`, an entry in
//! [`ALL`].

mod alb_controller;
mod api_gateway;
mod cloudfront;
mod cluster_services;
mod compose;
mod ecr;
mod eks;
mod iam;
mod model_store;
mod monitoring;
mod readme;
mod secrets;
mod state_backend;
mod vpc;
mod waf;

pub(crate) use compose::declared_types;
pub use compose::{Composed, NOTICE, compose};

use crate::spec::EnvironmentSpec;

/// Every module, in the order in which stacks use them.
pub const ALL: [&Module; 13] = [
    &state_backend::STATE_BACKEND,
    &vpc::VPC,
    &ecr::ECR,
    &model_store::MODEL_STORE,
    &secrets::SECRETS,
    &eks::EKS,
    &cluster_services::CLUSTER_SERVICES,
    &alb_controller::ALB_CONTROLLER,
    &iam::IAM,
    &api_gateway::API_GATEWAY,
    &waf::WAF,
    &cloudfront::CLOUDFRONT,
    &monitoring::MONITORING,
];

/// A Terraform module.
#[derive(Debug)]
pub struct Module {
    /// Its folder under `modules/`.
    pub name: &'static str,
    /// What it is, in one line.
    pub summary: &'static str,
    /// Prose for its README: decisions and pitfalls, without headings.
    pub about: &'static str,
    /// Its `terraform` block.
    pub versions: &'static str,
    /// Its features, in the order of the composed files.
    pub features: &'static [Feature],
    /// Other files of its folder, by name, with the feature they belong to.
    pub files: &'static [ModuleFile],
    /// Whether an environment uses the module at all.
    pub used: fn(&EnvironmentSpec) -> bool,
}

/// A file of a module that is not HCL.
#[derive(Debug)]
pub struct ModuleFile {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
    /// Name of the feature that uses it.
    pub feature: &'static str,
}

/// Resources that come and go together.
#[derive(Debug)]
pub struct Feature {
    /// Its file, without the extension.
    pub name: &'static str,
    /// Its HCL.
    pub text: &'static str,
    /// Locals that stand in for it where it is left out.
    pub absent: &'static str,
    /// Whether an environment needs it.
    pub needed: fn(&EnvironmentSpec) -> bool,
}

/// Declares a feature from the files of the module's folder.
macro_rules! module_feature {
    ($name:literal) => {
        crate::modules::module_feature!($name, |_| true)
    };
    ($name:literal, $needed:expr) => {
        crate::modules::Feature { name: $name, text: include_str!(concat!($name, ".tf")), absent: "", needed: $needed }
    };
    ($name:literal, $needed:expr, with stand_ins) => {
        crate::modules::Feature {
            name: $name,
            text: include_str!(concat!($name, ".tf")),
            absent: include_str!(concat!($name, ".absent.hcl")),
            needed: $needed,
        }
    };
}
pub(crate) use module_feature;

/// The variables and locals that every module has.
pub(crate) const COMMON: &str = include_str!("common.tf");
