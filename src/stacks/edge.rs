//! `60-edge`: the way in: firewall, CloudFront, and the API where there is one.

use super::{Content, Stack, labelled_module, module, object};
use crate::{
    hcl::build::{Block, Value},
    spec::{
        EnvironmentSpec,
        config::{Auth, EdgeMode, Firewall},
        word,
    },
};

/// The stack.
pub(super) const EDGE: Stack = Stack { name: "60-edge", summary: "firewall, CloudFront, API", content };

/// Recordings that API Gateway passes on as bytes: anything else it takes for UTF-8 text, which damages them.
const AUDIO_TYPES: [&str; 7] =
    ["application/octet-stream", "audio/flac", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav", "audio/webm"];

fn content(environment: &EnvironmentSpec) -> Content {
    let mut content = Content::default();
    content.input("20-registry", "origin_secret_arn", "string", "Secret with the header that CloudFront sends.");
    if environment.edge.mode != EdgeMode::VpcOrigin {
        api(&mut content, environment);
    }
    firewalls(&mut content, environment);
    distribution(&mut content, environment);
    content
}

fn api(content: &mut Content, environment: &EnvironmentSpec) {
    let edge = &environment.edge;
    let rest = edge.mode == EdgeMode::Rest;
    content.input("10-network", "vpc_id", "string", "VPC of the load balancer.");
    content.input("10-network", "intra_subnet_ids", "list(string)", "Subnets of the VPC link.");
    content.input("40-platform", "alb_security_group_id", "string", "Security group of the load balancer.");
    let mut api = module("api_gateway", environment)
        .refer("vpc_id", "var.vpc_id")
        .refer("subnet_ids", "var.intra_subnet_ids")
        .refer("alb_security_group_id", "var.alb_security_group_id");
    if rest {
        content.input("40-platform", "alb_arn", "string", "Load balancer that the API forwards to.");
        content.input("40-platform", "alb_dns_name", "string", "Its name inside the VPC.");
        api = api.refer("alb_arn", "var.alb_arn").refer("alb_dns_name", "var.alb_dns_name");
    } else {
        content.input("40-platform", "listener_arn", "string", "Listener that the API forwards to.");
        api = api.refer("alb_listener_arn", "var.listener_arn");
    }
    if edge.domain.is_some() {
        content.input("40-platform", "origin_domain", "string", "Name in the load balancer's certificate.");
        api = api.refer("origin_domain", "var.origin_domain");
    }
    let milliseconds = environment.timeouts().integration.map(|seconds| seconds * 1000);
    api = api
        .paragraph()
        .set("mode", word(&edge.mode))
        .set("auth", word(&edge.auth))
        .set("throttle_rate", edge.throttle_rate)
        .set("throttle_burst", edge.throttle_burst)
        .set_some("timeout_ms", milliseconds)
        .set("log_retention_days", environment.monitoring.log_days);
    if rest {
        api = api.set("stream", edge.stream);
        if environment.hears_audio() {
            api = api.set("binary_media_types", Value::texts(AUDIO_TYPES));
        }
    }
    content.module(callers(api, environment));
    let prefix = word(&edge.mode);
    content.output(
        "api_domain",
        "Name that requests are signed for, where callers sign them.",
        format!("module.api_gateway.{prefix}_invoke_domain"),
    );
    content.output("api_id", "ID of the API.", format!("module.api_gateway.{prefix}_api_id"));
    content.output("api_stage", "Stage of the API.", format!("module.api_gateway.{prefix}_stage_name"));
    content.output("api_log_group_name", "Access log of the API.", "module.api_gateway.access_log_group_name");
    if rest {
        content.output("api_name", "Name of the API, its dimension in CloudWatch.", "module.api_gateway.rest_api_name");
    }
}

/// How the API knows its callers. A REST API meters them with usage plans, one for `default`; others are added here by
/// hand.
fn callers(api: Block, environment: &EnvironmentSpec) -> Block {
    let edge = &environment.edge;
    match (edge.auth, &edge.jwt) {
        (Auth::ApiKey | Auth::Iam, _) if edge.mode == EdgeMode::Rest => api
            .set("api_key_clients", Value::texts(["default"]))
            .set("client_throttle_rate", edge.throttle_rate)
            .set("client_throttle_burst", edge.throttle_burst),
        (Auth::Jwt, Some(jwt)) => {
            api.set("jwt_issuer", jwt.issuer.as_str()).set("jwt_audiences", Value::texts(&jwt.audience))
        }
        _ => api,
    }
}

fn firewalls(content: &mut Content, environment: &EnvironmentSpec) {
    let edge = &environment.edge;
    let mut public = labelled_module("waf_edge", "waf", environment)
        .set("suffix", "edge")
        .set("scope", "CLOUDFRONT")
        .set("rate_limit", edge.rate_limit)
        .set("count_only", edge.firewall == Firewall::Count)
        .set("log_retention_days", environment.monitoring.log_days);
    if environment.hears_audio() {
        public = public
            .comment("A recording is longer than any body that WAF can measure; the server has a limit of its own.")
            .set("max_body_bytes", Value::Null);
    }
    content.commented("What viewers send, judged at the edge, where their addresses are still known.", public);
    let (name, target) = match edge.mode {
        EdgeMode::Rest => ("stage", "module.api_gateway.rest_stage_arn"),
        EdgeMode::Http | EdgeMode::VpcOrigin => {
            if !content.inputs.iter().any(|input| input.name == "alb_arn") {
                content.input("40-platform", "alb_arn", "string", "Load balancer behind the edge.");
            }
            ("load_balancer", "var.alb_arn")
        }
    };
    let lock = labelled_module("waf_origin", "waf", environment)
        .set("suffix", "origin")
        .set("scope", "REGIONAL")
        .refer("origin_secret_arn", "var.origin_secret_arn")
        .set("associate", object([(name, Value::expression(target))]))
        .set("log_retention_days", environment.monitoring.log_days);
    content.commented("Nobody gets round CloudFront: without its secret header the origin refuses.", lock);
    content.output("edge_web_acl_name", "Web ACL of the distribution.", "module.waf_edge.acl_name");
    content.output("origin_web_acl_name", "Web ACL of the origin.", "module.waf_origin.acl_name");
}

fn distribution(content: &mut Content, environment: &EnvironmentSpec) {
    let edge = &environment.edge;
    let mut distribution = module("cloudfront", environment);
    distribution = match edge.mode {
        EdgeMode::VpcOrigin => vpc_origin(content, distribution, environment),
        EdgeMode::Rest | EdgeMode::Http => {
            let prefix = word(&edge.mode);
            distribution
                .refer("origin_domain_name", &format!("module.api_gateway.{prefix}_invoke_domain"))
                .refer("origin_path", &format!("module.api_gateway.{prefix}_invoke_path"))
        }
    };
    distribution = distribution
        .refer("origin_secret_arn", "module.waf_origin.origin_secret_arn")
        .refer("web_acl_arn", "module.waf_edge.acl_arn")
        .paragraph()
        .set("origin_read_timeout", environment.timeouts().origin_read)
        .set("price_class", word(&edge.price_class));
    if !edge.allow_countries.is_empty() {
        distribution = distribution.set("geo_allow", Value::texts(&edge.allow_countries));
    }
    if let Some(domain) = &edge.domain {
        distribution = distribution
            .set("aliases", Value::texts([domain.name.as_str()]))
            .set("hosted_zone_id", domain.hosted_zone_id.as_str());
    }
    if environment.is_prod() {
        distribution = distribution.set("logging", true).set("log_retention_days", environment.monitoring.log_days);
    }
    content.module(distribution);
    content.output("distribution_id", "ID of the distribution.", "module.cloudfront.id");
    content.output("url", "Address of the endpoint.", "module.cloudfront.url");
    if edge.domain.is_some() {
        content.output("certificate_arn", "Certificate of the domain.", "module.cloudfront.certificate_arn");
    }
}

fn vpc_origin(content: &mut Content, distribution: Block, environment: &EnvironmentSpec) -> Block {
    let https = environment.edge.domain.is_some();
    let origin = if https { "origin_domain" } else { "alb_dns_name" };
    content.input("40-platform", origin, "string", "Name that CloudFront calls the load balancer by.");
    distribution
        .refer("origin_domain_name", &format!("var.{origin}"))
        .refer("vpc_origin_arn", "var.alb_arn")
        .set("vpc_origin_https", https)
}
