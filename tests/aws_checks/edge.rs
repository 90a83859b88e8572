//! The way in: the distribution, its firewall, and the lock that keeps everybody else from the origin.

use std::collections::BTreeSet;

use deployer::{
    catalog::models::Task,
    hcl::expand::Configuration,
    spec::config::{EdgeMode, Firewall},
};

use crate::{
    environments::{Environment, Resource, lookup, texts},
    findings::{Findings, everywhere, in_those},
};

/// What callers authenticate with, and what opens the origin.
const SECRET_HEADERS: [&str; 4] = ["authorization", "cookie", "x-api-key", "x-origin-verify"];

fn acl<'a>(environment: &'a Environment, scope: &str) -> Resource<'a> {
    environment.resources("aws_wafv2_web_acl").find(|acl| acl.text("scope") == Some(scope)).unwrap()
}

/// The rule of a web ACL, by name.
fn rule<'a>(acl: &Resource<'a>, name: &str) -> &'a Configuration {
    let rules = acl.configuration().blocks.iter().filter(|block| block.kind == "rule");
    let rule = rules
        .map(|rule| &rule.configuration)
        .find(|rule| lookup(rule, "name").and_then(|it| it.as_str()) == Some(name));
    rule.unwrap_or_else(|| panic!("{}: no rule {name}", acl.place()))
}

/// Check 32.
#[test]
fn web_acls_are_attached_where_waf_takes_them() {
    everywhere(|environment, findings| {
        let associations: Vec<_> = environment.resources("aws_wafv2_web_acl_association").collect();
        findings.fact(associations.len() == 1, || format!("{}: {}", environment.spec.name, associations.len()));
        for association in associations {
            let target = association.target("resource_arn").unwrap();
            let wanted = if environment.spec.edge.mode == EdgeMode::Rest { "aws_api_gateway_stage" } else { "aws_lb" };
            findings.argument(&association, "resource_arn", target.kind == wanted, &format!("must be {wanted}"));
            let acl = association.target("web_acl_arn").unwrap();
            findings.argument(&association, "web_acl_arn", acl.text("scope") == Some("REGIONAL"), "must be regional");
        }
    });
}

/// Check 33.
#[test]
fn what_belongs_to_cloudfront_lives_in_us_east_1() {
    everywhere(|environment, findings| {
        let distribution = environment.resource("aws_cloudfront_distribution");
        let attached = distribution.target("web_acl_id");
        findings.argument(
            &distribution,
            "web_acl_id",
            attached.is_some_and(|acl| acl.text("scope") == Some("CLOUDFRONT")),
            "ACL",
        );
        for logging in environment.resources("aws_wafv2_web_acl_logging_configuration") {
            let acl = logging.target("resource_arn").unwrap();
            let global = acl.text("scope") == Some("CLOUDFRONT");
            let region = if global { "us-east-1" } else { &environment.spec.region };
            findings.text(&acl, "region", region);
            findings.text(&logging, "region", region);
            let group = environment.target(logging.stack, logging.texts("log_destination_configs")[0]).unwrap();
            findings.text(&group, "region", region);
        }
        for certificate in environment.resources("aws_acm_certificate") {
            let edge = certificate.stack.stack.name == "60-edge";
            let right = certificate.text("region") == edge.then_some("us-east-1");
            findings.argument(
                &certificate,
                "region",
                right,
                "us-east-1 for CloudFront, the own Region for the load balancer",
            );
            findings.text(&certificate, "validation_method", "DNS");
            findings.on(&certificate, "lifecycle.create_before_destroy");
        }
        for kind in [
            "aws_cloudwatch_log_delivery_source",
            "aws_cloudwatch_log_delivery_destination",
            "aws_cloudwatch_log_delivery",
        ] {
            for delivery in environment.resources(kind) {
                findings.text(&delivery, "region", "us-east-1");
            }
        }
    });
}

