//! The monthly bill of an environment: how many of everything from the expanded stacks, how much traffic from
//! assumptions by tier.

use serde::Serialize;

use super::ExpandedStack;
use crate::{
    catalog::{
        cost::{Api, Cost, CostInput, GpuNodes, HOURS_PER_MONTH, SystemNodes, cost},
        instances::instances,
    },
    hcl::expand::Instance,
    spec::{
        EnvironmentSpec,
        config::{ComputeMode, EdgeMode, NatMode, Tier},
    },
};

/// What nobody can read from a specification; per month.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Usage {
    /// Hours that each model node runs.
    pub model_node_hours: f64,
    /// Requests, in millions.
    pub requests_millions: f64,
    /// Data through NAT gateways, in GB.
    pub nat_data_gb: f64,
    /// Data that `CloudFront` delivers, in GB.
    pub delivered_gb: f64,
    /// Load balancer capacity units, on average.
    pub load_balancer_capacity_units: f64,
    /// Images in the registry, in GB.
    pub images_gb: f64,
    /// Logs written, in GB.
    pub logs_gb: f64,
    /// Observations of Container Insights, in millions.
    pub observations_millions: f64,
    /// Weights and other objects in S3, in GB.
    pub objects_gb: f64,
}

/// The assumptions of a tier: those of the scenarios B (a GPU for working hours) and C (production around the clock)
/// in `aws.md`, section 3.
#[must_use]
pub const fn usage(tier: Tier) -> Usage {
    match tier {
        Tier::Dev | Tier::Staging => Usage {
            model_node_hours: 176.0,
            requests_millions: 1.0,
            nat_data_gb: 100.0,
            delivered_gb: 20.0,
            load_balancer_capacity_units: 1.0,
            images_gb: 80.0,
            logs_gb: 10.0,
            observations_millions: 80.0,
            objects_gb: 100.0,
        },
        Tier::Prod => Usage {
            model_node_hours: HOURS_PER_MONTH,
            requests_millions: 20.0,
            nat_data_gb: 200.0,
            delivered_gb: 500.0,
            load_balancer_capacity_units: 5.0,
            images_gb: 200.0,
            logs_gb: 80.0,
            observations_millions: 300.0,
            objects_gb: 500.0,
        },
    }
}

/// The bill.
#[must_use]
pub fn bill(environment: &EnvironmentSpec, stacks: &[ExpandedStack], usage: &Usage) -> Cost {
    cost(&amounts(environment, stacks, usage))
}

fn amounts(environment: &EnvironmentSpec, stacks: &[ExpandedStack], usage: &Usage) -> CostInput {
    let zones = count(environment.network.az_ids.len());
    let counted = |kind| count(resources(stacks, kind).count());
    let gateways = match environment.network.nat {
        NatMode::Regional => zones,
        NatMode::None | NatMode::Single | NatMode::PerAz => counted("aws_nat_gateway"),
    };
    CostInput {
        extended_support: false,
        auto_mode: environment.cluster.compute == ComputeMode::Auto,
        system_nodes: system_nodes(environment),
        gpu_nodes: model_nodes(environment, usage),
        block_storage_gb: disks(environment),
        nat_gateways: gateways,
        nat_data_gb: if gateways == 0 { 0.0 } else { usage.nat_data_gb },
        public_ipv4_addresses: gateways,
        load_balancer_capacity_units: usage.load_balancer_capacity_units,
        interface_endpoint_zones: zones * count(environment.network.interface_endpoints.len()),
        requests_millions: usage.requests_millions,
        api: match environment.edge.mode {
            EdgeMode::Rest => Api::Rest,
            EdgeMode::Http => Api::Http,
            EdgeMode::VpcOrigin => Api::None,
        },
        web_acls: counted("aws_wafv2_web_acl"),
        web_acl_rules: resources(stacks, "aws_wafv2_web_acl").map(rules).sum(),
        cloudfront_gb: usage.delivered_gb,
        container_registry_gb: usage.images_gb,
        log_gb: usage.logs_gb,
        container_insights_observations_millions: usage.observations_millions,
        alarms: counted("aws_cloudwatch_metric_alarm") + counted("aws_cloudwatch_composite_alarm"),
        kms_keys: counted("aws_kms_key"),
        secrets: counted("aws_secretsmanager_secret"),
        object_storage_gb: usage.objects_gb,
    }
}

fn resources<'a>(stacks: &'a [ExpandedStack], kind: &'a str) -> impl Iterator<Item = &'a Instance> {
    stacks.iter().flat_map(move |stack| stack.expansion.resources(kind))
}

fn rules(acl: &Instance) -> u32 {
    count(acl.configuration.blocks("rule").count())
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn system_nodes(environment: &EnvironmentSpec) -> Vec<SystemNodes> {
    let cluster = &environment.cluster;
    let instance = instances().find(&cluster.system_instance);
    instance.map(|instance| SystemNodes::new(instance, cluster.system_nodes)).into_iter().collect()
}

/// As many model nodes as there are replicas at least; a model that may go to none is counted with one.
fn model_nodes(environment: &EnvironmentSpec, usage: &Usage) -> Vec<GpuNodes> {
    let node = |model: &crate::spec::Model| {
        let instance = instances().find(&model.instance)?;
        Some(GpuNodes::new(instance, model.replicas_min.max(1), usage.model_node_hours))
    };
    environment.models.iter().filter_map(node).collect()
}

/// Root disks in GB: 50 for each system node, as the eks module has it, and each model's own.
fn disks(environment: &EnvironmentSpec) -> f64 {
    const SYSTEM_DISK_GB: u32 = 50;
    let groups = environment.node_groups();
    let of_models = environment.models.iter().filter_map(|model| {
        let group = groups.iter().find(|group| group.instance == model.instance)?;
        Some(group.disk_gib * model.replicas_min.max(1))
    });
    f64::from(environment.cluster.system_nodes * SYSTEM_DISK_GB + of_models.sum::<u32>())
}
