//! `70-monitoring`: alarms, dashboard, budget.

use super::{Content, Stack, module, object};
use crate::{
    hcl::build::{Block, Value},
    spec::{
        EnvironmentSpec,
        config::{EdgeMode, NatMode, Tier},
    },
};

/// The stack.
pub(super) const MONITORING: Stack = Stack { name: "70-monitoring", summary: "alarms, dashboard, budget", content };

fn content(environment: &EnvironmentSpec) -> Content {
    let settings = &environment.monitoring;
    let mut content = Content::default();
    content.input("30-cluster", "cluster_name", "string", "Cluster whose nodes and pods are watched.");
    content.input("30-cluster", "application_log_group_name", "string", "Log group of the containers.");
    content.input("40-platform", "alb_arn_suffix", "string", "Dimension of the load balancer.");
    content.input(
        "40-platform",
        "target_group_arn_suffixes",
        "map(string)",
        "Dimensions of the target groups, by model.",
    );
    content.input("60-edge", "distribution_id", "string", "Distribution.");
    content.input("60-edge", "edge_web_acl_name", "string", "Web ACL of the distribution.");
    content.input("60-edge", "origin_web_acl_name", "string", "Web ACL of the origin.");
    let mut monitoring = module("monitoring", environment)
        .set("alarm_emails", Value::texts(&settings.emails))
        .set("monthly_budget_usd", settings.monthly_budget_usd)
        .set("p95_target_s", settings.p95_target_seconds)
        .set("all_alarms", environment.tier != Tier::Dev)
        .paragraph()
        .refer("cluster_name", "var.cluster_name")
        .refer("application_log_group_name", "var.application_log_group_name")
        .refer("alb_arn_suffix", "var.alb_arn_suffix")
        .refer("target_group_arn_suffixes", "var.target_group_arn_suffixes")
        .refer("distribution_id", "var.distribution_id")
        .refer("edge_web_acl_name", "var.edge_web_acl_name")
        .refer("regional_web_acl_name", "var.origin_web_acl_name");
    monitoring = api(&mut content, monitoring, environment);
    if environment.network.nat != NatMode::None {
        content.input("10-network", "nat_gateway_ids", "list(string)", "NAT gateways.");
        monitoring = monitoring.refer("nat_gateway_ids", "var.nat_gateway_ids");
    }
    if environment.edge.domain.is_some() {
        content.input("60-edge", "certificate_arn", "string", "Certificate of the domain.");
        content.input("40-platform", "origin_certificate_arn", "string", "Certificate of the load balancer.");
        let certificates = ["var.certificate_arn", "var.origin_certificate_arn"].map(Value::expression);
        monitoring = monitoring.set("certificate_arns", Value::List(certificates.to_vec()));
    }
    let idle: Vec<&str> =
        environment.models.iter().filter(|model| model.replicas_min == 0).map(|model| model.name.as_str()).collect();
    if !idle.is_empty() {
        monitoring = monitoring.set("scale_to_zero_models", Value::texts(idle));
    }
    if settings.canary {
        content.input("60-edge", "url", "string", "Address of the endpoint.");
        let check = object([("url", Value::expression("\"${var.url}/health\""))]);
        monitoring = monitoring.paragraph().set("canary", check).set("log_retention_days", settings.log_days);
        monitoring = monitoring.set_some("permissions_boundary_arn", environment.permissions_boundary());
    }
    if settings.anomaly_detection {
        monitoring = monitoring.set("anomaly_detection", true);
    }
    content.module(monitoring);
    content.output("topic_arn", "Topic of the alarms.", "module.monitoring.topic_arn");
    content.output("dashboard_url", "Address of the dashboard.", "module.monitoring.dashboard_url");
    content
}

fn api(content: &mut Content, monitoring: Block, environment: &EnvironmentSpec) -> Block {
    let stage = ("stage", Value::expression("var.api_stage"));
    let (name, argument, dimension) = match environment.edge.mode {
        EdgeMode::Rest => ("api_name", "rest_api", "name"),
        EdgeMode::Http => ("api_id", "http_api", "id"),
        EdgeMode::VpcOrigin => return monitoring,
    };
    content.input("60-edge", name, "string", "API, as its metrics name it.");
    content.input("60-edge", "api_stage", "string", "Stage of the API.");
    content.input("60-edge", "api_log_group_name", "string", "Access log of the API.");
    monitoring
        .refer("api_log_group_name", "var.api_log_group_name")
        .set(argument, object([(dimension, Value::expression(format!("var.{name}"))), stage]))
}