/// Check 34.
#[test]
fn firewall_logs_hold_no_credentials() {
    everywhere(|environment, findings| {
        let acls: BTreeSet<_> = environment.resources("aws_wafv2_web_acl").map(|acl| acl.address.clone()).collect();
        let mut logged = BTreeSet::new();
        for logging in environment.resources("aws_wafv2_web_acl_logging_configuration") {
            let acl = logging.target("resource_arn").unwrap();
            logged.insert(acl.address.clone());
            let group = environment.target(logging.stack, logging.texts("log_destination_configs")[0]).unwrap();
            let named = group.text("name").is_some_and(|name| name.starts_with("aws-waf-logs-"));
            findings.argument(&group, "name", named, "WAF takes no other prefix");
            let redacted: Vec<_> = logging
                .configuration()
                .blocks("redacted_fields")
                .flat_map(|it| texts(lookup(&it.configuration, "single_header.name")))
                .collect();
            findings.expect(
                &logging,
                SECRET_HEADERS.iter().all(|it| redacted.contains(it)),
                redacted.join(", "),
                "redacts too little",
            );
            // Sampled requests in the console are not part of the log.
            let protected =
                texts(lookup(acl.configuration(), "data_protection_config.data_protection.field.field_keys"));
            findings.expect(
                &acl,
                SECRET_HEADERS.iter().all(|it| protected.contains(it)),
                protected.join(", "),
                "samples show them",
            );
        }
        findings.fact(logged == acls, || format!("{}: only {logged:?} are logged", environment.spec.name));
    });
}

/// Check 35.
#[test]
fn the_firewall_lets_prompts_through_and_counts_by_the_minute() {
    everywhere(|environment, findings| {
        let acl = acl(environment, "CLOUDFRONT");
        findings.expect(
            &acl,
            acl.configuration.block("default_action").unwrap().block("allow").is_some(),
            "default",
            "must allow",
        );
        let common = rule(&acl, "common").block("statement").unwrap().block("managed_rule_group_statement").unwrap();
        findings.expect(
            &acl,
            lookup(common, "name").and_then(|it| it.as_str()) == Some("AWSManagedRulesCommonRuleSet"),
            "common",
            "CRS",
        );
        for name in [
            "SizeRestrictions_BODY",
            "CrossSiteScripting_BODY",
            "GenericLFI_BODY",
            "GenericRFI_BODY",
            "EC2MetaDataSSRF_BODY",
        ] {
            let counts = common.blocks("rule_action_override").any(|it| {
                let named = lookup(&it.configuration, "name").and_then(|it| it.as_str()) == Some(name);
                named && it.configuration.block("action_to_use").is_some_and(|action| action.block("count").is_some())
            });
            findings.expect(&acl, counts, name, "must only count: it takes prompts for attacks");
        }
        let rate = rule(&acl, "rate").block("statement").unwrap();
        let number = |path| lookup(rate, path).and_then(deployer::hcl::evaluate::Value::as_integer);
        let window = number("rate_based_statement.evaluation_window_sec");
        findings.expect(&acl, window == Some(60), format!("{window:?}"), "the limit is per minute");
        let limit = number("rate_based_statement.limit");
        findings.expect(
            &acl,
            limit == Some(i128::from(environment.spec.edge.rate_limit)),
            format!("{limit:?}"),
            "as specified",
        );
    });
}

#[test]
fn only_recordings_may_be_longer_than_waf_measures() {
    everywhere(|environment, findings| {
        let acl = acl(environment, "CLOUDFRONT");
        let audio = environment.spec.models.iter().any(|model| model.task == Task::AutomaticSpeechRecognition);
        let measures = acl.configuration.blocks("rule").any(|rule| {
            let size = lookup(
                &rule.configuration,
                "statement.size_constraint_statement.field_to_match.body.oversize_handling",
            );
            // What WAF cannot inspect to its end is too long.
            size.and_then(|it| it.as_str()) == Some("MATCH")
        });
        findings.expect(&acl, measures != audio, measures, "texts are measured, recordings are not");
        for api in environment.resources("aws_api_gateway_rest_api") {
            let passes = api.texts("binary_media_types").contains(&"audio/wav");
            findings.argument(&api, "binary_media_types", passes == audio, "recordings are bytes, not text");
        }
    });
}

#[test]
fn the_firewall_blocks_where_it_is_to_block() {
    everywhere(|environment, findings| {
        let acl = acl(environment, "CLOUDFRONT");
        let counts_only = environment.spec.edge.firewall == Firewall::Count;
        for name in ["ip-reputation", "anonymous-ip", "known-bad-inputs", "common"] {
            let action = rule(&acl, name).block("override_action").unwrap();
            let right = action.block("count").is_some() == counts_only && action.block("none").is_some() != counts_only;
            findings.expect(&acl, right, name, "must block or count, as specified");
        }
        for name in ["rate", "bodies-elsewhere"] {
            let action = rule(&acl, name).block("action").unwrap();
            let right =
                action.block("count").is_some() == counts_only && action.block("block").is_some() != counts_only;
            findings.expect(&acl, right, name, "must block or count, as specified");
        }
        findings
            .fact(!environment.spec.is_prod() || !counts_only, || format!("{}: prod counts", environment.spec.name));
    });
}

