//! Kubernetes versions of EKS and how long AWS supports them.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::{Provenance, embedded};

/// The versions the program knows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KubernetesVersions {
    /// When and where the dates were taken.
    pub provenance: Provenance,
    /// The version of a new cluster.
    pub default: String,
    /// Oldest first.
    #[serde(rename = "versions")]
    pub all: Vec<KubernetesVersion>,
}

/// One minor version of Kubernetes on EKS; days are `YYYY-MM-DD` in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KubernetesVersion {
    /// For example `1.35`.
    pub version: String,
    /// The first day on which the control plane costs six times as much, or is upgraded if extended support is off.
    pub end_of_standard_support: String,
    /// The first day on which AWS upgrades the cluster regardless.
    pub end_of_extended_support: String,
}

/// How AWS supports a version on some day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Support {
    /// At the normal price.
    Standard,
    /// At the higher price, if the cluster allows it.
    Extended,
    /// No longer.
    Ended,
}

/// The table, parsed on first use.
pub fn kubernetes_versions() -> &'static KubernetesVersions {
    static TABLE: OnceLock<KubernetesVersions> = OnceLock::new();
    TABLE.get_or_init(|| embedded("kubernetes_versions.json", include_str!("../../assets/kubernetes_versions.json")))
}

impl KubernetesVersions {
    /// The version of exactly this name.
    #[must_use]
    pub fn find(&self, version: &str) -> Option<&KubernetesVersion> {
        self.all.iter().find(|known| known.version == version)
    }
}

impl KubernetesVersion {
    /// The support on a day given as `YYYY-MM-DD`; such days order like their text.
    #[must_use]
    pub fn support_on(&self, day: &str) -> Support {
        if day < self.end_of_standard_support.as_str() {
            Support::Standard
        } else if day < self.end_of_extended_support.as_str() {
            Support::Extended
        } else {
            Support::Ended
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_supported_when_the_table_was_made() {
        let table = kubernetes_versions();
        let default = table.find(&table.default).unwrap();
        assert_eq!(default.support_on(&table.provenance.date), Support::Standard);
    }

    #[test]
    fn support_ends_at_the_start_of_the_day() {
        let version = kubernetes_versions().find("1.34").unwrap();
        assert_eq!(version.support_on("2026-12-01"), Support::Standard);
        assert_eq!(version.support_on("2026-12-02"), Support::Extended);
        assert_eq!(version.support_on("2027-12-02"), Support::Ended);
    }

    #[test]
    fn later_versions_are_supported_longer() {
        let versions = &kubernetes_versions().all;
        assert!(versions.is_sorted_by(|a, b| a.end_of_standard_support < b.end_of_standard_support));
        assert!(versions.iter().all(|version| version.end_of_standard_support < version.end_of_extended_support));
    }
}
