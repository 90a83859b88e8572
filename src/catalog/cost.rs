//! What a deployment costs per month, item by item, at list prices in `us-east-1`.
//!
//! The whole bill, not only instances: the control plane, NAT gateways, addresses and the edge are most of what a
//! small environment costs.

use serde::Serialize;

use super::{
    Provenance,
    instances::{Instance, instances},
    prices::{UnitPrices, prices},
};

/// Hours in a month, as AWS counts them.
pub const HOURS_PER_MONTH: f64 = 730.0;

/// What EKS Auto Mode adds to the price of its nodes (`aws.md`, section 3; the real share varies by instance type).
const AUTO_MODE_SHARE: f64 = 0.12;

/// The amounts that make up a bill; amounts are per month unless they say otherwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CostInput {
    /// Whether the cluster's Kubernetes version is in extended support.
    pub extended_support: bool,
    /// Whether AWS runs the nodes (EKS Auto Mode), which costs more for each.
    pub auto_mode: bool,
    /// Nodes that run all month.
    pub system_nodes: Vec<SystemNodes>,
    /// GPU nodes, which may run only part of it.
    pub gpu_nodes: Vec<GpuNodes>,
    /// Disks of all nodes together, in GB.
    pub block_storage_gb: f64,
    /// NAT gateways.
    pub nat_gateways: u32,
    /// Data through them, in GB.
    pub nat_data_gb: f64,
    /// Public IPv4 addresses.
    pub public_ipv4_addresses: u32,
    /// Load balancer capacity units in use on average; the one load balancer itself is always counted.
    pub load_balancer_capacity_units: f64,
    /// Interface endpoints, each counted once for each of its zones.
    pub interface_endpoint_zones: u32,
    /// Requests, in millions.
    pub requests_millions: f64,
    /// What the requests pass through.
    pub api: Api,
    /// WAF web ACLs; every request passes each of them.
    pub web_acls: u32,
    /// Rules in all web ACLs together.
    pub web_acl_rules: u32,
    /// Data that `CloudFront` delivers, in GB.
    pub cloudfront_gb: f64,
    /// Images in the registry, in GB.
    pub container_registry_gb: f64,
    /// Logs written, in GB; counted once for taking them in and once for keeping them a month.
    pub log_gb: f64,
    /// Observations of Container Insights, in millions.
    pub container_insights_observations_millions: f64,
    /// Alarms.
    pub alarms: u32,
    /// Customer-managed keys.
    pub kms_keys: u32,
    /// Secrets.
    pub secrets: u32,
    /// Objects in S3, in GB.
    pub object_storage_gb: f64,
}

/// Nodes of one kind that run all month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SystemNodes {
    /// USD per hour of one.
    pub price_per_hour: f64,
    /// How many.
    pub count: u32,
}

impl SystemNodes {
    /// So many of an instance type.
    #[must_use]
    pub const fn new(instance: &Instance, count: u32) -> Self {
        Self { price_per_hour: instance.price_per_hour, count }
    }
}

/// GPU nodes of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GpuNodes {
    /// USD per hour of one.
    pub price_per_hour: f64,
    /// How many.
    pub count: u32,
    /// Hours that each runs: [`HOURS_PER_MONTH`] for one that never stops.
    pub hours: f64,
}

impl GpuNodes {
    /// So many of an instance type, running so many hours.
    #[must_use]
    pub const fn new(instance: &Instance, count: u32, hours: f64) -> Self {
        Self { price_per_hour: instance.price_per_hour, count, hours }
    }
}

/// What requests pass through on their way to the load balancer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Api {
    /// An API Gateway REST API.
    #[default]
    Rest,
    /// An API Gateway HTTP API.
    Http,
    /// Nothing: `CloudFront` reaches the load balancer itself.
    None,
}

/// A month's bill.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cost {
    /// The items, those that cost nothing too.
    pub items: Vec<CostItem>,
    /// USD per month in all.
    pub total: f64,
    /// When and where the unit prices were taken.
    pub prices: &'static Provenance,
    /// When and where the instance prices were taken.
    pub instance_prices: &'static Provenance,
}

/// One line of the bill.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CostItem {
    /// What is paid for.
    pub name: &'static str,
    /// USD per month.
    pub monthly: f64,
}