#[test]
fn firewall_rules_are_judged_in_one_order() {
    everywhere(|environment, findings| {
        for acl in environment.resources("aws_wafv2_web_acl") {
            let rules: Vec<&Configuration> = acl.configuration.blocks("rule").map(|rule| &rule.configuration).collect();
            let priorities: Vec<_> = rules.iter().filter_map(|rule| lookup(rule, "priority")?.as_integer()).collect();
            let ascending = priorities.is_sorted_by(|left, right| left < right) && priorities.len() == rules.len();
            findings.expect(&acl, ascending, format!("{priorities:?}"), "must differ and stand in their order");
            let names: BTreeSet<_> = rules.iter().filter_map(|rule| lookup(rule, "name")?.as_str()).collect();
            findings.expect(&acl, names.len() == rules.len(), "names", "must differ");
            for rule in rules {
                let actions = rule.block("action").is_some() != rule.block("override_action").is_some();
                findings.expect(&acl, actions, "action", "a rule has one, a rule group an override");
                let metric = lookup(rule, "visibility_config.metric_name").and_then(|it| it.as_str());
                findings.expect(
                    &acl,
                    metric == lookup(rule, "name").and_then(|it| it.as_str()),
                    "metric",
                    "must bear the rule's name",
                );
            }
        }
        // The rule that admits ends the evaluation, so it stands last.
        let lock = acl(environment, "REGIONAL");
        let last = lock.configuration().blocks("rule").last().unwrap();
        findings.expect(
            &lock,
            lookup(&last.configuration, "action").is_none()
                && last.configuration.block("action").unwrap().block("allow").is_some(),
            "last",
            "admits",
        );
    });
}

/// Check 36.
#[test]
fn the_distribution_speaks_https_and_caches_nothing() {
    everywhere(|environment, findings| {
        let distribution = environment.resource("aws_cloudfront_distribution");
        findings.text(&distribution, "default_cache_behavior.viewer_protocol_policy", "https-only");
        for (path, name) in [
            ("cache_policy_id", "Managed-CachingDisabled"),
            ("origin_request_policy_id", "Managed-AllViewerExceptHostHeader"),
        ] {
            let policy = distribution.target(&format!("default_cache_behavior.{path}")).unwrap();
            findings.text(&policy, "name", name);
        }
        findings.argument(
            &distribution,
            "default_cache_behavior.compress",
            distribution.is_off("default_cache_behavior.compress"),
            "holds streams back",
        );
        let domain = environment.spec.edge.domain.is_some();
        // With CloudFront's own certificate AWS sets TLSv1 whatever one asks for, hence a domain in prod.
        findings.text(
            &distribution,
            "viewer_certificate.minimum_protocol_version",
            if domain { "TLSv1.2_2021" } else { "TLSv1" },
        );
        findings.fact(domain || !environment.spec.is_prod(), || {
            format!("{}: prod without a domain", environment.spec.name)
        });
        let aliases = distribution.texts("aliases");
        let wanted: Vec<_> = environment.spec.edge.domain.iter().map(|domain| domain.name.as_str()).collect();
        findings.argument(&distribution, "aliases", aliases == wanted, "as specified");
        if environment.spec.edge.mode != EdgeMode::VpcOrigin {
            findings.text(&distribution, "origin.custom_origin_config.origin_protocol_policy", "https-only");
            findings.argument(
                &distribution,
                "origin.custom_origin_config.origin_ssl_protocols",
                distribution.texts("origin.custom_origin_config.origin_ssl_protocols") == ["TLSv1.2"],
                "TLS 1.2",
            );
        }
        let countries = distribution.texts("restrictions.geo_restriction.locations");
        findings.argument(
            &distribution,
            "restrictions.geo_restriction.locations",
            countries == environment.spec.edge.allow_countries,
            "as specified",
        );
        let headers = environment.resource("aws_cloudfront_response_headers_policy");
        let age = headers.number("security_headers_config.strict_transport_security.access_control_max_age_sec");
        findings.expect(&headers, age >= 31_536_000, age, "HSTS for a year");
    });
}

