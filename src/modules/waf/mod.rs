//! Terraform module `waf`.

use super::{Module, module_feature};

/// Web ACLs: the firewall at the edge and the lock of the origin.
pub(super) const WAF: Module = Module {
    name: "waf",
    summary: "Web ACLs: the firewall at the edge and the lock of the origin.",
    about: include_str!("about.md"),
    versions: include_str!("versions.tf"),
    features: &[module_feature!("core")],
    files: &[],
    used: |_| true,
};
