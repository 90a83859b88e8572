//! The load balancer and the API in front of it: what they admit, and how long each waits for the next.

use deployer::spec::config::EdgeMode;

use crate::{
    environments::{Environment, Resource, texts},
    findings::{Findings, everywhere, in_those},
};

/// Check 27.
#[test]
fn the_load_balancer_is_internal_and_refuses_by_default() {
    everywhere(|environment, findings| {
        let balancer = environment.resource("aws_lb");
        findings.on(&balancer, "internal");
        findings.on(&balancer, "drop_invalid_header_fields");
        let prod = environment.spec.is_prod();
        findings.argument(
            &balancer,
            "enable_deletion_protection",
            balancer.is_on("enable_deletion_protection") == prod,
            "prod",
        );
        findings.expect(&balancer, balancer.is_on("access_logs.enabled") == prod, "access_logs", "is prod's");
        let listener = environment.resource("aws_lb_listener");
        findings.text(&listener, "default_action.type", "fixed-response");
        findings.text(&listener, "default_action.fixed_response.status_code", "403");
        let https = environment.spec.edge.domain.is_some();
        findings.argument(&listener, "protocol", https || !prod, "must be HTTPS in prod");
        if https {
            findings.text(&listener, "protocol", "HTTPS");
            findings.text(&listener, "ssl_policy", "ELBSecurityPolicy-TLS13-1-2-2021-06");
            let certificate = listener.target("certificate_arn").unwrap();
            let validated = environment.resources("aws_acm_certificate_validation").any(|validation| {
                validation.target("certificate_arn").is_some_and(|it| it.address == certificate.address)
            });
            findings.argument(&listener, "certificate_arn", validated, "must be a certificate that is validated");
            findings.text(&certificate, "domain_name", "origin.models.example.com");
        } else {
            findings.text(&listener, "protocol", "HTTP");
        }
    });
}

/// Check 28.
#[test]
fn every_model_has_targets_behind_its_own_rule() {
    everywhere(|environment, findings| {
        let outputs = environment.stack("40-platform").expansion.outputs.get("target_group_arns");
        for model in &environment.spec.models {
            let arn = outputs.and_then(|groups| groups.get(&model.name)).and_then(crate::environments::reference);
            let group = arn.and_then(|arn| environment.target(environment.stack("40-platform"), arn));
            let Some(group) = group.filter(|group| group.kind == "aws_lb_target_group") else {
                findings.fact(false, || format!("{}: {} has no target group", environment.spec.name, model.name));
                continue;
            };
            findings.text(&group, "target_type", "ip");
            findings.text(&group, "health_check.path", "/health");
            findings.text(&group, "load_balancing_algorithm_type", "least_outstanding_requests");
            findings.on(&group, "lifecycle.create_before_destroy");
            let tag = group.get("tags").and_then(|tags| tags.get("eks:eks-cluster-name")).is_some();
            findings.expect(&group, tag != environment.is_managed(), "tags", "Auto Mode registers targets by this tag");
            let rule = environment.resources("aws_lb_listener_rule").find(|rule| rule.key == group.key).unwrap();
            let forwards = rule.configuration.blocks("action").any(|action| {
                texts(action.configuration.attribute("target_group_arn"))
                    .contains(&format!("{}.arn", group.address).as_str())
            });
            findings.expect(&rule, forwards, "action", "must forward to the model's group");
            let path = format!("/models/{}/*", model.name);
            let of_model = rule.configuration.blocks("condition").any(|condition| {
                condition
                    .configuration
                    .block("path_pattern")
                    .is_some_and(|it| texts(it.attribute("values")) == [path.as_str()])
            });
            findings.expect(&rule, of_model, "condition", &format!("must be {path}"));
        }
    });
}

/// Check 29.
#[test]
fn the_load_balancer_reaches_the_pods() {
    everywhere(|environment, findings| {
        let alb = environment.resources("aws_security_group").find(|group| group.name == "alb").unwrap();
        let mut opens = |kind: &str, from: &str, to: &str| {
            let found = environment.resources(kind).find(|rule| rule.name == from).unwrap();
            let ports = found.number("from_port") == 8080 && found.number("to_port") == 8080;
            findings.argument(&found, "from_port", ports, "must be the server's port");
            let group = found.target(to).unwrap();
            findings.argument(&found, to, group.address == alb.address, "must be the load balancer's group");
            let other = if to == "security_group_id" { "referenced_security_group_id" } else { "security_group_id" };
            // In Auto Mode nodes are in the group that EKS makes for the cluster.
            let node = found.target(other).unwrap();
            let right = if environment.is_managed() { node.name == "node" } else { node.kind == "aws_eks_cluster" };
            findings.argument(&found, other, right, "must be the group of the nodes");
        };
        opens("aws_vpc_security_group_ingress_rule", "models_from_alb", "referenced_security_group_id");
        opens("aws_vpc_security_group_egress_rule", "alb_to_models", "security_group_id");
    });
}

