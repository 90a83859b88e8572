//! Models of a specification: what the catalogue knows of them, and whether they fit where they are to run.

use indexmap::IndexMap;

use super::{
    config::{Capacity, ClusterConfig, ModelConfig},
    environment::{Model, Reservation},
    resolve::{Resolver, default_capacity, model_pointer, word},
};
use crate::catalog::{
    instances::{Instance, instances},
    models::{self, Dtype, models},
    sizing::{self, Reason, Sizing},
};

/// Node groups' most nodes (EKS service quotas, "nodes per managed node group").
const MOST_REPLICAS: u32 = 450;

/// The most characters of a model's name.
const LONGEST_NAME: usize = 30;

/// What makes a model need less memory.
const SMALLER: &str = "choose a smaller model, a narrower `dtype`, or less `context` and `batch`";

/// The models of the file; those that cannot be understood are left out.
pub(super) fn resolve(
    resolver: &mut Resolver<'_>,
    configs: &IndexMap<String, ModelConfig>,
    cluster: &ClusterConfig,
    az_ids: &[String],
) -> Vec<Model> {
    if configs.is_empty() {
        let hint = "add `model \"gpt2\" { source = \"openai-community/gpt2\" }`";
        resolver.problem("missing-block", "/model", "the environment serves no model", hint);
    }
    configs.iter().filter_map(|(name, config)| model(resolver, name, config, cluster, az_ids)).collect()
}

fn model(
    resolver: &mut Resolver<'_>,
    name: &str,
    config: &ModelConfig,
    cluster: &ClusterConfig,
    az_ids: &[String],
) -> Option<Model> {
    model_name(resolver, name);
    let figures = figures(resolver, name, config)?;
    let context = config.context.unwrap_or(figures.context);
    if let Some(limit) = figures.context_limit.filter(|limit| context > *limit) {
        let message = format!("`{}` takes at most {limit} tokens", config.source);
        let pointer = model_pointer(name, "context");
        resolver.problem("out-of-range", &pointer, message, format!("use {limit} or less"));
    }
    let dtype = config.dtype.unwrap_or(figures.dtype);
    let sizing = sizing::size(&figures, context, config.batch.unwrap_or(figures.batch), dtype);
    let instance = instance(resolver, name, config, &sizing);
    let (replicas_min, replicas_max) = replicas(resolver, name, config);
    let capacity = capacity(resolver, name, config, cluster);
    Some(Model {
        name: name.to_owned(),
        source: config.source.clone(),
        revision: config.revision.clone().unwrap_or_else(|| "main".to_owned()),
        task: config.task.unwrap_or(figures.task),
        engine: config.engine.unwrap_or(figures.engine),
        instance,
        dtype,
        context,
        batch: config.batch.unwrap_or(figures.batch),
        replicas_min,
        replicas_max,
        capacity,
        reservation: reservation(resolver, name, config, capacity, az_ids),
        gated: figures.gated,
        weights_gib: sizing.weights_gib,
    })
}

/// A model's name is a part of URLs, of Kubernetes objects and of roles, whose names the iam module hashes down where
/// they grow too long.
fn model_name(resolver: &mut Resolver<'_>, name: &str) {
    let fits = (1..=LONGEST_NAME).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && !name.ends_with('-')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !fits {
        let hint = format!("use 1 to {LONGEST_NAME} lower-case letters, digits or hyphens, starting with a letter");
        resolver.problem("wrong-value", &model_pointer(name, ""), format!("`{name}` cannot be a model's name"), hint);
    }
}

/// What decides the model's size: from the catalogue, or from the number of parameters that the file gives.
fn figures(resolver: &mut Resolver<'_>, name: &str, config: &ModelConfig) -> Option<models::Model> {
    if let Some(known) = models().find(&config.source) {
        return Some(known.clone());
    }
    let Some(billions) = config.parameters_billion else {
        let hint = match models().suggest(&config.source) {
            Some(meant) => format!("did you mean `{meant}`? Otherwise add `parameters_billion`"),
            None => "add `parameters_billion`, the model's size as its hub page gives it".to_owned(),
        };
        let message = format!("the size of `{}` is not known", config.source);
        resolver.problem("unknown-model", &model_pointer(name, "source"), message, hint);
        return None;
    };
    let mut figures = models::Model::of_size(&config.source, billions);
    if let Some(task) = config.task {
        figures = figures.for_task(task);
    }
    figures.context = config.context.unwrap_or(0);
    Some(figures)
}

/// The instance type, checked against what the model needs.
fn instance(resolver: &mut Resolver<'_>, name: &str, config: &ModelConfig, sizing: &Sizing) -> String {
    let pointer = model_pointer(name, "instance");
    let cheapest = sizing.fitting.first();
    let Some(wanted) = config.instance.as_deref().filter(|wanted| *wanted != "auto") else {
        if cheapest.is_none() {
            let message =
                format!("`{name}` fits into no instance type: it needs {:.1} GiB of GPU memory", least(sizing));
            resolver.problem("does-not-fit", &pointer, message, SMALLER);
        }
        return cheapest.map(|fit| fit.instance.name.clone()).unwrap_or_default();
    };
    if !resolver.instance_exists(wanted, &pointer) {
        return wanted.to_owned();
    }
    let reason = match instances().find(wanted) {
        Some(instance) if instance.gpus.is_none() => too_little_memory(instance, sizing),
        _ => sizing
            .refused
            .iter()
            .find(|refused| refused.instance.name == wanted)
            .map(|refused| explain(&refused.reason, sizing.dtype)),
    };
    if let Some(reason) = reason {
        let hint = match cheapest {
            Some(fit) => {
                format!("the cheapest that fits is `{}` ({:.1} GiB to spare)", fit.instance.name, fit.headroom_gib)
            }
            None => format!("no instance type fits: {SMALLER}"),
        };
        resolver.problem("does-not-fit", &pointer, format!("`{name}` does not fit into {wanted}: {reason}"), hint);
    }
    wanted.to_owned()
}

