//! From what the file says to an environment: defaults by tier, and every rule that a type cannot express.

use std::collections::HashSet;

use super::{
    config::{
        Capacity, ClusterConfig, ComputeMode, DeliveryConfig, EnvironmentConfig, MonitoringConfig, NatMode,
        NetworkConfig, RegistryConfig, ScanMode, Tier,
    },
    edge,
    environment::{Cluster, Delivery, EnvironmentSpec, Monitoring, Network, Registry},
    literal::{Places, child},
    network,
};
use crate::{
    catalog::{instances::instances, kubernetes_versions::kubernetes_versions, regions::regions},
    diagnostic::Diagnostic,
};

/// Interface endpoints that a cluster without a public way to AWS needs (EKS user guide, "private clusters").
const PRIVATE_CLUSTER_ENDPOINTS: [&str; 8] =
    ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "logs", "sts"];

/// Retention periods that CloudWatch Logs takes, in days (API reference, `PutRetentionPolicy`).
const LOG_RETENTION_DAYS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// Where problems are collected while an environment is put together.
pub(super) struct Resolver<'a> {
    pub(super) places: &'a Places,
    pub(super) replaced: &'a HashSet<String>,
    pub(super) tier: Tier,
    pub(super) compute: ComputeMode,
    pub(super) problems: Vec<Diagnostic>,
}

impl Resolver<'_> {
    pub(super) fn is_prod(&self) -> bool {
        self.tier == Tier::Prod
    }

    /// Reports a problem of a value, unless that value is only a stand-in for one already reported.
    pub(super) fn problem(
        &mut self,
        code: &'static str,
        pointer: &str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        if self.is_replaced(pointer) {
            return;
        }
        let place = self.places.nearest(pointer);
        self.problems.push(Diagnostic::error(code, message, &self.places.source, place.value).hint(hint));
    }

    /// Whether a value, or what it stands in, is only a stand-in for one already reported.
    pub(super) fn is_replaced(&self, pointer: &str) -> bool {
        let inside = |outer: &String| {
            pointer.strip_prefix(outer.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.replaced.iter().any(inside)
    }

    /// Reports something that prod demands and the file lacks; where not even its block is there, at the tier, which
    /// is why.
    pub(super) fn demand(&mut self, pointer: &str, message: impl Into<String>, hint: impl Into<String>) {
        if self.is_replaced(pointer) {
            return;
        }
        let shown = if self.places.holder(pointer).is_some() { pointer } else { "/tier" };
        self.problem("prod-demand", shown, message, hint);
    }

    fn log_days(&mut self, days: Option<u32>, default: u32, pointer: &str) -> u32 {
        let days = days.unwrap_or(default);
        if !LOG_RETENTION_DAYS.contains(&days) {
            let nearest =
                LOG_RETENTION_DAYS.iter().min_by_key(|legal| legal.abs_diff(days)).copied().unwrap_or(default);
            let message = format!("CloudWatch cannot keep logs for {days} days");
            self.problem("wrong-value", pointer, message, format!("use {nearest}, the nearest period that it has"));
        }
        days
    }

    pub(super) fn instance_exists(&mut self, name: &str, pointer: &str) -> bool {
        if instances().find(name).is_some() {
            return true;
        }
        let hint = instances().suggest(name).map_or_else(
            || "`deployer model size SOURCE` lists the types a model fits into".to_owned(),
            |meant| format!("did you mean `{meant}`?"),
        );
        self.problem("unknown-instance", pointer, format!("unknown instance type `{name}`"), hint);
        false
    }
}

/// Puts an environment together; the problems are the resolver's.
pub(super) fn environment(resolver: &mut Resolver<'_>, name: &str, config: EnvironmentConfig) -> EnvironmentSpec {
    region(resolver, &config.region);
    // Elastic Load Balancing keeps such names to itself (API reference, `CreateLoadBalancer`).
    if config.project == "internal" || config.project.starts_with("internal-") {
        let hint = "load balancers may not be called so; choose another name";
        resolver.problem("wrong-value", "/project", "a project's name cannot start with `internal`", hint);
    }
    let network = resolve_network(resolver, &config.network, &config.region);
    let cluster = resolve_cluster(resolver, &config.cluster);
    let registry = resolve_registry(resolver, &config.registry);
    let models = super::model::resolve(resolver, &config.model, &config.cluster, &network.az_ids);
    let edge = edge::resolve(resolver, &config.edge);
    let monitoring = resolve_monitoring(resolver, &config.monitoring);
    let delivery = config.delivery.as_ref().map(|delivery| resolve_delivery(resolver, delivery));
    EnvironmentSpec {
        name: name.to_owned(),
        project: config.project,
        region: config.region,
        tier: config.tier,
        account_id: config.account_id,
        tags: config.tags,
        network,
        cluster,
        registry,
        models,
        edge,
        monitoring,
        delivery,
    }
}

fn region(resolver: &mut Resolver<'_>, name: &str) {
    if regions().find(name).is_some() {
        return;
    }
    let hint = match regions().suggest(name) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => {
            format!("known: {}", regions().all.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", "))
        }
    };
    resolver.problem("unknown-region", "/region", format!("unknown Region `{name}`"), hint);
}