#[test]
fn only_the_edge_reaches_the_load_balancer() {
    everywhere(|environment, findings| {
        let alb = environment.resources("aws_security_group").find(|group| group.name == "alb").unwrap();
        let port = if environment.spec.edge.domain.is_some() { 443 } else { 80 };
        let rules: Vec<_> = environment
            .resources("aws_vpc_security_group_ingress_rule")
            .filter(|rule| rule.target("security_group_id").is_some_and(|group| group.address == alb.address))
            .collect();
        findings.expect(&alb, rules.len() == 1, rules.len(), "must have one way in");
        for rule in rules {
            let edge = match environment.spec.edge.mode {
                EdgeMode::VpcOrigin => rule.has("prefix_list_id"),
                EdgeMode::Rest | EdgeMode::Http => {
                    rule.target("referenced_security_group_id").is_some_and(|it| it.name == "link")
                }
            };
            findings.expect(&rule, edge, "source", "must be the VPC link or CloudFront");
            findings.argument(
                &rule,
                "from_port",
                rule.number("from_port") == port && rule.number("to_port") == port,
                "listener",
            );
        }
    });
}

/// Check 30.
#[test]
fn the_api_calls_the_load_balancer_through_its_link() {
    in_those(
        |environment| environment.spec.edge.mode != EdgeMode::VpcOrigin,
        |environment, findings| {
            let https = environment.spec.edge.domain.is_some();
            for integration in environment.resources("aws_api_gateway_integration") {
                findings.text(&integration, "type", "HTTP_PROXY");
                is_linked(&integration, findings);
                let target = integration.target("integration_target");
                findings.argument(
                    &integration,
                    "integration_target",
                    target.is_some_and(|it| it.kind == "aws_lb"),
                    "must be the load balancer",
                );
                let scheme = if https { "https://origin.models.example.com/" } else { "http://" };
                findings.argument(
                    &integration,
                    "uri",
                    integration.text("uri").is_some_and(|it| it.starts_with(scheme)),
                    scheme,
                );
            }
            for integration in environment.resources("aws_apigatewayv2_integration") {
                is_linked(&integration, findings);
                let target = integration.target("integration_uri");
                findings.argument(
                    &integration,
                    "integration_uri",
                    target.is_some_and(|it| it.kind == "aws_lb_listener"),
                    "must be the listener",
                );
                let verified = integration.text("tls_config.server_name_to_verify");
                let right = verified == https.then_some("origin.models.example.com");
                findings.argument(
                    &integration,
                    "tls_config.server_name_to_verify",
                    right,
                    "must be the certificate's name",
                );
            }
        },
    );
}

fn is_linked(integration: &Resource<'_>, findings: &mut Findings) {
    findings.text(integration, "connection_type", "VPC_LINK");
    let link = integration.target("connection_id");
    findings.argument(
        integration,
        "connection_id",
        link.is_some_and(|it| it.kind == "aws_apigatewayv2_vpc_link"),
        "must be V2",
    );
}

/// Check 31.
#[test]
fn whoever_waits_gives_up_after_whom_it_waits_for() {
    everywhere(|environment, findings| {
        let times = environment.spec.timeouts();
        let (deadline, keep_alive) = (i128::from(times.deadline), i128::from(times.keep_alive));
        let balancer = environment.resource("aws_lb");
        let idle = balancer.number("idle_timeout");
        findings.argument(
            &balancer,
            "idle_timeout",
            deadline < idle && idle < keep_alive,
            "server < balancer < keep-alive",
        );
        let mut longest = deadline * 1000;
        for integration in environment.resources("aws_api_gateway_integration") {
            let milliseconds = integration.number("timeout_milliseconds");
            let stream = integration.text("response_transfer_mode") == Some("STREAM");
            let limit = if stream { 900_000 } else { 29_000 };
            findings.argument(
                &integration,
                "timeout_milliseconds",
                (50..=limit).contains(&milliseconds),
                "is beyond AWS's limit",
            );
            findings.expect(&integration, !stream || environment.spec.edge.stream, "STREAM", "was not asked for");
            // Only generating takes long; status and health answer at once.
            if integration.key.to_string().contains("generate") {
                findings.argument(
                    &integration,
                    "timeout_milliseconds",
                    milliseconds > deadline * 1000,
                    "cuts the server off",
                );
                findings.expect(&integration, stream == environment.spec.edge.stream, stream, "must stream as asked");
            }
            longest = longest.max(milliseconds);
        }
        for integration in environment.resources("aws_apigatewayv2_integration") {
            let milliseconds = integration.number("timeout_milliseconds");
            let right = milliseconds > deadline * 1000 && milliseconds <= 30_000;
            findings.argument(&integration, "timeout_milliseconds", right, "server < API, 30 s at most");
            longest = longest.max(milliseconds);
        }
        findings.argument(&balancer, "idle_timeout", longest < idle * 1000, "must outlast the API");
        let distribution = environment.resource("aws_cloudfront_distribution");
        let vpc = environment.spec.edge.mode == EdgeMode::VpcOrigin;
        let path = if vpc {
            "origin.vpc_origin_config.origin_read_timeout"
        } else {
            "origin.custom_origin_config.origin_read_timeout"
        };
        let read = distribution.number(path);
        findings.argument(
            &distribution,
            path,
            read * 1000 > longest && (1..=120).contains(&read),
            "must outlast the API",
        );
        findings.argument(&distribution, path, read < idle, "CloudFront gives up before the load balancer");
        for group in environment.resources("aws_lb_target_group") {
            let delay = group.number("deregistration_delay");
            findings.argument(
                &group,
                "deregistration_delay",
                delay >= i128::from(times.drain),
                "must outlast the drain",
            );
        }
        findings
            .fact(times.drain >= times.deadline, || format!("{}: draining cuts requests off", environment.spec.name));
    });
}

