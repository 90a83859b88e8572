//! AWS regions of the commercial partition and the zones in them that a deployment can use.

use std::sync::OnceLock;

use serde::Deserialize;

use super::{Provenance, embedded};
use crate::diagnostic::did_you_mean;

/// The regions the program knows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regions {
    /// When and where the facts were taken.
    pub provenance: Provenance,
    /// Those in the United States first, the others by name.
    #[serde(rename = "regions")]
    pub all: Vec<Region>,
}

/// One AWS region.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// For example `us-east-1`.
    pub name: String,
    /// Where it is, as AWS names it.
    pub location: String,
    /// What its zone IDs begin with, for example `use1`.
    pub abbreviation: String,
    /// IDs of the zones that EKS and, where the region has them, API Gateway VPC links accept.
    ///
    /// Zone IDs mean the same place in every account; the names (`us-east-1a`) do not.
    pub zones: Vec<String>,
    /// Zones that exist and are not in [`Region::zones`].
    #[serde(default)]
    pub excluded_zones: Vec<ExcludedZone>,
    /// Whether API Gateway documents VPC links (V2) for the region; without them the edge cannot reach the cluster
    /// through API Gateway.
    #[serde(default = "yes")]
    pub vpc_link: bool,
    /// Whether an account has to enable the region before use.
    #[serde(default)]
    pub opt_in: bool,
}

/// A zone that a deployment must not use.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExcludedZone {
    /// The zone ID.
    pub zone: String,
    /// Why not.
    pub reason: String,
}

const fn yes() -> bool {
    true
}

/// The table, parsed on first use.
pub fn regions() -> &'static Regions {
    static TABLE: OnceLock<Regions> = OnceLock::new();
    TABLE.get_or_init(|| embedded("regions.json", include_str!("../../assets/regions.json")))
}

/// The partition that a region belongs to, which every ARN names.
#[must_use]
pub fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

impl Regions {
    /// The region of exactly this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Region> {
        self.all.iter().find(|region| region.name == name)
    }

    /// The known name that a misspelt one most likely means.
    #[must_use]
    pub fn suggest(&self, name: &str) -> Option<&str> {
        did_you_mean(name, self.all.iter().map(|region| region.name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn zone_ids_belong_to_their_region() {
        let mut seen = BTreeSet::new();
        for region in &regions().all {
            assert!(region.zones.len() >= 2, "{} has fewer than two zones", region.name);
            let excluded = region.excluded_zones.iter().map(|excluded| &excluded.zone);
            for zone in region.zones.iter().chain(excluded) {
                assert!(zone.starts_with(&format!("{}-az", region.abbreviation)), "{zone} is not of {}", region.name);
                assert!(seen.insert(zone), "{zone} stands twice");
            }
        }
    }

    #[test]
    fn the_third_zone_of_virginia_is_left_out_with_its_reason() {
        let virginia = regions().find("us-east-1").unwrap();
        assert_eq!(virginia.zones, ["use1-az1", "use1-az2", "use1-az4", "use1-az5", "use1-az6"]);
        assert_eq!(virginia.excluded_zones[0].zone, "use1-az3");
        assert!(virginia.excluded_zones[0].reason.contains("EKS"));
        assert!(virginia.vpc_link && !virginia.opt_in);
        let calgary = regions().find("ca-west-1").unwrap();
        assert!(!calgary.vpc_link && calgary.opt_in);
        assert_eq!(regions().suggest("us-esat-1"), Some("us-east-1"));
    }
}
