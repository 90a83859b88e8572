//! What is encrypted with which key, who may use the keys, how long logs are kept, and what guards the buckets.

use std::collections::BTreeSet;

use crate::{
    environments::{Environment, Resource},
    findings::{Findings, everywhere},
    policies::{Statement, matches, statements},
};

/// Check 13.
#[test]
fn every_log_group_has_retention_and_a_key() {
    everywhere(|environment, findings| {
        let (logs, flow_log) = (environment.spec.monitoring.log_days, environment.spec.network.flow_log_days);
        for group in environment.resources("aws_cloudwatch_log_group") {
            let days = if group.name == "flow_log" { flow_log } else { logs };
            let kept = group.number("retention_in_days");
            findings.argument(&group, "retention_in_days", kept == i128::from(days), &format!("must be {days}"));
            findings.argument(
                &group,
                "retention_in_days",
                !environment.spec.is_prod() || kept >= 90,
                "is short for prod",
            );
            let key = group.target("kms_key_id");
            findings.argument(
                &group,
                "kms_key_id",
                key.is_some_and(|key| key.kind == "aws_kms_key"),
                "must be our key",
            );
        }
    });
}

/// The documents of a resource's policy.
fn policy<'a>(resource: &Resource<'a>, path: &str) -> Vec<Statement<'a>> {
    resource.target(path).map(|document| statements(&document)).unwrap_or_default()
}

#[test]
fn every_log_group_is_admitted_by_the_policy_of_its_key() {
    everywhere(|environment, findings| {
        for group in environment.resources("aws_cloudwatch_log_group") {
            // The names of two groups hold an id that AWS gives; the policy must admit whatever it will be.
            let name = group.text("name").map_or_else(|| waiting_name(&group), str::to_owned);
            let region = region(&group);
            let arn = format!("arn:aws:logs:{region}:111122223333:log-group:{name}");
            let key = group.target("kms_key_id").unwrap();
            let admits = policy(&key, "policy").into_iter().any(|statement| {
                let service =
                    statement.principals("Service").contains(&format!("logs.{region}.amazonaws.com").as_str());
                service && statement.condition("kms:EncryptionContext:aws:logs:arn").iter().any(|it| matches(it, &arn))
            });
            findings.expect(&group, admits, &arn, "the key's policy must admit it, or making the group fails");
            findings.expect(&group, self::region(&key) == region, "key", "must be of the group's Region");
        }
    });
}

fn waiting_name(group: &Resource<'_>) -> String {
    match group.name.as_str() {
        "execution" => format!("API-Gateway-Execution-Logs_a1b2c3d4e5/{}", group.environment.spec.name),
        "canary" => {
            let canary = group.environment.resource("aws_synthetics_canary");
            format!("/aws/lambda/cwsyn-{}-01234567-89ab-cdef-0123-456789abcdef", canary.text("name").unwrap())
        }
        other => panic!("the name of log group {other} is not known"),
    }
}

/// The Region that a resource is made in.
fn region(resource: &Resource<'_>) -> String {
    resource.text("region").unwrap_or(&resource.environment.spec.region).to_owned()
}

#[test]
fn every_key_rotates_and_is_governed_by_the_account() {
    everywhere(|environment, findings| {
        for key in environment.resources("aws_kms_key") {
            findings.on(&key, "enable_key_rotation");
            let window = key.number("deletion_window_in_days");
            findings.argument(&key, "deletion_window_in_days", window >= 7, "must leave time to think again");
            let statements = policy(&key, "policy");
            let root = statements
                .iter()
                .any(|it| it.principals("AWS") == ["arn:aws:iam::111122223333:root"] && it.actions() == ["kms:*"]);
            findings.argument(&key, "policy", root, "must let the account's IAM policies govern the key");
        }
        let aliased: BTreeSet<_> = environment
            .resources("aws_kms_alias")
            .filter_map(|alias| alias.target("target_key_id").map(|key| (key.stack.stack.name, key.address.clone())))
            .collect();
        for key in environment.resources("aws_kms_key") {
            let named = aliased.contains(&(key.stack.stack.name, key.address.clone()));
            findings.expect(&key, named, "alias", "must have one, so that people find the key");
        }
    });
}

#[test]
fn no_service_uses_a_key_on_behalf_of_others() {
    everywhere(|environment, findings| {
        for key in environment.resources("aws_kms_key") {
            for statement in policy(&key, "policy") {
                let services = statement.principals("Service");
                // EventBridge sends no source account to encrypted topics (Amazon SNS guide, "key management").
                let exempt = services == ["events.amazonaws.com"];
                let guarded = ["kms:EncryptionContext:aws:logs:arn", "aws:SourceAccount", "aws:SourceArn"]
                    .iter()
                    .any(|variable| !statement.condition(variable).is_empty());
                findings.expect(
                    &key,
                    services.is_empty() || guarded || exempt,
                    services.join(", "),
                    "needs a condition",
                );
                let anybody = statement.principals("*").is_empty() && !statement.principals("AWS").contains(&"*");
                findings.expect(&key, anybody, "principal *", "a key is not for everybody");
            }
        }
    });
}

