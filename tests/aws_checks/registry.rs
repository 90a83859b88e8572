//! Image repositories and images.

use deployer::spec::config::ScanMode;
use serde_json::Value as Json;

use crate::findings::{everywhere, in_those};

/// Check 14.
#[test]
fn images_are_immutable_encrypted_and_scanned() {
    everywhere(|environment, findings| {
        for repository in environment.resources("aws_ecr_repository") {
            findings.text(&repository, "image_tag_mutability", "IMMUTABLE");
            findings.text(&repository, "encryption_configuration.encryption_type", "KMS");
            findings.on(&repository, "image_scanning_configuration.scan_on_push");
            let disposable = environment.spec.tier == deployer::spec::config::Tier::Dev;
            findings.argument(
                &repository,
                "force_delete",
                repository.is_on("force_delete") == disposable,
                "is for dev only",
            );
        }
        let scanning = environment.resource("aws_ecr_registry_scanning_configuration");
        let (kind, frequency) = match environment.spec.registry.scan {
            ScanMode::Basic => ("BASIC", "SCAN_ON_PUSH"),
            ScanMode::Enhanced => ("ENHANCED", "CONTINUOUS_SCAN"),
        };
        findings.text(&scanning, "scan_type", kind);
        findings.text(&scanning, "rule.scan_frequency", frequency);
    });
}

/// Check 15.
#[test]
fn images_expire_by_rules_that_spare_those_in_use() {
    everywhere(|environment, findings| {
        let repositories = environment.resources("aws_ecr_repository").count();
        let policies: Vec<_> = environment.resources("aws_ecr_lifecycle_policy").collect();
        findings.fact(policies.len() == repositories, || {
            format!("{}: a repository without a policy", environment.spec.name)
        });
        for policy in policies {
            let document: Json = serde_json::from_str(policy.text("policy").unwrap()).unwrap();
            let mut rules: Vec<&Json> = document["rules"].as_array().unwrap().iter().collect();
            rules.sort_by_key(|rule| rule["rulePriority"].as_u64());
            let untagged = rules.iter().find(|rule| rule["selection"]["tagStatus"] == "untagged");
            let days = untagged.and_then(|rule| rule["selection"]["countNumber"].as_u64());
            findings.expect(&policy, days.is_some(), "untagged images", "must expire");
            let tagged = rules.iter().find(|rule| rule["selection"]["tagStatus"] == "tagged");
            let kept = tagged.and_then(|rule| rule["selection"]["countNumber"].as_u64());
            let wanted = u64::from(environment.spec.registry.keep_images);
            findings.expect(&policy, kept == Some(wanted), format!("{kept:?}"), "must be as specified");
            // `any` must be the last to be judged.
            let place = rules.iter().position(|rule| rule["selection"]["tagStatus"] == "any");
            findings.expect(
                &policy,
                place.is_none_or(|place| place + 1 == rules.len()),
                "any",
                "must be the last rule",
            );
            let priorities: std::collections::BTreeSet<_> =
                rules.iter().map(|rule| rule["rulePriority"].as_u64()).collect();
            findings.expect(&policy, priorities.len() == rules.len(), "priorities", "must differ");
        }
    });
}

/// Check 16, as far as there are no manifests here: nothing that a stack installs follows a moving tag.
#[test]
fn nothing_installed_follows_a_moving_tag() {
    everywhere(|environment, findings| {
        for file in &environment.files {
            let moving = file.text.lines().find(|line| line.contains(":latest") || line.contains("tag = \"latest\""));
            findings.fact(moving.is_none(), || format!("{}: {}: {moving:?}", environment.spec.name, file.path));
        }
        for chart in environment.resources("helm_release") {
            let version = chart.text("version").unwrap_or_default();
            let fixed = version.split('.').count() == 3 && version.split('.').all(|part| part.parse::<u32>().is_ok());
            findings.argument(&chart, "version", fixed, "must be one released version");
            findings.argument(
                &chart,
                "repository",
                chart.text("repository").is_some_and(|it| it.starts_with("https://")),
                "https",
            );
        }
    });
}

#[test]
fn cached_registries_are_encrypted_and_apart_from_other_environments() {
    in_those(
        |environment| !environment.spec.registry.pull_through.is_empty(),
        |environment, findings| {
            let mut prefixes = std::collections::BTreeSet::new();
            for rule in environment.resources("aws_ecr_pull_through_cache_rule") {
                let prefix = rule.text("ecr_repository_prefix").unwrap();
                findings.argument(&rule, "ecr_repository_prefix", prefixes.insert(prefix), "must be its own");
                let login = ["ghcr.io", "registry-1.docker.io"].contains(&rule.text("upstream_registry_url").unwrap());
                findings.argument(
                    &rule,
                    "credential_arn",
                    rule.has("credential_arn") == login,
                    "where the registry wants a login",
                );
                if let Some(secret) = rule.target("credential_arn") {
                    let named = secret.text("name").is_some_and(|name| name.starts_with("ecr-pullthroughcache/"));
                    findings.argument(&secret, "name", named, "ECR reads secrets with this prefix only");
                }
            }
            for template in environment.resources("aws_ecr_repository_creation_template") {
                findings.text(&template, "encryption_configuration.encryption_type", "KMS");
                findings.argument(
                    &template,
                    "lifecycle_policy",
                    template.has("lifecycle_policy"),
                    "caches must be cleaned up",
                );
            }
            let wanted = environment.spec.registry.pull_through.len();
            findings.fact(prefixes.len() == wanted, || format!("{}: {prefixes:?}", environment.spec.name));
        },
    );
}
