//! `30-cluster`: the Kubernetes cluster and its nodes.

use super::{Content, Stack, module, object};
use crate::{
    catalog::instances::{Instance, instances},
    hcl::build::Value,
    spec::{
        Cluster, EnvironmentSpec, NodeGroup,
        config::{Capacity, ComputeMode},
        word,
    },
};

/// The stack.
pub(super) const CLUSTER: Stack = Stack { name: "30-cluster", summary: "EKS cluster, add-ons, node groups", content };

/// Instance types offered to the spot market for one group at most; more choice means fewer interruptions.
const SPOT_CHOICES: usize = 4;

fn content(environment: &EnvironmentSpec) -> Content {
    let cluster = &environment.cluster;
    let mut content = Content::default();
    content.input("10-network", "intra_subnet_ids", "list(string)", "Subnets of the control plane.");
    content.input("10-network", "private_subnet_ids", "list(string)", "Subnets of the nodes.");
    content.input("10-network", "vpc_cidr", "string", "Network from which the cluster's API is reached.");
    let public = !cluster.public_access_cidrs.is_empty();
    let mut eks = module("eks", environment)
        .set("kubernetes_version", cluster.kubernetes_version.as_str())
        .set("compute_mode", word(&cluster.compute))
        .set("admin_principals", admins(&mut content, environment))
        .set("endpoint_public_access", public);
    if public {
        let ranges = cluster.public_access_cidrs.iter().map(ToString::to_string);
        eks = eks.set("public_access_cidrs", Value::texts(ranges));
    }
    eks = eks
        .set("deletion_protection", cluster.deletion_protection)
        .set("log_retention_days", environment.monitoring.log_days)
        .set_some("permissions_boundary_arn", environment.permissions_boundary())
        .paragraph()
        .refer("cluster_subnet_ids", "var.intra_subnet_ids")
        .refer("node_subnet_ids", "var.private_subnet_ids")
        .refer("private_access_cidrs", "[var.vpc_cidr]");
    if !environment.registry.pull_through.is_empty() {
        content.input("20-registry", "pull_through_repository_arns", "list(string)", "Image caches that nodes fill.");
        eks = eks.refer("pull_through_repository_arns", "var.pull_through_repository_arns");
    }
    if cluster.compute == ComputeMode::Managed {
        content.input("10-network", "vpc_id", "string", "VPC of the nodes.");
        eks = eks
            .refer("vpc_id", "var.vpc_id")
            .paragraph()
            .set("system_instance_types", Value::texts([cluster.system_instance.as_str()]))
            .set("system_node_count", system_nodes(cluster))
            .set("gpu_groups", groups(&mut content, environment));
    }
    content.module(eks);
    outputs(&mut content);
    content
}

/// The named admins, and the role that deploys.
fn admins(content: &mut Content, environment: &EnvironmentSpec) -> Value {
    let mut admins: Vec<Value> = environment.cluster.admins.iter().map(|arn| arn.as_str().into()).collect();
    if environment.delivery.is_some() {
        content.input(
            "00-bootstrap",
            "deploy_role_arn",
            "string",
            "Role that deploys, which the platform stack needs in the cluster.",
        );
        admins.push(Value::expression("var.deploy_role_arn"));
    }
    Value::List(admins)
}

fn system_nodes(cluster: &Cluster) -> Value {
    object([("min", cluster.system_nodes.into()), ("max", (2 * cluster.system_nodes).into())])
}

fn groups(content: &mut Content, environment: &EnvironmentSpec) -> Value {
    let groups = environment.node_groups();
    if groups.iter().any(|group| group.capacity == Capacity::CapacityBlock) {
        content.input(
            "10-network",
            "private_subnet_ids_by_az",
            "map(string)",
            "Subnets of the nodes, by availability zone id.",
        );
    }
    object(groups.iter().map(|group| (group.name(), node_group(group))))
}

fn node_group(group: &NodeGroup) -> Value {
    let known = instances().find(&group.instance);
    let accelerated = known.is_none_or(|instance| instance.gpus.is_some());
    let mut entries = vec![
        ("accelerator", Value::from(if accelerated { "nvidia" } else { "none" })),
        ("instance_types", Value::texts(instance_types(group, known))),
        ("capacity", word(&group.capacity).to_uppercase().into()),
        ("min", group.min.into()),
        ("max", group.max.into()),
        ("disk_gib", group.disk_gib.into()),
    ];
    if let Some(reservation) = &group.reservation {
        entries.push(("reservation_id", reservation.id.as_str().into()));
        let subnet = format!("[var.private_subnet_ids_by_az[\"{}\"]]", reservation.az_id);
        entries.push(("subnet_ids", Value::expression(subnet)));
    }
    object(entries)
}

/// The group's instance type, and for spot others with as many of the same GPU and at least as much of the rest.
fn instance_types(group: &NodeGroup, known: Option<&Instance>) -> Vec<String> {
    let mut types = vec![group.instance.clone()];
    let (Capacity::Spot, Some(wanted)) = (group.capacity, known) else {
        return types;
    };
    let mut others: Vec<&Instance> = instances()
        .all
        .iter()
        .filter(|other| {
            other.name != wanted.name
                && other.gpus == wanted.gpus
                && other.vcpus >= wanted.vcpus
                && other.memory_gib >= wanted.memory_gib
                && !matches!(other.name.split_once('.'), Some((_, "metal")))
        })
        .collect();
    others.sort_by(|left, right| left.price_per_hour.total_cmp(&right.price_per_hour));
    types.extend(others.iter().take(SPOT_CHOICES - 1).map(|other| other.name.clone()));
    types
}

fn outputs(content: &mut Content) {
    for (name, description) in [
        ("cluster_name", "Name of the cluster."),
        ("cluster_endpoint", "URL of the cluster's API."),
        ("cluster_certificate_authority", "Certificate authority of the cluster's API, base64-encoded PEM."),
        ("node_security_group_id", "Security group of the nodes."),
        ("application_log_group_name", "Log group of the containers."),
        ("oidc_issuer", "URL of the cluster's OpenID Connect issuer."),
        ("node_role_name", "Role of the nodes, for node classes."),
    ] {
        content.output(name, description, format!("module.eks.{name}"));
    }
}
