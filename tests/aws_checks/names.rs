//! Names within the lengths and characters that AWS takes, and apart from those of other environments.
//!
//! Half of the environments have the longest names that a specification may give: 16 characters for the project, 16 for
//! the environment, 30 for a model.

use std::collections::BTreeMap;

use deployer::{diagnostic::Source, spec};

use crate::{
    environments::{deployed, environments, lookup},
    findings::everywhere,
    specifications::LONGEST_MODEL,
};

/// Characters that a name may have, besides letters and digits.
type Marks = &'static str;

/// Lengths by type and argument, from the API references and, for prefixes, less the 26 characters that the provider
/// adds.
const LIMITS: [(&str, &str, usize, Marks); 55] = [
    ("aws_acm_certificate", "domain_name", 64, "-."),
    ("aws_api_gateway_api_key", "name", 1024, "-_"),
    ("aws_api_gateway_rest_api", "name", 1024, "-_"),
    ("aws_api_gateway_stage", "stage_name", 128, "-_"),
    ("aws_api_gateway_usage_plan", "name", 1024, "-_"),
    ("aws_apigatewayv2_api", "name", 128, "-_"),
    ("aws_apigatewayv2_stage", "name", 128, "-_$"),
    ("aws_apigatewayv2_vpc_link", "name", 128, "-_"),
    ("aws_budgets_budget", "name", 100, "-_"),
    ("aws_ce_anomaly_monitor", "name", 1024, "-_"),
    ("aws_ce_anomaly_subscription", "name", 1024, "-_"),
    ("aws_cloudfront_distribution", "comment", 128, "-_"),
    ("aws_cloudfront_response_headers_policy", "name", 128, "-_"),
    ("aws_cloudfront_vpc_origin", "vpc_origin_endpoint_config.name", 64, "-_"),
    ("aws_cloudwatch_composite_alarm", "alarm_name", 255, "-_"),
    ("aws_cloudwatch_composite_alarm", "alarm_rule", 10_240, "-_.()[]\" "),
    ("aws_cloudwatch_dashboard", "dashboard_name", 255, "-_"),
    ("aws_cloudwatch_event_rule", "name", 64, "-_."),
    ("aws_cloudwatch_event_target", "target_id", 64, "-_."),
    ("aws_cloudwatch_log_delivery_destination", "name", 60, "-_"),
    ("aws_cloudwatch_log_delivery_source", "name", 60, "-_"),
    ("aws_cloudwatch_log_group", "name", 512, "-_/.#"),
    ("aws_cloudwatch_metric_alarm", "alarm_name", 255, "-_.()[]"),
    ("aws_ecr_pull_through_cache_rule", "ecr_repository_prefix", 30, "-_./"),
    ("aws_ecr_repository", "name", 256, "-_./"),
    ("aws_eks_cluster", "name", 100, "-_"),
    ("aws_eks_node_group", "node_group_name_prefix", 37, "-_"),
    ("aws_eks_pod_identity_association", "namespace", 63, "-"),
    ("aws_eks_pod_identity_association", "service_account", 63, "-"),
    ("aws_iam_policy", "name", 128, "+=,.@_-"),
    ("aws_iam_role", "name", 64, "+=,.@_-"),
    ("aws_iam_role_policy", "name", 128, "+=,.@_-"),
    ("aws_kms_alias", "name", 256, "-_/"),
    ("aws_launch_template", "name_prefix", 99, "-_()./"),
    ("aws_lb", "name", 32, "-"),
    ("aws_lb_target_group", "name_prefix", 6, "-"),
    ("aws_s3_bucket", "bucket", 63, "-."),
    ("aws_secretsmanager_secret", "name", 512, "-/_+=.@"),
    ("aws_security_group", "name", 255, "-._:/()#,@[]+=&;{}!$* "),
    ("aws_security_group", "name_prefix", 229, "-._:/()#,@[]+=&;{}!$* "),
    ("aws_sns_topic", "display_name", 100, "-_ "),
    ("aws_sns_topic", "name", 256, "-_"),
    // Synthetics makes the function `cwsyn-NAME-UUID` of it, which may have 64.
    ("aws_synthetics_canary", "name", 21, "-_"),
    ("aws_wafv2_web_acl", "name", 128, "-_"),
    ("helm_release", "name", 53, "-"),
    ("aws_cloudwatch_metric_alarm", "alarm_description", 1024, PROSE),
    ("aws_cloudwatch_event_rule", "description", 512, PROSE),
    ("aws_iam_policy", "description", 1000, PROSE),
    ("aws_iam_role", "description", 1000, PROSE),
    ("aws_kms_key", "description", 8192, PROSE),
    ("aws_launch_template", "description", 255, PROSE),
    ("aws_security_group", "description", 255, "-._:/()#,@[]+=&;{}!$* "),
    ("aws_vpc_security_group_egress_rule", "description", 255, "-._:/()#,@[]+=&;{}!$* "),
    ("aws_vpc_security_group_ingress_rule", "description", 255, "-._:/()#,@[]+=&;{}!$* "),
    ("aws_wafv2_web_acl", "description", 256, "-._:/#,@+= "),
];