/// The resource of a type that belongs to a bucket.
fn of_bucket<'a>(environment: &'a Environment, kind: &'a str, bucket: &Resource<'_>) -> Option<Resource<'a>> {
    let same = |it: &Resource<'_>| {
        it.target("bucket")
            .is_some_and(|it| it.address == bucket.address && it.stack.stack.name == bucket.stack.stack.name)
            || it.text("bucket").is_some_and(|name| bucket.text("bucket") == Some(name))
    };
    environment.resources(kind).find(same)
}

#[test]
fn every_bucket_is_private_versioned_and_cleaned_up() {
    everywhere(|environment, findings| {
        for bucket in environment.resources("aws_s3_bucket") {
            let find = |kind: &'static str, findings: &mut Findings| {
                let found = of_bucket(environment, kind, &bucket);
                findings.expect(&bucket, found.is_some(), kind, "every bucket needs it");
                found
            };
            if let Some(block) = find("aws_s3_bucket_public_access_block", findings) {
                for flag in
                    ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]
                {
                    findings.on(&block, flag);
                }
            }
            if let Some(versioning) = find("aws_s3_bucket_versioning", findings) {
                findings.text(&versioning, "versioning_configuration.status", "Enabled");
            }
            if let Some(lifecycle) = find("aws_s3_bucket_lifecycle_configuration", findings) {
                let rules = || lifecycle.configuration.blocks("rule");
                let aborts =
                    rules().any(|rule| rule.configuration.block("abort_incomplete_multipart_upload").is_some());
                let expires = rules().any(|rule| rule.configuration.block("noncurrent_version_expiration").is_some());
                findings.expect(&lifecycle, aborts && expires, "rules", "must end uploads and old versions");
            }
            let force = bucket.is_off("force_destroy");
            let disposable = !environment.spec.is_prod() || bucket.name == "canary";
            findings.argument(&bucket, "force_destroy", force || disposable, "prod data must not be deleted with it");
        }
    });
}

#[test]
fn every_bucket_is_encrypted_and_read_over_tls_only() {
    everywhere(|environment, findings| {
        for bucket in environment.resources("aws_s3_bucket") {
            let encryption =
                of_bucket(environment, "aws_s3_bucket_server_side_encryption_configuration", &bucket).unwrap();
            let path = "rule.apply_server_side_encryption_by_default.sse_algorithm";
            // Load balancers write their logs to buckets with SSE-S3 only.
            findings.text(&encryption, path, if bucket.name == "access_logs" { "AES256" } else { "aws:kms" });
            let attached = of_bucket(environment, "aws_s3_bucket_policy", &bucket).unwrap();
            let own = |resource: &str| {
                resource.contains(&bucket.address) || resource.contains(bucket.text("bucket").unwrap_or("?"))
            };
            let denied = policy(&attached, "policy").into_iter().any(|it| {
                it.text("effect") == Some("Deny")
                    && it.actions() == ["s3:*"]
                    && it.principals("*") == ["*"]
                    && it.condition("aws:SecureTransport") == ["false"]
                    && it.resources().len() == 2
                    && it.resources().into_iter().all(own)
            });
            findings.argument(&attached, "policy", denied, "must refuse what is not TLS, for bucket and objects");
        }
    });
}

/// Check 20, with what else holds secrets or messages.
#[test]
fn secrets_topics_and_the_cluster_use_keys_of_their_own() {
    everywhere(|environment, findings| {
        let mut own = |resource: &Resource<'_>, path: &str| {
            let key = resource.target(path);
            let right =
                key.is_some_and(|key| key.kind == "aws_kms_key" && key.stack.stack.name == resource.stack.stack.name);
            findings.argument(resource, path, right, "must be a key of the same stack");
        };
        own(&environment.resource("aws_eks_cluster"), "encryption_config.provider.key_arn");
        for topic in environment.resources("aws_sns_topic") {
            own(&topic, "kms_master_key_id");
        }
        for repository in environment.resources("aws_ecr_repository") {
            own(&repository, "encryption_configuration.kms_key");
        }
        for secret in environment.resources("aws_secretsmanager_secret").filter(|secret| secret.name != "upstream") {
            own(&secret, "kms_key_id");
        }
        let cluster = environment.resource("aws_eks_cluster");
        findings.argument(
            &cluster,
            "encryption_config.resources",
            cluster.texts("encryption_config.resources") == ["secrets"],
            "must be secrets",
        );
        let logs = cluster.texts("enabled_cluster_log_types");
        for kind in ["api", "audit", "authenticator", "controllerManager", "scheduler"] {
            findings.argument(
                &cluster,
                "enabled_cluster_log_types",
                logs.contains(&kind),
                &format!("{kind} is missing"),
            );
        }
    });
}

#[test]
fn prod_secrets_can_be_restored() {
    everywhere(|environment, findings| {
        for secret in environment.resources("aws_secretsmanager_secret") {
            let days = secret.number("recovery_window_in_days");
            let wanted =
                if environment.spec.tier == deployer::spec::config::Tier::Dev { days == 0 } else { days == 30 };
            findings.argument(
                &secret,
                "recovery_window_in_days",
                wanted,
                "must be 0 in dev, where names come back, else 30",
            );
        }
    });
}
