//! `10-network`: the VPC.

use super::{Content, Stack, module, object};
use crate::{
    hcl::build::Value,
    spec::{
        EnvironmentSpec,
        config::{NatMode, Tier},
        word,
    },
};

/// The stack.
pub(super) const NETWORK: Stack =
    Stack { name: "10-network", summary: "VPC, subnets, NAT, endpoints, flow log", content };

fn content(environment: &EnvironmentSpec) -> Content {
    let network = &environment.network;
    let traffic = if environment.tier == Tier::Dev { "REJECT" } else { "ALL" };
    let subnets = network.subnets.as_ref().map(|subnets| {
        object([
            ("public", Value::texts(&subnets.public)),
            ("private", Value::texts(&subnets.private)),
            ("intra", Value::texts(&subnets.intra)),
        ])
    });
    let mut vpc =
        module("vpc", environment).set("cidr", network.cidr.to_string()).set("az_ids", Value::texts(&network.az_ids));
    if network.nat != NatMode::None {
        vpc = vpc.set("nat_mode", word(&network.nat));
    }
    if !network.interface_endpoints.is_empty() {
        vpc = vpc.set("interface_endpoints", Value::texts(&network.interface_endpoints));
    }
    let vpc = vpc
        .set_some("subnet_cidrs", subnets)
        .set("flow_log_retention_days", network.flow_log_days)
        .set("flow_log_traffic_type", traffic)
        .set_some("permissions_boundary_arn", environment.permissions_boundary());
    let mut content = Content::default();
    content.module(vpc);
    content.output("vpc_id", "ID of the VPC.", "module.vpc.vpc_id");
    content.output("vpc_cidr", "Address range of the VPC.", "module.vpc.cidr");
    content.output("private_subnet_ids", "Subnets of the nodes and pods.", "module.vpc.private_subnet_ids");
    content.output(
        "private_subnet_ids_by_az",
        "Subnets of the nodes and pods, by availability zone id.",
        "module.vpc.private_subnet_ids_by_az",
    );
    content.output(
        "intra_subnet_ids",
        "Subnets of load balancer, VPC link and control plane.",
        "module.vpc.intra_subnet_ids",
    );
    if network.nat != NatMode::None {
        content.output("nat_gateway_ids", "NAT gateways, for alarms.", "module.vpc.nat_gateway_ids");
    }
    content
}