#[test]
fn stages_admit_as_many_requests_as_specified() {
    in_those(
        |environment| environment.spec.edge.mode != EdgeMode::VpcOrigin,
        |environment, findings| {
            let (rate, burst) =
                (i128::from(environment.spec.edge.throttle_rate), i128::from(environment.spec.edge.throttle_burst));
            let limited = [
                (
                    "aws_api_gateway_method_settings",
                    "settings.throttling_rate_limit",
                    "settings.throttling_burst_limit",
                ),
                (
                    "aws_apigatewayv2_stage",
                    "default_route_settings.throttling_rate_limit",
                    "default_route_settings.throttling_burst_limit",
                ),
            ];
            for (kind, rate_path, burst_path) in limited {
                for stage in environment.resources(kind) {
                    findings.argument(&stage, rate_path, stage.number(rate_path) == rate, "must be as specified");
                    findings.argument(&stage, burst_path, stage.number(burst_path) == burst, "must be as specified");
                }
            }
        },
    );
}

#[test]
fn callers_of_models_prove_who_they_are() {
    use deployer::spec::config::Auth;
    everywhere(|environment, findings| {
        let auth = environment.spec.edge.auth;
        findings
            .fact(auth != Auth::None || !environment.spec.is_prod(), || format!("{}: {auth:?}", environment.spec.name));
        for method in environment.resources("aws_api_gateway_method") {
            let open = method.key.to_string().contains("health");
            let signed = method.text("authorization") == Some("AWS_IAM");
            findings.argument(&method, "authorization", signed == (auth == Auth::Iam && !open), "must be as specified");
            let key = method.is_on("api_key_required");
            findings.argument(
                &method,
                "api_key_required",
                open != key || auth == Auth::None,
                "all but /health is metered",
            );
        }
        for route in environment.resources("aws_apigatewayv2_route") {
            let open = route.text("route_key") == Some("GET /health");
            let wanted = match auth {
                _ if open => "NONE",
                Auth::Jwt => "JWT",
                Auth::Iam => "AWS_IAM",
                Auth::ApiKey | Auth::None => "NONE",
            };
            findings.text(&route, "authorization_type", wanted);
        }
        let vpc_origin = environment.spec.edge.mode == EdgeMode::VpcOrigin;
        for rule in environment.resources("aws_lb_listener_rule").filter(|rule| rule.name == "model") {
            let checks = rule
                .configuration
                .blocks("action")
                .next()
                .is_some_and(|it| it.configuration.block("jwt_validation").is_some());
            findings.expect(
                &rule,
                checks == (vpc_origin && auth == Auth::Jwt),
                checks,
                "tokens are checked here with a VPC origin",
            );
        }
    });
}

#[test]
fn a_deployment_is_made_anew_when_the_api_changes() {
    in_those(
        |environment: &Environment| environment.spec.edge.mode == EdgeMode::Rest,
        |environment, findings| {
            let deployment = environment.resource("aws_api_gateway_deployment");
            findings.argument(&deployment, "triggers", deployment.has("triggers"), "must follow the API");
            findings.on(&deployment, "lifecycle.create_before_destroy");
            findings.on(&environment.resource("aws_apigatewayv2_vpc_link"), "lifecycle.create_before_destroy");
            let api = environment.resource("aws_api_gateway_rest_api");
            findings.argument(
                &api,
                "endpoint_configuration.types",
                api.texts("endpoint_configuration.types") == ["REGIONAL"],
                "regional",
            );
        },
    );
}
