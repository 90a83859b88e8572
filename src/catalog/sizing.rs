//! Which GPU instances hold a model, and with how much to spare.
//!
//! For `n` GPUs, in GiB:
//!
//! ```text
//! need = (P·b + KV + A + n·O) / 0.90        KV = 2 · layers · KV heads · head dimension · b_kv · context · batch
//! ```
//!
//! with `P` parameters of `b` bytes, `A` activations and `O` what CUDA takes on each GPU. An instance fits if
//!
//! * its GPUs have kernels for the number format ([`Gpu::supports`](super::instances::Gpu::supports));
//! * the GPUs divide the *key-value* heads, so that each holds its own part of the cache. Engines can copy heads to
//!   more GPUs than that, and split query heads that do not divide evenly, but then the cache does not shrink with the
//!   number of GPUs as the formula has it. A model without such heads runs on one GPU;
//! * `need` is within the memory of all its GPUs;
//! * its main memory holds the weights 1.2 times, because they pass through it while loading.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer};

use super::{
    Provenance,
    instances::{Gpus, Instance, instances},
    models::{Dtype, Model},
};

/// Bytes in a GiB.
const GIB: f64 = 1_073_741_824.0;
/// The part of a GPU's memory that is planned with; the rest is left to fragmentation and growth.
const PLANNED_SHARE: f64 = 0.90;
/// What the CUDA context, graphs and communication buffers take on each GPU.
const OVERHEAD_GIB_PER_GPU: f64 = 1.0;
/// Main memory needed while loading, as a multiple of the weights.
const HOST_MEMORY_PER_WEIGHTS: f64 = 1.2;

/// What a model needs under some load, and the instances for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sizing {
    /// Id of the model.
    pub model: String,
    /// Number format of the weights.
    pub dtype: Dtype,
    /// Tokens per sequence.
    pub context: u32,
    /// Sequences in flight.
    pub batch: u32,
    /// Weights, in GiB.
    pub weights_gib: f64,
    /// Key-value cache of one token, in bytes; 0 without a cache.
    pub kv_bytes_per_token: u64,
    /// Key-value cache of the whole load, in GiB.
    pub kv_cache_gib: f64,
    /// Activations, in GiB.
    pub activations_gib: f64,
    /// Main memory needed to load the weights, in GiB.
    pub host_memory_gib: f64,
    /// What is needed on each number of GPUs that instances come with.
    pub needs: Vec<Need>,
    /// Instances that fit, cheapest first.
    pub fitting: Vec<Fit>,
    /// GPU instances that do not, cheapest first.
    pub refused: Vec<Refused>,
    /// When and where the prices were taken.
    pub prices: &'static Provenance,
}

/// GPU memory needed on a number of GPUs, over all of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Need {
    /// How many GPUs.
    pub gpus: u32,
    /// What is in use, in GiB.
    pub used_gib: f64,
    /// What the GPUs must have for that, in GiB.
    pub need_gib: f64,
}

/// An instance that holds the model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// The instance type.
    #[serde(serialize_with = "name")]
    pub instance: &'static Instance,
    /// GPU memory needed, in GiB, over all GPUs.
    pub need_gib: f64,
    /// GPU memory beyond that, in GiB, over all GPUs.
    pub headroom_gib: f64,
    /// USD per hour.
    pub price_per_hour: f64,
    /// Tokens the key-value cache can hold in all, if it takes whatever the planned share leaves; absent without a
    /// cache.
    pub kv_room_tokens: Option<u64>,
}

/// An instance that does not hold the model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refused {
    /// The instance type.
    #[serde(serialize_with = "name")]
    pub instance: &'static Instance,
    /// Why not: the first rule that failed.
    #[serde(flatten)]
    pub reason: Reason,
}

/// Why an instance does not hold a model.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Reason {
    /// Its GPUs lack the number format.
    Dtype,
    /// Its number of GPUs does not divide the key-value heads.
    Heads {
        /// The model's key-value heads; 0 for a model that runs on one GPU only.
        kv_heads: u32,
    },
    /// The GPUs have too little memory.
    GpuMemory {
        /// GiB needed.
        need_gib: f64,
        /// GiB there.
        have_gib: f64,
    },
    /// The machine has too little main memory to load the weights.
    HostMemory {
        /// GiB needed.
        need_gib: f64,
        /// GiB there.
        have_gib: f64,
    },
}

fn name<S: Serializer>(instance: &Instance, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&instance.name)
}

