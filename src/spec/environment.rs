//! An environment as the rest of the program sees it: every value present, every default of the tier applied.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::config::{
    Auth, Capacity, ComputeMode, EdgeMode, Firewall, JwtConfig, NatMode, PriceClass, ScanMode, SubnetsConfig, Tier,
};
use crate::catalog::{
    instances::instances,
    models::{Dtype, Engine, Task},
};

/// One environment, parsed, checked and complete.
#[derive(Clone, Debug)]
pub struct EnvironmentSpec {
    /// Name of the environment: its folder under `environments/`.
    pub name: String,
    /// First part of every resource name.
    pub project: String,
    /// AWS Region.
    pub region: String,
    /// What the environment is for.
    pub tier: Tier,
    /// Account it belongs to, where the specification says.
    pub account_id: Option<String>,
    /// Tags for every resource.
    pub tags: BTreeMap<String, String>,
    /// The VPC.
    pub network: Network,
    /// The Kubernetes cluster.
    pub cluster: Cluster,
    /// The container registry.
    pub registry: Registry,
    /// The models, in the order of the file.
    pub models: Vec<Model>,
    /// The way in.
    pub edge: Edge,
    /// Alarms, logs, budget.
    pub monitoring: Monitoring,
    /// Deployment from GitHub, where wanted.
    pub delivery: Option<Delivery>,
}

impl EnvironmentSpec {
    /// What every resource name starts with: `project-environment`.
    #[must_use]
    pub fn resource_prefix(&self) -> String {
        format!("{}-{}", self.project, self.name)
    }

    /// Whether the tier is `prod`.
    #[must_use]
    pub fn is_prod(&self) -> bool {
        self.tier == Tier::Prod
    }

    /// Whether any model's weights need a Hugging Face token.
    #[must_use]
    pub fn has_gated_model(&self) -> bool {
        self.models.iter().any(|model| model.gated)
    }

    /// Whether any model takes recordings, which are longer than texts.
    #[must_use]
    pub fn hears_audio(&self) -> bool {
        self.models.iter().any(|model| model.task == Task::AutomaticSpeechRecognition)
    }

    /// Whether any model runs on a GPU.
    #[must_use]
    pub fn has_gpu_model(&self) -> bool {
        self.models.iter().any(|model| instances().find(&model.instance).is_none_or(|instance| instance.gpus.is_some()))
    }

    /// The token issuer that the load balancer itself checks: where CloudFront reaches it without an API between.
    #[must_use]
    pub fn load_balancer_jwt(&self) -> Option<&JwtConfig> {
        let checks = self.edge.mode == EdgeMode::VpcOrigin && self.edge.auth == Auth::Jwt;
        self.edge.jwt.as_ref().filter(|_| checks)
    }

    /// Boundary of every role that the environment makes.
    #[must_use]
    pub fn permissions_boundary(&self) -> Option<&str> {
        self.delivery.as_ref()?.permissions_boundary_arn.as_deref()
    }

    /// Whether this environment makes the role with which API Gateway logs, of which a Region has one.
    #[must_use]
    pub fn owns_api_logging(&self) -> bool {
        self.edge.mode != EdgeMode::VpcOrigin && self.edge.owns_api_logging
    }

    /// The groups of nodes that the models need: one per instance type and way of buying.
    #[must_use]
    pub fn node_groups(&self) -> Vec<NodeGroup> {
        let mut groups: Vec<NodeGroup> = Vec::new();
        for model in &self.models {
            let found = groups.iter_mut().find(|group| {
                group.instance == model.instance
                    && group.capacity == model.capacity
                    && group.reservation == model.reservation
            });
            let least = if self.tier == Tier::Dev { 0 } else { model.replicas_min };
            if let Some(group) = found {
                group.min += least;
                group.max += model.replicas_max;
                group.disk_gib = group.disk_gib.max(disk_gib(model));
            } else {
                groups.push(NodeGroup {
                    instance: model.instance.clone(),
                    capacity: model.capacity,
                    min: least,
                    max: model.replicas_max,
                    reservation: model.reservation.clone(),
                    disk_gib: disk_gib(model),
                });
            }
        }
        groups
    }
}

/// The VPC.
#[derive(Clone, Debug)]
pub struct Network {
    /// Address range.
    pub cidr: Ipv4Net,
    /// Availability zone ids, two or three.
    pub az_ids: Vec<String>,
    /// Way out of private subnets.
    pub nat: NatMode,
    /// Services behind interface endpoints.
    pub interface_endpoints: Vec<String>,
    /// Days to keep flow logs.
    pub flow_log_days: u32,
    /// Subnets of an address plan, where the specification has one.
    pub subnets: Option<SubnetsConfig>,
}

/// The Kubernetes cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Roles and users that administer it.
    pub admins: Vec<String>,
    /// Who runs the nodes.
    pub compute: ComputeMode,
    /// Kubernetes version.
    pub kubernetes_version: String,
    /// Who may reach the public endpoint; empty for a private one.
    pub public_access_cidrs: Vec<Ipv4Net>,
    /// Instance type of the system nodes.
    pub system_instance: String,
    /// Number of system nodes.
    pub system_nodes: u32,
    /// Whether the account still lacks AWS's service-linked roles.
    pub new_account: bool,
    /// Whether it refuses to be deleted.
    pub deletion_protection: bool,
}

