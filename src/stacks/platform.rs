//! `40-platform`: what the workload stands on: load balancer and target groups, controllers, roles of the pods.

use super::{Content, Provider, Stack, module, object};
use crate::{
    hcl::build::{Block, Value},
    spec::{
        EnvironmentSpec, Model,
        config::{ComputeMode, EdgeMode, Tier},
        word,
    },
};

/// The stack.
pub(super) const PLATFORM: Stack =
    Stack { name: "40-platform", summary: "load balancer, controllers, roles of the pods", content };

/// Kubernetes namespace of the models.
const NAMESPACE: &str = "models";

/// Port that the inference server listens on.
const SERVER_PORT: u32 = 8080;

fn content(environment: &EnvironmentSpec) -> Content {
    let mut content = Content::default();
    content.input("10-network", "vpc_id", "string", "VPC of the load balancer.");
    content.input("20-registry", "origin_secret_arn", "string", "Secret with the header that CloudFront sends.");
    content.input("20-registry", "model_bucket_arn", "string", "Bucket of the staged weights.");
    content.input("20-registry", "model_bucket_key_arn", "string", "Key of that bucket.");
    content.input("30-cluster", "cluster_name", "string", "Cluster of the workload.");
    content.input("30-cluster", "node_security_group_id", "string", "Security group of the nodes.");
    let managed = environment.cluster.compute == ComputeMode::Managed;
    if managed {
        content.providers.push(Provider::Helm);
        content.input("30-cluster", "cluster_endpoint", "string", "URL of the cluster's API.");
        content.input(
            "30-cluster",
            "cluster_certificate_authority",
            "string",
            "Its certificate authority, base64-encoded.",
        );
        content.module(cluster_services(environment));
    }
    load_balancer(&mut content, environment, managed);
    pod_roles(&mut content, environment);
    content
}

fn cluster_services(environment: &EnvironmentSpec) -> Block {
    let mut services = module("cluster_services", environment).refer("cluster_name", "var.cluster_name");
    if environment.has_gpu_model() {
        services = services.set("nvidia_device_plugin", true);
    }
    services
        .set("cluster_autoscaler_replicas", replicas(environment))
        .set_some("permissions_boundary_arn", environment.permissions_boundary())
}

/// Controllers run twice where an hour without one matters.
fn replicas(environment: &EnvironmentSpec) -> u32 {
    if environment.tier == Tier::Dev { 1 } else { 2 }
}

fn load_balancer(content: &mut Content, environment: &EnvironmentSpec, managed: bool) {
    let timeouts = environment.timeouts();
    let models = environment
        .models
        .iter()
        .map(|model| (model.name.as_str(), object([("port", SERVER_PORT.into()), ("health_path", "/health".into())])));
    // To check tokens the load balancer fetches the issuer's keys, which needs subnets with a way out.
    let subnets = if environment.load_balancer_jwt().is_some() { "private_subnet_ids" } else { "intra_subnet_ids" };
    content.input("10-network", subnets, "list(string)", "Subnets of the load balancer.");
    let mut balancer = module("alb_controller", environment)
        .refer("vpc_id", "var.vpc_id")
        .refer("subnet_ids", &format!("var.{subnets}"))
        .refer("cluster_name", "var.cluster_name")
        .refer("node_security_group_id", "var.node_security_group_id")
        .refer("origin_secret_arn", "var.origin_secret_arn")
        .paragraph()
        .set("compute_mode", word(&environment.cluster.compute))
        .set("models", object(models))
        .set("idle_timeout", timeouts.load_balancer_idle)
        .set("deregistration_delay", timeouts.deregistration_delay)
        .set("deletion_protection", environment.is_prod());
    if managed {
        balancer = balancer
            .set("controller_replicas", replicas(environment))
            .set_some("permissions_boundary_arn", environment.permissions_boundary());
    }
    if let Some(domain) = &environment.edge.domain {
        balancer = balancer
            .set("certificate_domain", format!("origin.{}", domain.name))
            .set("hosted_zone_id", domain.hosted_zone_id.as_str());
    }
    if environment.is_prod() {
        balancer = balancer.set("access_logs", true);
    }
    if environment.edge.mode == EdgeMode::VpcOrigin {
        balancer = balancer.set("cloudfront_vpc_origin", true);
    }
    if let Some(jwt) = environment.load_balancer_jwt() {
        let audience = jwt.audience.first().map(String::as_str).unwrap_or_default();
        let jwt = object([
            ("issuer", jwt.issuer.as_str().into()),
            ("jwks_endpoint", jwt.jwks_url().into()),
            ("audience", audience.into()),
        ]);
        balancer = balancer.set("jwt", jwt);
    }
    content.module(balancer);
    if environment.edge.domain.is_some() {
        let certificate = "module.alb_controller.certificate_arn";
        content.output("origin_certificate_arn", "Certificate of the load balancer.", certificate);
    }
    for (name, description) in [
        ("alb_arn", "ARN of the load balancer."),
        ("alb_arn_suffix", "Its dimension in CloudWatch."),
        ("alb_dns_name", "Its name inside the VPC."),
        ("alb_security_group_id", "Its security group."),
        ("listener_arn", "Its listener."),
        ("origin_domain", "Name in the load balancer's certificate, or null without one."),
        ("target_group_arns", "Target groups, by model."),
        ("target_group_arn_suffixes", "Their dimensions in CloudWatch, by model."),
    ] {
        content.output(name, description, format!("module.alb_controller.{name}"));
    }
}

