//! How the parts fit: stacks and their inputs, modules and their validations, environments that share modules.

use std::{collections::BTreeSet, fmt::Write as _, thread};

use deployer::{
    generate::{module_files, stack_files},
    hcl::{
        evaluate::Value,
        expand::{Configuration, Mode},
    },
    preview::expand_stacks,
    stacks,
};

use crate::{
    environments::{Environment, environments},
    findings::everywhere,
};

#[test]
fn every_input_is_an_output_of_an_earlier_stack() {
    everywhere(|environment, findings| {
        for (place, stack) in stacks::ALL.iter().enumerate() {
            for input in (stack.content)(&environment.spec).inputs {
                let fault = |what: &str| format!("{}: {} of {}: {what}", environment.spec.name, input.name, stack.name);
                let earlier = stacks::ALL[..place].iter().any(|it| it.name == input.stack);
                findings.fact(earlier, || fault(&format!("{} is not earlier", input.stack)));
                let output = environment.stack(input.stack).expansion.outputs.get(input.output);
                let Some(output) = output else {
                    findings.fact(false, || fault(&format!("{} has no output {}", input.stack, input.output)));
                    continue;
                };
                findings.fact(fits(output, input.kind), || fault(&format!("{output} is no {}", input.kind)));
            }
        }
    });
}

/// Whether an output is what a variable of this type takes.
fn fits(value: &Value, kind: &str) -> bool {
    let text = |value: &Value| value.as_str().is_some() || value.is_unknown();
    match kind {
        "string" => text(value),
        "list(string)" | "set(string)" => value.elements().is_some_and(|elements| elements.iter().all(text)),
        "map(string)" => value.entries().is_some_and(|entries| entries.values().all(text)),
        _ => false,
    }
}

#[test]
fn every_input_is_used() {
    everywhere(|environment, findings| {
        for stack in stacks::ALL {
            let folder = format!("environments/{}/{}/", environment.spec.name, stack.name);
            for input in (stack.content)(&environment.spec).inputs {
                let reference = format!("var.{}", input.name);
                let used = environment.files.iter().any(|file| {
                    file.path.starts_with(&folder)
                        && file
                            .text
                            .split(|it: char| !(it.is_alphanumeric() || "._".contains(it)))
                            .any(|it| it == reference)
                });
                findings.fact(used, || format!("{folder}: {} is not used", input.name));
            }
        }
    });
}

#[test]
fn every_output_that_nobody_takes_is_for_people() {
    // Values that the workload, its scripts and operators read.
    const FOR_PEOPLE: [&str; 21] = [
        "api_domain",
        "api_id",
        "cluster_endpoint",
        "dashboard_url",
        "distribution_id",
        "listener_arn",
        "model_bucket",
        "node_role_name",
        "oidc_issuer",
        "origin_domain",
        "pod_role_arns",
        "pull_through_urls",
        "repository_urls",
        "state_bucket",
        "state_kms_key_arn",
        "target_group_arns",
        "topic_arn",
        "url",
        "vpc_cidr",
        "private_subnet_ids_by_az",
        "alb_dns_name",
    ];
    everywhere(|environment, findings| {
        let taken: BTreeSet<_> = stacks::ALL
            .iter()
            .flat_map(|stack| (stack.content)(&environment.spec).inputs)
            .map(|input| (input.stack, input.output))
            .collect();
        for stack in &environment.stacks {
            for (name, value) in &stack.expansion.outputs {
                let read = taken.contains(&(stack.stack.name, name.as_str())) || FOR_PEOPLE.contains(&name.as_str());
                let alternative = ["deploy_role_arn", "cluster_certificate_authority", "alb_security_group_id"]
                    .contains(&name.as_str());
                findings.fact(read || alternative, || {
                    format!("{}: nobody reads {name} of {}", environment.spec.name, stack.stack.name)
                });
                findings.fact(!matches!(value, Value::Null) || name == "origin_domain", || {
                    format!("{}: {name} is null", environment.spec.name)
                });
            }
        }
    });
}

/// Every validation and precondition holds that can be told before a deploy.
#[test]
fn terraform_refuses_nothing() {
    everywhere(|environment, findings| {
        for stack in &environment.stacks {
            for problem in &stack.expansion.problems {
                findings.fact(false, || format!("{} {}: {problem:?}", environment.spec.name, stack.stack.name));
            }
        }
        for instance in environment.instances() {
            let lifecycle = instance.configuration.block("lifecycle");
            for condition in lifecycle.into_iter().flat_map(|it| it.blocks("precondition")) {
                let holds = condition.configuration.attribute("condition").and_then(Value::as_bool);
                findings.expect(&instance, holds != Some(false), "precondition", "must hold");
            }
        }
    });
}

#[test]
fn it_is_known_beforehand_what_is_made() {
    everywhere(|environment, findings| {
        for instance in environment.instances() {
            let waits = instance.waits_for.as_deref().unwrap_or("nothing");
            findings.expect(&instance, instance.waits_for.is_none(), waits, "a count or for_each waits for it");
        }
    });
}

/// A configuration as text, in which a list is a list whatever its type.
fn written(configuration: &Configuration) -> String {
    let mut text = String::new();
    for (name, value) in configuration.attributes.iter().filter(|(_, value)| !matches!(value, Value::Null)) {
        let _ = write!(text, " {name}={value}");
    }
    for block in &configuration.blocks {
        let _ = write!(text, " {} {{{}}}", block.kind, written(&block.configuration));
    }
    text
}

/// Modules of a workspace have the features of all its environments; each must still make what it makes alone.
#[test]
fn sharing_modules_changes_nothing() {
    let specs: Vec<_> = environments().iter().map(|environment| environment.spec.clone()).collect();
    let modules = module_files(&specs);
    let compare = |environment: &Environment| {
        let mut files = modules.clone();
        files.extend(stack_files(&environment.spec));
        let shared = expand_stacks(&environment.spec, &files, &deployer::schema::Schemas::embedded());
        let managed = |stacks: &[deployer::preview::ExpandedStack]| -> BTreeSet<String> {
            let instances = stacks.iter().flat_map(|stack| stack.expansion.instances.iter().map(move |it| (stack, it)));
            let resources = instances.filter(|(_, it)| it.mode == Mode::Managed);
            resources
                .map(|(stack, it)| format!("{} {}{}", stack.stack.name, it.address, written(&it.configuration)))
                .collect()
        };
        let (alone, shared) = (managed(&environment.stacks), managed(&shared));
        assert!(alone.len() > 150, "{}: only {} resources", environment.spec.name, alone.len());
        let differences: Vec<_> =
            alone.symmetric_difference(&shared).map(|it| it.chars().take(300).collect::<String>()).collect();
        assert!(differences.is_empty(), "{}: {}", environment.spec.name, differences.join("\n"));
    };
    thread::scope(|scope| {
        for part in environments().chunks(3) {
            scope.spawn(|| part.iter().for_each(compare));
        }
    });
}
