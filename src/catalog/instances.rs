//! EC2 instance types: what they have, what they cost, and which quota they count against.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;

use super::{Provenance, embedded, models::Dtype};
use crate::diagnostic::did_you_mean;

/// The instance types the program knows.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Text")]
pub struct Instances {
    /// Of vCPUs, memory, GPUs, disks and quota codes.
    pub specifications: Provenance,
    /// Of the prices: on-demand, Linux, `us-east-1`.
    pub prices: Provenance,
    /// CPU types first, then GPU types, each family together and by size.
    pub all: Vec<Instance>,
}

/// One EC2 instance type.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// For example `g6e.2xlarge`.
    pub name: String,
    /// Virtual CPUs; what EC2 counts against the quota.
    pub vcpus: u32,
    /// Main memory in GiB.
    pub memory_gib: f64,
    /// The GPUs, on a type that has some.
    pub gpus: Option<Gpus>,
    /// Local `NVMe` storage in GB (10⁹ bytes, as AWS states it), all disks together; 0 without any.
    pub local_nvme_gb: u32,
    /// USD per hour: on-demand, Linux, `us-east-1`.
    pub price_per_hour: f64,
    /// Code of the EC2 quota on running on-demand vCPUs.
    pub on_demand_quota: String,
    /// Code of the EC2 quota on spot vCPUs.
    pub spot_quota: String,
}

/// The GPUs of an instance type; all are the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Gpus {
    /// How many.
    pub count: u32,
    /// What they are.
    pub gpu: Gpu,
}

/// A GPU model.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gpu {
    /// For example `L40S`.
    pub name: String,
    /// Memory in GiB that programs can use, as `nvidia-smi` reports it: less than the data sheet says.
    pub memory_gib: f64,
    /// NVIDIA's compute capability, for example 8.9; decides which number formats have kernels.
    pub compute_capability: f64,
}

impl Gpu {
    /// Whether models in this number format run here.
    ///
    /// bfloat16 came with capability 8.0, which leaves out the T4. FP8 weights need 8.0 too: 8.9 and above compute in
    /// FP8, older ones unpack the weights to 16 bits as they go.
    #[must_use]
    pub fn supports(&self, dtype: Dtype) -> bool {
        match dtype {
            Dtype::Float32 | Dtype::Float16 | Dtype::Awq4 => true,
            Dtype::Bfloat16 | Dtype::Fp8 => self.compute_capability >= 8.0,
        }
    }
}

impl Instance {
    /// The part of the name before the size, for example `g6e`.
    #[must_use]
    pub fn family(&self) -> &str {
        self.name.split_once('.').map_or(self.name.as_str(), |(family, _)| family)
    }

    /// Memory of all GPUs together, in GiB that programs can use; 0 without GPUs.
    #[must_use]
    pub fn gpu_memory_gib(&self) -> f64 {
        self.gpus.as_ref().map_or(0.0, |gpus| f64::from(gpus.count) * gpus.gpu.memory_gib)
    }
}

/// The table, parsed on first use.
pub fn instances() -> &'static Instances {
    static TABLE: OnceLock<Instances> = OnceLock::new();
    TABLE.get_or_init(|| embedded("instances.json", include_str!("../../assets/instances.json")))
}

impl Instances {
    /// The instance type of exactly this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Instance> {
        self.all.iter().find(|instance| instance.name == name)
    }

    /// The known name that a misspelt one most likely means.
    #[must_use]
    pub fn suggest(&self, name: &str) -> Option<&str> {
        did_you_mean(name, self.all.iter().map(|instance| instance.name.as_str()))
    }

    /// The types with GPUs.
    pub fn with_gpus(&self) -> impl Iterator<Item = (&Instance, &Gpus)> {
        self.all.iter().filter_map(|instance| Some((instance, instance.gpus.as_ref()?)))
    }
}

/// The file as written: what the types of a family share stands once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    provenance: Provenances,
    families: BTreeMap<String, Family>,
    instances: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provenances {
    specifications: Provenance,
    prices: Provenance,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    on_demand_quota: String,
    spot_quota: String,
    gpu: Option<Gpu>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    vcpus: u32,
    memory_gib: f64,
    gpus: Option<u32>,
    #[serde(default)]
    local_nvme_gb: u32,
    price_per_hour: f64,
}

impl TryFrom<Text> for Instances {
    type Error = String;

    fn try_from(text: Text) -> Result<Self, String> {
        let Text { provenance, families, instances } = text;
        let all = instances
            .into_iter()
            .map(|row| {
                let family = row.name.split('.').next().and_then(|family| families.get(family));
                let family = family.ok_or_else(|| format!("{} is of no family in the table", row.name))?;
                let gpus = match (&family.gpu, row.gpus) {
                    (Some(gpu), Some(count)) => Some(Gpus { count, gpu: gpu.clone() }),
                    (None, None) => None,
                    _ => return Err(format!("{} and its family disagree on having GPUs", row.name)),
                };
                Ok(Instance {
                    name: row.name,
                    vcpus: row.vcpus,
                    memory_gib: row.memory_gib,
                    gpus,
                    local_nvme_gb: row.local_nvme_gb,
                    price_per_hour: row.price_per_hour,
                    on_demand_quota: family.on_demand_quota.clone(),
                    spot_quota: family.spot_quota.clone(),
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { specifications: provenance.specifications, prices: provenance.prices, all })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_is_whole() {
        let table = instances();
        let names: BTreeSet<_> = table.all.iter().map(|instance| &instance.name).collect();
        assert_eq!(names.len(), table.all.len(), "a name stands twice");
        for instance in &table.all {
            assert!(instance.price_per_hour > 0.0 && instance.memory_gib > 0.0 && instance.vcpus > 0, "{instance:?}");
        }
    }

    #[test]
    fn a_type_carries_what_its_family_shares() {
        let instance = instances().find("g6e.12xlarge").unwrap();
        assert_eq!((instance.family(), instance.vcpus, instance.local_nvme_gb), ("g6e", 48, 3800));
        assert_eq!(instance.gpus.as_ref().map(|gpus| (gpus.count, gpus.gpu.name.as_str())), Some((4, "L40S")));
        assert_eq!(instance.on_demand_quota, "L-DB2E81BA");
        assert!((instance.gpu_memory_gib() - 178.8).abs() < 1e-9);
        assert_eq!(instances().find("t3.large").unwrap().gpus, None);
    }

    #[test]
    fn the_t4_has_no_bfloat16() {
        let t4 = &instances().find("g4dn.xlarge").unwrap().gpus.as_ref().unwrap().gpu;
        assert!(t4.supports(Dtype::Float16) && t4.supports(Dtype::Awq4));
        assert!(!t4.supports(Dtype::Bfloat16) && !t4.supports(Dtype::Fp8));
        let a10g = &instances().find("g5.xlarge").unwrap().gpus.as_ref().unwrap().gpu;
        assert!(a10g.supports(Dtype::Bfloat16));
    }

    #[test]
    fn misspelt_names_have_a_suggestion() {
        assert_eq!(instances().suggest("g6.2xlage"), Some("g6.2xlarge"));
        assert_eq!(instances().suggest("quantum.large"), None);
    }
}
