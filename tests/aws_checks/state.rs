//! Versions, states and providers of the stacks, and the bucket that the states lie in.

use std::collections::BTreeSet;

use deployer::{diagnostic::Source, files::GeneratedFile, hcl::Document};
use hcl_edit::structure::Body;

use crate::{
    environments::{Environment, environments},
    findings::everywhere,
};

/// An attribute of a nested block of a file, as text.
fn attribute(file: &GeneratedFile, path: &[&str], name: &str) -> Option<String> {
    let document = Document::parse(Source::new(&file.path, &file.text)).unwrap();
    let mut body: &Body = document.body();
    for block in path {
        body = &body.get_blocks(block).next()?.body;
    }
    body.get_attribute(name).map(|attribute| document.text(&attribute.value).trim().trim_matches('"').to_owned())
}

fn files<'a>(environment: &'a Environment, folder: &'a str, name: &'a str) -> impl Iterator<Item = &'a GeneratedFile> {
    environment
        .files
        .iter()
        .filter(move |file| file.path.starts_with(folder) && file.path.rsplit('/').next() == Some(name))
}

/// Check 1.
#[test]
fn terraform_and_the_provider_are_new_enough_and_bounded() {
    everywhere(|environment, findings| {
        for file in files(environment, "", "versions.tf") {
            let terraform = attribute(file, &["terraform"], "required_version");
            findings
                .fact(terraform.as_deref() == Some(">= 1.10"), || format!("{}: terraform {terraform:?}", file.path));
            // `~> 6.26` is at least 6.26 and less than 7.
            let aws = attribute(file, &["terraform", "required_providers"], "aws");
            let bounded =
                aws.as_ref().is_some_and(|aws| aws.contains("\"hashicorp/aws\"") && aws.contains("\"~> 6.26\""));
            findings.fact(bounded, || format!("{}: aws {aws:?}", file.path));
            for provider in ["helm", "random"] {
                let declared = attribute(file, &["terraform", "required_providers"], provider);
                findings.fact(declared.as_ref().is_none_or(|it| it.contains("\"~> 3.")), || {
                    format!("{}: {provider} {declared:?} is not bounded", file.path)
                });
            }
        }
    });
}

/// Check 2.
#[test]
fn states_are_encrypted_and_locked_by_their_bucket() {
    everywhere(|environment, findings| {
        for file in files(environment, "environments/", "versions.tf") {
            for (name, wanted) in [("encrypt", "true"), ("use_lockfile", "true"), ("region", &environment.spec.region)]
            {
                let value = attribute(file, &["terraform", "backend"], name);
                findings.fact(value.as_deref() == Some(wanted), || format!("{}: {name} = {value:?}", file.path));
            }
            let table = attribute(file, &["terraform", "backend"], "dynamodb_table");
            findings.fact(table.is_none(), || format!("{}: dynamodb_table is deprecated", file.path));
        }
    });
}

/// Check 3.
#[test]
fn the_state_bucket_is_kept_encrypted_and_private() {
    everywhere(|environment, findings| {
        let in_state = |kind| environment.resources(kind).find(|it| it.module == "module.state_backend").unwrap();
        for kind in ["aws_s3_bucket", "aws_kms_key"] {
            findings.on(&in_state(kind), "lifecycle.prevent_destroy");
        }
        findings.argument(
            &in_state("aws_s3_bucket"),
            "force_destroy",
            in_state("aws_s3_bucket").is_off("force_destroy"),
            "must not be emptied",
        );
        findings.text(&in_state("aws_s3_bucket_versioning"), "versioning_configuration.status", "Enabled");
        let encryption = in_state("aws_s3_bucket_server_side_encryption_configuration");
        findings.text(&encryption, "rule.apply_server_side_encryption_by_default.sse_algorithm", "aws:kms");
        let key = encryption.target("rule.apply_server_side_encryption_by_default.kms_master_key_id");
        findings.expect(
            &encryption,
            key.is_some_and(|key| key.kind == "aws_kms_key"),
            "key",
            "must be the module's own",
        );
        // Public access and transport are checked for every bucket in `encryption`.
    });
}

/// Check 4.
#[test]
fn every_stack_has_a_state_of_its_own() {
    let mut keys = BTreeSet::new();
    let mut stacks = 0;
    everywhere(|environment, findings| {
        for stack in &environment.stacks {
            let path = format!("environments/{}/{}/versions.tf", environment.spec.name, stack.stack.name);
            let file = environment.files.iter().find(|file| file.path == path).unwrap();
            let key = attribute(file, &["terraform", "backend"], "key");
            let wanted = format!("{}/{}/{}.tfstate", environment.spec.project, environment.spec.name, stack.stack.name);
            findings.fact(key.as_ref() == Some(&wanted), || format!("{path}: key = {key:?}, not {wanted}"));
        }
    });
    for environment in environments() {
        for file in files(environment, "environments/", "versions.tf") {
            keys.insert(attribute(file, &["terraform", "backend"], "key").unwrap());
            stacks += 1;
        }
    }
    assert_eq!((keys.len(), stacks), (18 * 7, 18 * 7), "some stacks share a state");
}

/// Check 5.
#[test]
fn no_stack_makes_a_cluster_and_talks_to_it() {
    everywhere(|environment, findings| {
        for stack in &environment.stacks {
            let makes = stack.expansion.resources("aws_eks_cluster").next().is_some();
            let instances = || stack.expansion.instances.iter();
            let talks = instances().any(|it| it.kind.starts_with("helm_") || it.kind.starts_with("kubernetes_"));
            let path = format!("environments/{}/{}/providers.tf", environment.spec.name, stack.stack.name);
            let file = environment.files.iter().find(|file| file.path == path).unwrap();
            let configured = file.text.contains("provider \"helm\"") || file.text.contains("provider \"kubernetes\"");
            findings.fact(!makes || !(talks || configured), || format!("{path}: the cluster is made in this stack"));
            findings.fact(talks == configured, || format!("{path}: charts {talks}, their provider {configured}"));
        }
    });
}

#[test]
fn every_resource_bears_the_default_tags() {
    everywhere(|environment, findings| {
        for stack in &environment.stacks {
            let path = format!("environments/{}/{}/providers.tf", environment.spec.name, stack.stack.name);
            let file = environment.files.iter().find(|file| file.path == path).unwrap();
            let tags = attribute(file, &["provider", "default_tags"], "tags").unwrap_or_default();
            for (name, value) in [
                ("Project", environment.spec.project.as_str()),
                ("Environment", &environment.spec.name),
                ("ManagedBy", "deployer"),
                ("CostCentre", "4711"),
            ] {
                let line =
                    tags.lines().any(|line| line.trim().starts_with(name) && line.ends_with(&format!("\"{value}\"")));
                findings.fact(line, || format!("{path}: tag {name} is not {value:?} in {tags}"));
            }
            let accounts = attribute(file, &["provider"], "allowed_account_ids");
            findings.fact(accounts.as_deref() == Some("[\"111122223333\"]"), || format!("{path}: {accounts:?}"));
            let regional = attribute(file, &["provider"], "region");
            findings.fact(regional.as_ref() == Some(&environment.spec.region), || format!("{path}: {regional:?}"));
        }
        for instance in environment.instances() {
            findings.expect(
                &instance,
                ["aws", "helm", "random"].contains(&instance.provider.as_str()),
                &instance.provider,
                "must use the provider with the default tags",
            );
        }
    });
}
