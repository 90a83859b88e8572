//! Secrets stay out of files, values and logs.

use std::collections::BTreeMap;

use deployer::spec::config::EdgeMode;

use crate::{
    environments::Resource,
    findings::{everywhere, in_those},
};

/// Whether it holds no credentials yet, and Terraform leaves those alone that people put in its place.
fn is_placeholder(version: &Resource<'_>) -> bool {
    let none_yet = |text: &str| {
        let fields: BTreeMap<String, String> = serde_json::from_str(text).unwrap_or_default();
        !fields.is_empty() && fields.values().all(|value| value == "none-yet")
    };
    version.kind == "aws_secretsmanager_secret_version"
        && version.target("secret_id").is_some_and(|secret| secret.name == "upstream")
        && version.text("secret_string").is_some_and(none_yet)
        && version.texts("lifecycle.ignore_changes").contains(&"secret_string")
}

/// Check 38.
#[test]
fn no_secret_stands_in_the_files() {
    const NAMES: [&str; 8] = [
        "password",
        "secret_string",
        "secret_binary",
        "private_key",
        "auth_token",
        "token",
        "access_key",
        "secret_key",
    ];
    const MARKS: [&str; 5] = ["AKIA", "ASIA", "BEGIN PRIVATE", "BEGIN RSA", "hf_"];
    everywhere(|environment, findings| {
        for instance in environment.instances().filter(|it| !is_placeholder(it)) {
            for name in NAMES {
                let literal = instance.text(name).is_some();
                findings.expect(&instance, !literal, name, "must not be a literal");
            }
        }
        for file in &environment.files {
            let found =
                MARKS.iter().find(|mark| file.path.rsplit('.').next() == Some("tf") && file.text.contains(*mark));
            findings.fact(found.is_none(), || format!("{}: {}: {found:?}", environment.spec.name, file.path));
        }
        // Tokens of the hub and of other registries are put in by hand: Terraform makes the shell, never a value.
        let versions = environment.resources("aws_secretsmanager_secret_version").filter(|it| !is_placeholder(it));
        let values: Vec<_> = versions.map(|it| it.name.clone()).collect();
        findings.fact(values == ["origin"], || format!("{}: values of {values:?}", environment.spec.name));
        for id in environment.resources("random_id") {
            findings.expect(
                &id,
                (16..=64).contains(&id.number("byte_length")),
                "byte_length",
                "a listener takes 128 characters",
            );
        }
    });
}

/// Check 38, for logs.
#[test]
fn api_logs_hold_no_bodies_and_no_headers() {
    in_those(
        |environment| environment.spec.edge.mode != EdgeMode::VpcOrigin,
        |environment, findings| {
            for settings in environment.resources("aws_api_gateway_method_settings") {
                let path = "settings.data_trace_enabled";
                findings.argument(
                    &settings,
                    path,
                    settings.has(path) && settings.is_off(path),
                    "would log prompts and answers",
                );
            }
            for kind in ["aws_api_gateway_stage", "aws_apigatewayv2_stage"] {
                for stage in environment.resources(kind) {
                    let format = stage.text("access_log_settings.format").unwrap();
                    let leaks =
                        ["body", "header", "querystring", "apiKey\""].iter().find(|word| format.contains(*word));
                    findings.expect(&stage, leaks.is_none(), format!("{leaks:?}"), "must not be logged");
                    let group = stage.target("access_log_settings.destination_arn");
                    findings.expect(
                        &stage,
                        group.is_some_and(|it| it.kind == "aws_cloudwatch_log_group"),
                        "log",
                        "must be there",
                    );
                }
            }
        },
    );
}