/// Printable ASCII.
const PROSE: Marks = " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

#[test]
fn names_fit_what_aws_takes() {
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for environment in environments() {
        for (kind, path, ..) in LIMITS {
            *seen.entry((kind, path)).or_default() +=
                environment.resources(kind).filter(|it| it.text(path).is_some()).count();
        }
    }
    let unused: Vec<_> = seen.iter().filter(|(_, count)| **count == 0).map(|(limit, _)| limit).collect();
    assert!(unused.is_empty(), "nothing has {unused:?}");
    everywhere(|environment, findings| {
        for (kind, path, limit, marks) in LIMITS {
            for resource in environment.resources(kind) {
                let Some(name) = resource.text(path).map(deployed) else { continue };
                let length = name.chars().count();
                findings.argument(
                    &resource,
                    path,
                    (1..=limit).contains(&length),
                    &format!("has {length} characters of {limit}"),
                );
                let fits = name.chars().all(|it| it.is_ascii_alphanumeric() || marks.contains(it));
                findings.argument(&resource, path, fits, "has characters that AWS does not take");
            }
        }
    });
}

#[test]
fn names_have_the_shape_that_aws_takes() {
    everywhere(|environment, findings| {
        for bucket in environment.resources("aws_s3_bucket") {
            let name = bucket.text("bucket").unwrap();
            let lower = name.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-');
            let ends = name.ends_with(|last: char| last.is_ascii_alphanumeric()) && !name.ends_with("-s3alias");
            findings.argument(
                &bucket,
                "bucket",
                lower && ends && name.len() >= 3,
                "lower case, with a letter or digit last",
            );
        }
        let name = environment.resource("aws_lb").text("name").unwrap();
        let balancer = environment.resource("aws_lb");
        let shaped = !name.starts_with("internal-") && !name.starts_with('-') && !name.ends_with('-');
        findings.argument(&balancer, "name", shaped, "no hyphen at an end, and not `internal-`");
        for rule in environment.resources("aws_ecr_pull_through_cache_rule") {
            let prefix = rule.text("ecr_repository_prefix").unwrap();
            let shaped = !prefix.contains("--") && !prefix.ends_with('-') && prefix == prefix.to_lowercase();
            findings.argument(&rule, "ecr_repository_prefix", shaped, "single hyphens, none last");
        }
        for acl in environment.resources("aws_wafv2_web_acl") {
            let metrics = acl
                .configuration
                .blocks
                .iter()
                .filter_map(|block| lookup(&block.configuration, "visibility_config.metric_name"));
            for metric in metrics.chain(acl.get("visibility_config.metric_name")).filter_map(|it| it.as_str()) {
                let shaped =
                    metric.len() <= 128 && metric.chars().all(|it| it.is_ascii_alphanumeric() || "-_".contains(it));
                findings.expect(&acl, shaped && metric != "All" && metric != "Default_Action", metric, "metric name");
            }
        }
        for alias in environment.resources("aws_kms_alias") {
            let name = alias.text("name").unwrap();
            findings.argument(
                &alias,
                "name",
                name.starts_with("alias/") && !name.starts_with("alias/aws"),
                "alias/NAME",
            );
        }
    });
}