fn resolve_network(resolver: &mut Resolver<'_>, config: &NetworkConfig, region: &str) -> Network {
    let cidr = network::vpc_range(resolver, config.cidr.as_deref());
    let az_ids = network::zones(resolver, config.az_ids.as_deref(), region);
    if let Some(subnets) = &config.subnets {
        network::subnets(resolver, subnets, cidr, az_ids.len());
    }
    let nat = config.nat.unwrap_or(if resolver.is_prod() { NatMode::PerAz } else { NatMode::Single });
    if resolver.is_prod() && matches!(nat, NatMode::Single | NatMode::None) {
        let hint = "use `per_az` or `regional`: with one gateway a zone's failure takes every node off the internet";
        resolver.demand("/network/nat", "prod needs a NAT gateway in each zone", hint);
    }
    if nat == NatMode::None && resolver.compute == ComputeMode::Managed && !resolver.is_prod() {
        let hint = "use `single`, or `compute = \"auto\"`, whose controllers AWS runs";
        let message = "without a way out, managed nodes cannot pull the images of their controllers";
        resolver.problem("conflict", "/network/nat", message, hint);
    }
    let private = resolver.is_prod() || nat == NatMode::None;
    let default_endpoints: &[&str] = if private { &PRIVATE_CLUSTER_ENDPOINTS } else { &[] };
    let default_days = if resolver.is_prod() { 90 } else { 30 };
    Network {
        cidr,
        az_ids,
        nat,
        interface_endpoints: config
            .interface_endpoints
            .clone()
            .unwrap_or_else(|| default_endpoints.iter().map(ToString::to_string).collect()),
        flow_log_days: resolver.log_days(config.flow_log_days, default_days, "/network/flow_log_days"),
        subnets: config.subnets.clone(),
    }
}