/// Sizes a model under a load: `batch` sequences of `context` tokens each, with the weights in `dtype`.
#[must_use]
pub fn size(model: &Model, context: u32, batch: u32, dtype: Dtype) -> Sizing {
    let footprint = Footprint::new(model, context, batch, dtype);
    let table = instances();
    let counts: BTreeSet<u32> = table.with_gpus().map(|(_, gpus)| gpus.count).collect();
    let mut fitting = Vec::new();
    let mut refused = Vec::new();
    let mut candidates: Vec<_> = table.with_gpus().collect();
    candidates
        .sort_by(|(a, _), (b, _)| a.price_per_hour.total_cmp(&b.price_per_hour).then_with(|| a.name.cmp(&b.name)));
    for (instance, gpus) in candidates {
        match footprint.fit(model, dtype, instance, gpus) {
            Ok(fit) => fitting.push(fit),
            Err(reason) => refused.push(Refused { instance, reason }),
        }
    }
    Sizing {
        model: model.id.clone(),
        dtype,
        context,
        batch,
        weights_gib: footprint.weights_gib,
        kv_bytes_per_token: footprint.kv_bytes_per_token,
        kv_cache_gib: footprint.kv_cache_gib,
        activations_gib: footprint.activations_gib,
        host_memory_gib: footprint.host_memory_gib(),
        needs: counts.into_iter().map(|gpus| footprint.need(gpus)).collect(),
        fitting,
        refused,
        prices: &table.prices,
    }
}

impl Sizing {
    /// GPU memory needed on some number of GPUs.
    #[must_use]
    pub fn need(&self, gpus: u32) -> Need {
        need(self.weights_gib, self.kv_cache_gib, self.activations_gib, gpus)
    }

    /// Tokens that the key-value cache can hold on an instance, whether or not the load asked for fits; absent without
    /// a cache or without room for one token.
    #[must_use]
    pub fn kv_room_tokens(&self, gpus: &Gpus) -> Option<u64> {
        kv_room_tokens(self.weights_gib, self.activations_gib, self.kv_bytes_per_token, gpus)
    }
}

/// GPU memory needed on `gpus` GPUs by weights, key-value cache and activations given in GiB.
#[must_use]
pub fn need(weights_gib: f64, kv_cache_gib: f64, activations_gib: f64, gpus: u32) -> Need {
    let used_gib = weights_gib + kv_cache_gib + activations_gib + f64::from(gpus) * OVERHEAD_GIB_PER_GPU;
    Need { gpus, used_gib, need_gib: used_gib / PLANNED_SHARE }
}

fn kv_room_tokens(weights_gib: f64, activations_gib: f64, kv_bytes_per_token: u64, gpus: &Gpus) -> Option<u64> {
    let count = f64::from(gpus.count);
    let planned_gib = count * gpus.gpu.memory_gib * PLANNED_SHARE;
    let room_gib = planned_gib - weights_gib - activations_gib - count * OVERHEAD_GIB_PER_GPU;
    (kv_bytes_per_token > 0 && room_gib > 0.0)
        .then(|| whole(room_gib * GIB / real(kv_bytes_per_token)))
        .filter(|tokens| *tokens > 0)
}

/// The parts of a model's memory.
struct Footprint {
    weights_gib: f64,
    kv_bytes_per_token: u64,
    kv_cache_gib: f64,
    activations_gib: f64,
}

impl Footprint {
    fn new(model: &Model, context: u32, batch: u32, dtype: Dtype) -> Self {
        let kv_bytes_per_token = model.attention.map_or(0, |attention| {
            [attention.layers, attention.kv_heads, attention.head_dim, dtype.kv_bytes()]
                .into_iter()
                .fold(2, |bytes: u64, factor| bytes.saturating_mul(u64::from(factor)))
        });
        let kv_cache_gib = real(kv_bytes_per_token) * f64::from(context) * f64::from(batch) / GIB;
        Self {
            weights_gib: real(model.parameters) * dtype.bytes_per_parameter() / GIB,
            kv_bytes_per_token,
            kv_cache_gib,
            activations_gib: model.activations_gib,
        }
    }

    fn need(&self, gpus: u32) -> Need {
        need(self.weights_gib, self.kv_cache_gib, self.activations_gib, gpus)
    }

    fn host_memory_gib(&self) -> f64 {
        HOST_MEMORY_PER_WEIGHTS * self.weights_gib
    }

    fn fit(&self, model: &Model, dtype: Dtype, instance: &'static Instance, gpus: &Gpus) -> Result<Fit, Reason> {
        if !gpus.gpu.supports(dtype) {
            return Err(Reason::Dtype);
        }
        let kv_heads = model.attention.map_or(0, |attention| attention.kv_heads);
        let divides = if kv_heads == 0 { gpus.count == 1 } else { kv_heads.is_multiple_of(gpus.count) };
        if !divides {
            return Err(Reason::Heads { kv_heads });
        }
        let need_gib = self.need(gpus.count).need_gib;
        let have_gib = instance.gpu_memory_gib();
        if need_gib > have_gib {
            return Err(Reason::GpuMemory { need_gib, have_gib });
        }
        if instance.memory_gib < self.host_memory_gib() {
            return Err(Reason::HostMemory { need_gib: self.host_memory_gib(), have_gib: instance.memory_gib });
        }
        Ok(Fit {
            instance,
            need_gib,
            headroom_gib: have_gib - need_gib,
            price_per_hour: instance.price_per_hour,
            kv_room_tokens: kv_room_tokens(self.weights_gib, self.activations_gib, self.kv_bytes_per_token, gpus),
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "parameters and bytes stay far below 2^53")]
const fn real(count: u64) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the caller passes a positive number, and a cast of one too large saturates"
)]
const fn whole(number: f64) -> u64 {
    number as u64
}