#[test]
fn names_begin_with_project_and_environment() {
    const NAMED: [(&str, &str, &str); 9] = [
        ("aws_ecr_repository", "name", ""),
        ("aws_eks_cluster", "name", ""),
        ("aws_iam_policy", "name", ""),
        ("aws_iam_role", "name", ""),
        ("aws_kms_alias", "name", "alias/"),
        ("aws_s3_bucket", "bucket", ""),
        ("aws_sns_topic", "name", ""),
        ("aws_wafv2_web_acl", "name", ""),
        ("aws_budgets_budget", "name", ""),
    ];
    everywhere(|environment, findings| {
        for (kind, path, before) in NAMED {
            for resource in environment.resources(kind) {
                let prefix = format!("{before}{}", environment.spec.resource_prefix());
                let named = resource.text(path).is_some_and(|name| name.starts_with(&prefix));
                findings.argument(
                    &resource,
                    path,
                    named,
                    &format!("must begin with {prefix}, as the deploy role's policies say"),
                );
            }
        }
    });
}

/// Environments share an account, so nothing of one may bear the name of another's.
#[test]
fn no_two_resources_bear_one_name() {
    let global = [
        "aws_iam_role",
        "aws_iam_policy",
        "aws_s3_bucket",
        "aws_budgets_budget",
        "aws_cloudfront_response_headers_policy",
    ];
    let mut owners: BTreeMap<(String, String, String), String> = BTreeMap::new();
    let mut faults = Vec::new();
    for environment in environments() {
        for (kind, path, ..) in LIMITS {
            let names_something = path == "bucket"
                || path == "ecr_repository_prefix"
                || (path.ends_with("name") && !path.contains("display") && !path.contains("domain"));
            let inside = ["helm_release", "aws_iam_role_policy", "aws_api_gateway_stage", "aws_apigatewayv2_stage"]
                .contains(&kind);
            if !names_something || inside {
                continue;
            }
            for resource in environment.resources(kind) {
                let Some(name) = resource.text(path) else { continue };
                let region = resource.text("region").unwrap_or(&environment.spec.region);
                let region = if global.contains(&kind) { "" } else { region };
                let scope = resource.text("scope").unwrap_or_default();
                let key = (kind.to_owned(), format!("{region}{scope}"), name.to_owned());
                if let Some(other) = owners.insert(key, resource.place()) {
                    faults.push(format!("{}: {name} is also {other}", resource.place()));
                }
            }
        }
    }
    assert!(owners.len() > 1000, "only {} names were seen", owners.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_longest_names_are_tried() {
    let longest = environments().iter().filter(|it| it.spec.project.len() == 16 && it.spec.name.len() == 16).count();
    assert_eq!(longest, 9);
    assert_eq!(LONGEST_MODEL.len(), 30);
    everywhere(|environment, findings| {
        let model = environment.spec.models.iter().any(|model| model.name == LONGEST_MODEL);
        findings.fact(model, || environment.spec.name.clone());
        for group in environment.resources("aws_lb_target_group") {
            let prefix = group.text("name_prefix").unwrap();
            findings.argument(&group, "name_prefix", !prefix.starts_with('-'), "must begin with a letter or digit");
        }
    });
}

/// The load balancer's certificate is for `origin.` and the domain.
#[test]
fn a_domain_too_long_for_a_certificate_is_refused() {
    let load = |domain: &str| {
        let text = format!(
            "project = \"chat\"\nregion = \"us-east-1\"\ntier = \"dev\"\n\
             edge {{\n  domain = \"{domain}\"\n  hosted_zone_id = \"Z0123456789EXAMPLE\"\n}}\n\
             cluster {{ admins = [\"arn:aws:iam::111122223333:role/admin\"] }}\n\
             model \"gpt2\" {{ source = \"openai-community/gpt2\" }}\n"
        );
        spec::load("dev", Source::new("environment.hcl", text))
    };
    let longest = format!("{}.example.com", "a".repeat(57 - ".example.com".len()));
    assert!(load(&longest).is_ok());
    let problems = load(&format!("a{longest}")).unwrap_err();
    assert!(problems.iter().any(|problem| problem.message.contains("58 characters")), "{problems:?}");
}
