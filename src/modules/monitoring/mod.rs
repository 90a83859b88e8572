//! Terraform module `monitoring`.

use super::{Module, ModuleFile, module_feature};

/// Alarms, dashboard, events and budget.
pub(super) const MONITORING: Module = Module {
    name: "monitoring",
    summary: "Alarms, dashboard, events and budget.",
    about: include_str!("about.md"),
    versions: include_str!("versions.tf"),
    features: &[
        module_feature!("core"),
        module_feature!("dashboard"),
        module_feature!("anomaly", |it| it.monitoring.anomaly_detection),
        module_feature!("canary", |it| it.monitoring.canary),
    ],
    files: &[
        ModuleFile { name: "canary.js", text: include_str!("canary.js"), feature: "canary" },
        ModuleFile { name: "canary.zip.base64", text: include_str!("canary.zip.base64"), feature: "canary" },
    ],
    used: |_| true,
};