/// The bill for these amounts.
#[must_use]
pub fn cost(input: &CostInput) -> Cost {
    let table = prices();
    let unit = &table.unit_prices;
    let items: Vec<CostItem> = [cluster(input, unit), network(input, unit), edge(input, unit), storage(input, unit)]
        .into_iter()
        .flatten()
        .map(|(name, monthly)| CostItem { name, monthly })
        .collect();
    let total = items.iter().map(|item| item.monthly).sum();
    Cost { items, total, prices: &table.provenance, instance_prices: &instances().prices }
}

type Items = Vec<(&'static str, f64)>;

fn cluster(input: &CostInput, unit: &UnitPrices) -> Items {
    let control_plane_hour = if input.extended_support {
        unit.kubernetes_control_plane_extended_support_hour
    } else {
        unit.kubernetes_control_plane_hour
    };
    let system_nodes = input.system_nodes.iter().map(|it| it.price_per_hour * f64::from(it.count) * HOURS_PER_MONTH);
    let gpu_nodes = input.gpu_nodes.iter().map(|it| it.price_per_hour * f64::from(it.count) * it.hours);
    // A sum of nothing is -0.0, which would show.
    let (system_nodes, gpu_nodes) = (0.0 + system_nodes.sum::<f64>(), 0.0 + gpu_nodes.sum::<f64>());
    let mut items = vec![
        ("EKS control plane", control_plane_hour * HOURS_PER_MONTH),
        ("System nodes", system_nodes),
        ("GPU nodes", gpu_nodes),
        ("EBS gp3", input.block_storage_gb * unit.block_storage_gp3_gb),
    ];
    if input.auto_mode {
        items.push(("EKS Auto Mode", AUTO_MODE_SHARE * (system_nodes + gpu_nodes)));
    }
    items
}

fn network(input: &CostInput, unit: &UnitPrices) -> Items {
    let nat_hours = f64::from(input.nat_gateways) * unit.nat_gateway_hour * HOURS_PER_MONTH;
    let capacity_units_hour = input.load_balancer_capacity_units * unit.load_balancer_capacity_unit_hour;
    vec![
        ("NAT + data", nat_hours + input.nat_data_gb * unit.nat_gateway_gb),
        ("Public IPv4", f64::from(input.public_ipv4_addresses) * unit.public_ipv4_hour * HOURS_PER_MONTH),
        ("ALB + LCU", unit.load_balancer_hour * HOURS_PER_MONTH + capacity_units_hour * HOURS_PER_MONTH),
        (
            "Interface endpoints",
            f64::from(input.interface_endpoint_zones) * unit.interface_endpoint_zone_hour * HOURS_PER_MONTH,
        ),
    ]
}

fn edge(input: &CostInput, unit: &UnitPrices) -> Items {
    let api = match input.api {
        Api::Rest => unit.rest_api_million_requests,
        Api::Http => unit.http_api_million_requests,
        Api::None => 0.0,
    };
    let web_acls = f64::from(input.web_acls);
    let web_acl_rules = f64::from(input.web_acl_rules) * unit.web_acl_rule;
    let delivered_gb = (input.cloudfront_gb - unit.cloudfront_free_gb).max(0.0);
    let answered_millions = (input.requests_millions - unit.cloudfront_free_million_requests).max(0.0);
    vec![
        ("API Gateway", input.requests_millions * api),
        (
            "WAF ACLs+rules+req",
            web_acls * unit.web_acl
                + web_acl_rules
                + web_acls * input.requests_millions * unit.web_acl_million_requests,
        ),
        (
            "CloudFront (after 1 TB/10M free)",
            delivered_gb * unit.cloudfront_gb + answered_millions * 100.0 * unit.cloudfront_ten_thousand_requests,
        ),
    ]
}

fn storage(input: &CostInput, unit: &UnitPrices) -> Items {
    vec![
        ("ECR", input.container_registry_gb * unit.container_registry_gb),
        ("CloudWatch logs", input.log_gb * (unit.log_ingestion_gb + unit.log_storage_gb)),
        (
            "Container Insights",
            input.container_insights_observations_millions * unit.container_insights_million_observations,
        ),
        ("Alarms", f64::from(input.alarms) * unit.alarm),
        ("KMS+Secrets", f64::from(input.kms_keys) * unit.kms_key + f64::from(input.secrets) * unit.secret),
        ("S3", input.object_storage_gb * unit.object_storage_gb),
    ]
}