fn resolve_cluster(resolver: &mut Resolver<'_>, config: &ClusterConfig) -> Cluster {
    if config.admins.is_empty() {
        let hint = "add `cluster { admins = [\"arn:aws:iam::ACCOUNT:role/NAME\"] }`: nobody else can reach the cluster";
        resolver.problem("missing-argument", "/cluster/admins", "the cluster has no administrator", hint);
    }
    for (index, admin) in config.admins.iter().enumerate() {
        admin_arn(resolver, admin, &format!("/cluster/admins/{index}"));
    }
    let kubernetes_version = kubernetes_version(resolver, config.kubernetes_version.as_deref());
    let ranges = config.public_access_cidrs.clone().unwrap_or_default();
    let public_access_cidrs = ranges
        .iter()
        .enumerate()
        .filter_map(|(index, range)| {
            network::public_access_range(resolver, range, &format!("/cluster/public_access_cidrs/{index}"))
        })
        .collect();
    let default_instance = if resolver.is_prod() { "m6i.xlarge" } else { "t3.large" };
    let system_instance = config.system_instance.clone().unwrap_or_else(|| default_instance.to_owned());
    resolver.instance_exists(&system_instance, "/cluster/system_instance");
    let deletion_protection = config.deletion_protection.unwrap_or(resolver.is_prod());
    if resolver.is_prod() && !deletion_protection {
        let hint = "leave `deletion_protection` out; turn it off by hand on the day the cluster is to go";
        resolver.demand("/cluster/deletion_protection", "a prod cluster must refuse to be deleted", hint);
    }
    Cluster {
        admins: config.admins.clone(),
        compute: config.compute.unwrap_or(ComputeMode::Managed),
        kubernetes_version,
        public_access_cidrs,
        system_instance,
        system_nodes: config.system_nodes.unwrap_or(if resolver.is_prod() { 3 } else { 2 }),
        new_account: config.new_account.unwrap_or(false),
        deletion_protection,
    }
}

fn kubernetes_version(resolver: &mut Resolver<'_>, version: Option<&str>) -> String {
    let Some(version) = version else {
        return kubernetes_versions().default.clone();
    };
    if kubernetes_versions().find(version).is_none() {
        let known: Vec<&str> = kubernetes_versions().all.iter().map(|known| known.version.as_str()).collect();
        let hint = format!("known: {}", known.join(", "));
        let message = format!("`{version}` is no Kubernetes version of EKS that is known here");
        resolver.problem("unknown-version", "/cluster/kubernetes_version", message, hint);
    }
    version.to_owned()
}

/// An access entry takes the ARN of a role or a user; the one a person sees in a terminal is a session's.
fn admin_arn(resolver: &mut Resolver<'_>, arn: &str, pointer: &str) {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let hint = match parts.as_slice() {
        ["arn", partition, "iam", "", account, resource]
            if partition.starts_with("aws") && is_account(account) && is_principal(resource) =>
        {
            return;
        }
        ["arn", partition, "sts", "", account, resource] if resource.starts_with("assumed-role/") => {
            let role = resource.split('/').nth(1).unwrap_or_default();
            format!("this is a session of a role; name the role: `arn:{partition}:iam::{account}:role/{role}`")
        }
        ["arn", _, "iam", "", _, "root"] => "an access entry cannot be the account's root user; name a role".to_owned(),
        ["arn", _, "iam", "", account, _] if !is_account(account) => {
            format!("an account has 12 digits, `{account}` has {}", account.len())
        }
        _ => "write it as `arn:aws:iam::111122223333:role/NAME`".to_owned(),
    };
    resolver.problem("wrong-value", pointer, format!("`{arn}` is not the ARN of an IAM role or user"), hint);
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_principal(resource: &str) -> bool {
    resource.strip_prefix("role/").or_else(|| resource.strip_prefix("user/")).is_some_and(|name| !name.is_empty())
}

fn resolve_registry(resolver: &mut Resolver<'_>, config: &RegistryConfig) -> Registry {
    Registry {
        scan: config.scan.unwrap_or(if resolver.is_prod() { ScanMode::Enhanced } else { ScanMode::Basic }),
        keep_images: config.keep_images.unwrap_or(30),
        pull_through: pull_through(resolver, config.pull_through.as_deref().unwrap_or_default()),
        owns_scanning: config.owns_scanning.unwrap_or(true),
    }
}

/// Registries that ECR can pull through (ECR user guide, "Sync an upstream registry").
const UPSTREAM_REGISTRIES: [&str; 6] =
    ["ghcr.io", "public.ecr.aws", "quay.io", "registry-1.docker.io", "registry.gitlab.com", "registry.k8s.io"];

