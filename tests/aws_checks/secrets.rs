//! Secrets stay out of files, values and logs.

use deployer::spec::config::EdgeMode;

use crate::findings::{everywhere, in_those};

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
        for instance in environment.instances() {
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
        // The hub token is put in by hand: Terraform makes the shell, never a value.
        let values: Vec<_> =
            environment.resources("aws_secretsmanager_secret_version").map(|it| it.name.clone()).collect();
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