/// The container registry.
#[derive(Clone, Debug)]
pub struct Registry {
    /// Vulnerability scanner.
    pub scan: ScanMode,
    /// Tagged images kept.
    pub keep_images: u32,
    /// Registries pulled through this one.
    pub pull_through: Vec<String>,
    /// Whether this environment owns the account's scanning setting.
    pub owns_scanning: bool,
}

/// A model and how much of it to run.
#[derive(Clone, Debug)]
pub struct Model {
    /// The name that requests use.
    pub name: String,
    /// Repository on the hub.
    pub source: String,
    /// Commit, branch or tag.
    pub revision: String,
    /// What it does.
    pub task: Task,
    /// What runs it.
    pub engine: Engine,
    /// Instance type.
    pub instance: String,
    /// Number format.
    pub dtype: Dtype,
    /// Tokens of context per request; none for models without.
    pub context: u32,
    /// Requests at once per replica.
    pub batch: u32,
    /// Fewest pods.
    pub replicas_min: u32,
    /// Most pods.
    pub replicas_max: u32,
    /// How its nodes are bought.
    pub capacity: Capacity,
    /// Capacity reservation.
    pub reservation: Option<Reservation>,
    /// Whether the hub gives the weights only with a token.
    pub gated: bool,
    /// Size of the weights in GiB.
    pub weights_gib: f64,
}

impl Model {
    /// The name as Terraform takes it in identifiers.
    #[must_use]
    pub fn identifier(&self) -> String {
        self.name.replace('-', "_")
    }
}

/// Nodes of one instance type, bought one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeGroup {
    /// Instance type.
    pub instance: String,
    /// How they are bought.
    pub capacity: Capacity,
    /// Fewest nodes.
    pub min: u32,
    /// Most nodes.
    pub max: u32,
    /// Capacity reservation.
    pub reservation: Option<Reservation>,
    /// Root disk in GiB.
    pub disk_gib: u32,
}

/// Root disk for a model: system and image take about 60 GiB, the weights lie beside them once, and half as much again
/// is left for the next version.
fn disk_gib(model: &Model) -> u32 {
    const SYSTEM_AND_IMAGES: f64 = 60.0;
    const LEAST: u32 = 100;
    let need = SYSTEM_AND_IMAGES + 1.5 * model.weights_gib;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "weights are at most some thousand GiB"
    )]
    let tens = (need / 10.0).ceil() as u32;
    (10 * tens).max(LEAST)
}

impl NodeGroup {
    /// Name of the group: the instance type with what its names do not allow replaced, and how it is bought unless that
    /// is by the hour; of a reservation the end of its id, because there may be several.
    #[must_use]
    pub fn name(&self) -> String {
        let instance = self.instance.replace('.', "-");
        match self.capacity {
            Capacity::OnDemand => instance,
            Capacity::Spot => format!("{instance}-spot"),
            Capacity::CapacityBlock => {
                let id = self.reservation.as_ref().map_or("", |reservation| reservation.id.as_str());
                format!("{instance}-{}", &id[id.len().saturating_sub(8)..])
            }
        }
    }
}

/// A block of reserved GPU time, which lies in one zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// For example `cr-0123456789abcdef0`.
    pub id: String,
    /// Availability zone id.
    pub az_id: String,
}

/// The way in from the internet.
#[derive(Clone, Debug)]
pub struct Edge {
    /// What stands between CloudFront and the load balancer.
    pub mode: EdgeMode,
    /// Requests per address and minute.
    pub rate_limit: u32,
    /// How callers prove who they are.
    pub auth: Auth,
    /// Token issuer, with `auth` jwt.
    pub jwt: Option<JwtConfig>,
    /// Own domain and its hosted zone.
    pub domain: Option<Domain>,
    /// Whether the firewall blocks.
    pub firewall: Firewall,
    /// Countries that may call; empty for all.
    pub allow_countries: Vec<String>,
    /// Where CloudFront answers from.
    pub price_class: PriceClass,
    /// Requests per second.
    pub throttle_rate: u32,
    /// Requests beyond it at once.
    pub throttle_burst: u32,
    /// Whether answers stream.
    pub stream: bool,
    /// Whether this environment owns the account's setting for API Gateway logs in its Region.
    pub owns_api_logging: bool,
}

/// An endpoint's own name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// For example `models.example.com`.
    pub name: String,
    /// Route 53 hosted zone that holds it.
    pub hosted_zone_id: String,
}

/// Alarms, logs and budget.
#[derive(Clone, Debug)]
pub struct Monitoring {
    /// Who is mailed.
    pub emails: Vec<String>,
    /// US dollars a month.
    pub monthly_budget_usd: u32,
    /// Seconds.
    pub p95_target_seconds: u32,
    /// Days to keep logs.
    pub log_days: u32,
    /// Synthetic caller.
    pub canary: bool,
    /// Cost anomalies.
    pub anomaly_detection: bool,
}

/// Deployment from GitHub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// `owner/name`.
    pub github_repository: String,
    /// Whether this environment owns the account's identity provider.
    pub owns_identity_provider: bool,
    /// Boundary of every role made.
    pub permissions_boundary_arn: Option<String>,
}