/// Two roles a model: its pods only read its weights; the job that stages them writes, and reads the hub token.
fn pod_roles(content: &mut Content, environment: &EnvironmentSpec) {
    let mut roles = Vec::new();
    for model in &environment.models {
        let id = model.identifier();
        content.commented("", read_weights(model, &id));
        content.commented("", stage_weights(model, &id));
        roles.push((format!("model-{}", model.name), role("model", model, &format!("read_{id}"))));
        roles.push((format!("stage-{}", model.name), role("stage", model, &format!("stage_{id}"))));
    }
    if environment.has_gated_model() {
        content.input("20-registry", "hub_token_secret_arn", "string", "Secret with the Hugging Face token.");
        content.input("20-registry", "secrets_key_arn", "string", "Key of the secrets.");
    }
    let iam = module("iam", environment)
        .refer("cluster_name", "var.cluster_name")
        .set("pod_roles", object(roles))
        .set_some("permissions_boundary_arn", environment.permissions_boundary());
    content.module(iam);
    content.output("pod_role_arns", "Roles of the pods, by name.", "module.iam.role_arns");
}

fn role(purpose: &str, model: &Model, document: &str) -> Value {
    object([
        ("namespace", NAMESPACE.into()),
        ("service_account", format!("{purpose}-{}", model.name).into()),
        ("policy_json", Value::expression(format!("data.aws_iam_policy_document.{document}.json"))),
    ])
}

fn statement(sid: &str, actions: &[&str], resources: Value) -> Block {
    Block::new("statement", &[])
        .set("sid", sid)
        .set("actions", Value::texts(actions.iter().copied()))
        .set("resources", resources)
}

fn arns(expressions: &[String]) -> Value {
    Value::List(expressions.iter().map(Value::expression).collect())
}

fn objects(model: &Model) -> Value {
    arns(&[format!("\"${{var.model_bucket_arn}}/{}/*\"", model.name)])
}

/// Listing is limited to the model's own prefix.
fn list(model: &Model) -> Block {
    statement("List", &["s3:ListBucket"], arns(&["var.model_bucket_arn".to_owned()])).block(
        Block::new("condition", &[])
            .set("test", "StringLike")
            .set("variable", "s3:prefix")
            .set("values", Value::texts([format!("{}/*", model.name)])),
    )
}

fn key(actions: &[&str]) -> Block {
    statement("Key", actions, arns(&["var.model_bucket_key_arn".to_owned()]))
}

fn read_weights(model: &Model, id: &str) -> Block {
    Block::new("data", &["aws_iam_policy_document", &format!("read_{id}")])
        .block(list(model))
        .block(statement("Read", &["s3:GetObject"], objects(model)))
        .block(key(&["kms:Decrypt"]))
}

fn stage_weights(model: &Model, id: &str) -> Block {
    let document = Block::new("data", &["aws_iam_policy_document", &format!("stage_{id}")])
        .block(list(model))
        .block(statement(
            "Write",
            &["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            objects(model),
        ))
        .block(key(&["kms:Decrypt", "kms:GenerateDataKey"]));
    if !model.gated {
        return document;
    }
    document
        .block(statement("Token", &["secretsmanager:GetSecretValue"], arns(&["var.hub_token_secret_arn".to_owned()])))
        .block(statement("TokenKey", &["kms:Decrypt"], arns(&["var.secrets_key_arn".to_owned()])))
}