#[test]
fn a_vpc_origin_speaks_https_in_prod() {
    in_those(
        |environment| environment.spec.edge.mode == EdgeMode::VpcOrigin,
        |environment, findings| {
            let origin = environment.resource("aws_cloudfront_vpc_origin");
            let https = environment.spec.edge.domain.is_some();
            let path = "vpc_origin_endpoint_config.origin_protocol_policy";
            findings.text(&origin, path, if https { "https-only" } else { "http-only" });
            findings.argument(&origin, path, https || !environment.spec.is_prod(), "must be https-only in prod");
            let target = origin.target("vpc_origin_endpoint_config.arn");
            findings.argument(
                &origin,
                "vpc_origin_endpoint_config.arn",
                target.is_some_and(|it| it.kind == "aws_lb"),
                "balancer",
            );
            let used =
                environment.resource("aws_cloudfront_distribution").target("origin.vpc_origin_config.vpc_origin_id");
            findings.expect(
                &origin,
                used.is_some_and(|it| it.address == origin.address),
                "origin",
                "must be the distribution's",
            );
        },
    );
}

/// The origin secret behind what a header is compared with.
fn is_origin_secret(resource: &Resource<'_>, reference: &str) -> bool {
    let version = resource.environment.target(resource.stack, reference);
    let secret =
        version.filter(|it| it.kind == "aws_secretsmanager_secret_version").and_then(|it| it.target("secret_id"));
    secret.is_some_and(|secret| secret.kind == "aws_secretsmanager_secret" && secret.name == "origin")
}

/// Check 37.
#[test]
fn the_origin_demands_the_secret_header_twice() {
    everywhere(|environment, findings| {
        let distribution = environment.resource("aws_cloudfront_distribution");
        findings.text(&distribution, "origin.custom_header.name", "x-origin-verify");
        let sent = distribution.reference("origin.custom_header.value");
        findings.argument(
            &distribution,
            "origin.custom_header.value",
            is_origin_secret(&distribution, sent),
            "must be the secret",
        );
        locked(environment, findings);
        // Every rule of the load balancer, that of /health too; what matches none is refused.
        for rule in environment.resources("aws_lb_listener_rule") {
            let header = rule.configuration().blocks("condition").find_map(|it| it.configuration.block("http_header"));
            let named = header.and_then(|it| lookup(it, "http_header_name")?.as_str()) == Some("x-origin-verify");
            let values = texts(header.and_then(|it| lookup(it, "values")));
            let both = values.len() == 2 && values.iter().all(|value| is_origin_secret(&rule, value));
            findings.expect(
                &rule,
                named && both,
                values.join(", "),
                "must demand the header, with both values for a rotation",
            );
        }
    });
}

/// The regional ACL refuses what lacks the header.
fn locked(environment: &Environment, findings: &mut Findings) {
    let lock = acl(environment, "REGIONAL");
    let refuses = lock.configuration.block("default_action").is_some_and(|it| it.block("block").is_some());
    findings.expect(&lock, refuses, "default_action", "must block");
    let admitting = lock
        .configuration()
        .blocks("rule")
        .filter(|it| it.configuration.block("action").is_some_and(|it| it.block("allow").is_some()));
    let admitting: Vec<_> = admitting.collect();
    findings.expect(&lock, admitting.len() == 1, admitting.len(), "must admit by one rule");
    let either = lookup_block(&admitting[0].configuration, &["statement", "or_statement"]);
    let alternatives: Vec<_> =
        either.blocks("statement").map(|it| lookup_block(&it.configuration, &["byte_match_statement"])).collect();
    findings.expect(&lock, alternatives.len() == 2, alternatives.len(), "both values for a rotation");
    for alternative in alternatives {
        let text = |path| lookup(alternative, path).and_then(|it| it.as_str());
        let exact = text("positional_constraint") == Some("EXACTLY")
            && text("field_to_match.single_header.name") == Some("x-origin-verify");
        let secret = texts(lookup(alternative, "search_string")).iter().all(|value| is_origin_secret(&lock, value));
        findings.expect(&lock, exact && secret, "byte match", "must be the secret, exactly");
    }
}

fn lookup_block<'a>(configuration: &'a Configuration, path: &[&str]) -> &'a Configuration {
    path.iter().fold(configuration, |at, kind| at.block(kind).unwrap())
}