fn pull_through(resolver: &mut Resolver<'_>, registries: &[String]) -> Vec<String> {
    for (index, registry) in registries.iter().enumerate() {
        if !UPSTREAM_REGISTRIES.contains(&registry.as_str()) {
            let hint = format!("one of: {}", UPSTREAM_REGISTRIES.join(", "));
            let message = format!("ECR cannot pull through `{registry}`");
            resolver.problem("unknown-value", &format!("/registry/pull_through/{index}"), message, hint);
        }
    }
    registries.to_vec()
}

fn resolve_monitoring(resolver: &mut Resolver<'_>, config: &MonitoringConfig) -> Monitoring {
    if resolver.is_prod() && config.emails.is_empty() {
        let hint = "add `emails = [\"oncall@example.com\"]` to block `monitoring`";
        resolver.demand("/monitoring/emails", "nobody would hear of an alarm in prod", hint);
    }
    for (index, email) in config.emails.iter().enumerate() {
        let well_formed = email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && edge::is_domain(host));
        if !well_formed {
            let message = format!("`{email}` is not an e-mail address");
            let hint = "for example `oncall@example.com`";
            resolver.problem("wrong-value", &format!("/monitoring/emails/{index}"), message, hint);
        }
    }
    if resolver.is_prod() && config.monthly_budget_usd.is_none() {
        let hint = "add `monthly_budget_usd` to block `monitoring`; `deployer cost ENV` tells what to expect";
        resolver.demand("/monitoring/monthly_budget_usd", "prod needs a monthly budget", hint);
    }
    let default_days = if resolver.is_prod() { 90 } else { 14 };
    Monitoring {
        emails: config.emails.clone(),
        monthly_budget_usd: config.monthly_budget_usd.unwrap_or(600),
        p95_target_seconds: config.p95_target_seconds.unwrap_or(10),
        log_days: resolver.log_days(config.log_days, default_days, "/monitoring/log_days"),
        canary: config.canary.unwrap_or(resolver.is_prod()),
        anomaly_detection: config.anomaly_detection.unwrap_or(resolver.is_prod()),
    }
}

fn resolve_delivery(resolver: &mut Resolver<'_>, config: &DeliveryConfig) -> Delivery {
    if resolver.is_prod() && config.permissions_boundary_arn.is_none() {
        let hint = "add `permissions_boundary_arn`: the deploy role makes roles, and the boundary is what limits them";
        resolver.demand(
            "/delivery/permissions_boundary_arn",
            "the deploy role of prod needs a permissions boundary",
            hint,
        );
    }
    if let Some(arn) = &config.permissions_boundary_arn {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let fits = matches!(parts.as_slice(), ["arn", _, "iam", "", account, resource]
            if (is_account(account) || *account == "aws") && resource.starts_with("policy/"));
        if !fits {
            let message = format!("`{arn}` is not the ARN of an IAM policy");
            let hint = "write it as `arn:aws:iam::111122223333:policy/NAME`";
            resolver.problem("wrong-value", "/delivery/permissions_boundary_arn", message, hint);
        }
    }
    Delivery {
        github_repository: config.github_repository.clone(),
        owns_identity_provider: config.owns_identity_provider.unwrap_or(true),
        permissions_boundary_arn: config.permissions_boundary_arn.clone(),
    }
}

/// The way a choice is written in the file.
pub(crate) fn word(choice: &impl serde::Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// How a model's nodes are bought when the file does not say.
pub(super) fn default_capacity(resolver: &Resolver<'_>, cluster: &ClusterConfig) -> Capacity {
    cluster.capacity.unwrap_or(if resolver.tier == Tier::Dev { Capacity::Spot } else { Capacity::OnDemand })
}

/// The pointer of a model's argument.
pub(super) fn model_pointer(model: &str, argument: &str) -> String {
    let model = child("/model", model);
    if argument.is_empty() { model } else { child(&model, argument) }
}