/// GPU memory needed on one GPU, in GiB.
fn least(sizing: &Sizing) -> f64 {
    sizing.needs.first().map_or(0.0, |need| need.need_gib)
}

/// On a machine without GPUs everything lies in main memory.
fn too_little_memory(instance: &Instance, sizing: &Sizing) -> Option<String> {
    let need = sizing.host_memory_gib + sizing.kv_cache_gib + sizing.activations_gib;
    (need > instance.memory_gib)
        .then(|| format!("it needs {need:.1} GiB of memory, the machine has {:.0}", instance.memory_gib))
}

fn explain(reason: &Reason, dtype: Dtype) -> String {
    match reason {
        Reason::Dtype => format!("its GPUs do not compute in {}", word(&dtype)),
        Reason::Heads { kv_heads: 0 } => "the model runs on one GPU only".to_owned(),
        Reason::Heads { kv_heads } => {
            format!("its number of GPUs does not divide the model's {kv_heads} key-value heads")
        }
        Reason::GpuMemory { need_gib, have_gib } => {
            format!("it needs {need_gib:.1} GiB of GPU memory, the machine has {have_gib:.1}")
        }
        Reason::HostMemory { need_gib, have_gib } => {
            format!("loading needs {need_gib:.1} GiB of memory, the machine has {have_gib:.0}")
        }
    }
}

fn replicas(resolver: &mut Resolver<'_>, name: &str, config: &ModelConfig) -> (u32, u32) {
    let (default_min, default_max) = if resolver.is_prod() { (2, 4) } else { (1, 2) };
    let Some(replicas) = config.replicas else {
        return (default_min, default_max);
    };
    let pointer = model_pointer(name, "replicas");
    if replicas.min > replicas.max {
        let message = format!("at least {} replicas, but at most {}", replicas.min, replicas.max);
        resolver.problem("conflict", &format!("{pointer}/max"), message, "make `max` at least `min`");
    }
    if replicas.max > MOST_REPLICAS {
        let message = format!("a node group holds at most {MOST_REPLICAS} nodes");
        resolver.problem(
            "out-of-range",
            &format!("{pointer}/max"),
            message,
            "spread the load over several models or environments",
        );
    }
    if resolver.is_prod() && replicas.min < 2 {
        let hint = "set `min = 2` or more: with one replica every node replacement is an outage";
        resolver.demand(&format!("{pointer}/min"), format!("prod needs two replicas of `{name}`"), hint);
    }
    (replicas.min, replicas.max)
}

fn capacity(resolver: &mut Resolver<'_>, name: &str, config: &ModelConfig, cluster: &ClusterConfig) -> Capacity {
    let capacity = config.capacity.unwrap_or_else(|| default_capacity(resolver, cluster));
    let own = model_pointer(name, "capacity");
    let pointer = if config.capacity.is_some() { own } else { "/cluster/capacity".to_owned() };
    if resolver.is_prod() && capacity == Capacity::Spot {
        let hint = "use `on_demand` or `capacity_block`";
        resolver.demand(&pointer, format!("`{name}` would run on spot nodes in prod"), hint);
    }
    if capacity == Capacity::CapacityBlock
        && config.reservation_id.is_none()
        && !resolver.is_replaced(&model_pointer(name, "reservation_id"))
    {
        let hint = "add `reservation_id = \"cr-…\"` and `reservation_az_id` to the model";
        let message = format!("`{name}` would run in a capacity block, which needs its reservation");
        resolver.problem("missing-argument", &pointer, message, hint);
    }
    capacity
}

/// The reservation of a capacity block, and the zone it lies in, which must be one of the network's.
fn reservation(
    resolver: &mut Resolver<'_>,
    name: &str,
    config: &ModelConfig,
    capacity: Capacity,
    az_ids: &[String],
) -> Option<Reservation> {
    let id = config.reservation_id.as_ref()?;
    let pointer = model_pointer(name, "reservation_id");
    if capacity != Capacity::CapacityBlock {
        let message = format!("a reservation has no effect with `{}`", word(&capacity));
        let hint = "set `capacity = \"capacity_block\"`, or take the reservation out";
        resolver.problem("conflict", &pointer, message, hint);
        return None;
    }
    let Some(az_id) = &config.reservation_az_id else {
        let hint = format!("add `reservation_az_id`, one of {}", az_ids.join(", "));
        resolver.problem("missing-argument", &pointer, "in which zone is the reservation?", hint);
        return None;
    };
    if !az_ids.contains(az_id) {
        let message = format!("the network has no zone `{az_id}`");
        let hint = format!("one of {}, or name the zone in `network.az_ids`", az_ids.join(", "));
        resolver.problem("unknown-zone", &model_pointer(name, "reservation_az_id"), message, hint);
    }
    Some(Reservation { id: id.clone(), az_id: az_id.clone() })
}
