//! Writes a stack's content as the conventional files of a root module.

use super::{Content, Provider, Stack};
use crate::{
    files::GeneratedFile,
    hcl::build::{Block, File, Value},
    modules::NOTICE,
    spec::EnvironmentSpec,
};

/// Oldest Terraform and OpenTofu that know the S3 backend's own lock files.
const TERRAFORM_VERSION: &str = ">= 1.10";

/// The files of one stack of an environment.
#[must_use]
pub fn render(stack: &Stack, environment: &EnvironmentSpec) -> Vec<GeneratedFile> {
    let content = (stack.content)(environment);
    let folder = format!("environments/{}/{}", environment.name, stack.name);
    let file = |name: &str, text: String| GeneratedFile { path: format!("{folder}/{name}"), text };
    let mut files = vec![
        file("main.tf", main(&content)),
        file("outputs.tf", outputs(&content)),
        file("providers.tf", providers(&content, environment)),
        file("versions.tf", versions(stack, &content, environment)),
    ];
    if !content.inputs.is_empty() {
        files.push(file("variables.tf", variables(&content)));
    }
    files.extend(content.files.into_iter().map(|(name, text)| file(&name, text)));
    files
}

fn main(content: &Content) -> String {
    let mut file = File::new();
    for part in &content.blocks {
        if part.comment.is_empty() {
            file.block(&part.block);
        } else {
            file.commented(part.comment, &part.block);
        }
    }
    with_notice(file)
}

fn variables(content: &Content) -> String {
    let mut file = File::new();
    file.comment("Filled from the outputs of earlier stacks: deployer writes them to inputs.auto.tfvars.json.");
    for input in &content.inputs {
        let description = format!("{} Output `{}` of {}.", input.description, input.output, input.stack);
        let nullable = input.kind.starts_with("nullable ");
        let block = Block::new("variable", &[input.name])
            .set("description", description)
            .refer("type", input.kind.trim_start_matches("nullable "));
        file.block(&if nullable { block.set("default", Value::Null) } else { block.set("nullable", false) });
    }
    with_notice(file)
}

fn outputs(content: &Content) -> String {
    let mut file = File::new();
    for output in &content.outputs {
        let block =
            Block::new("output", &[output.name]).set("description", output.description).refer("value", &output.value);
        file.block(&block);
    }
    with_notice(file)
}

fn versions(stack: &Stack, content: &Content, environment: &EnvironmentSpec) -> String {
    let requirement = |source: &str, version: &str| {
        Value::Object(vec![("source".into(), source.into()), ("version".into(), version.into())])
    };
    let mut providers = Block::new("required_providers", &[]).set("aws", requirement("hashicorp/aws", "~> 6.26"));
    for provider in &content.providers {
        providers = match provider {
            Provider::Helm => providers.set("helm", requirement("hashicorp/helm", "~> 3.0")),
            Provider::Random => providers.set("random", requirement("hashicorp/random", "~> 3.7")),
        };
    }
    let backend = Block::new("backend", &["s3"])
        .comment(
            "The bucket and its key exist once 00-bootstrap is applied. deployer passes them; by hand it is\n\
                  terraform init -backend-config=../backend.hcl",
        )
        .set("key", format!("{}/{}/{}.tfstate", environment.project, environment.name, stack.name))
        .set("region", environment.region.as_str())
        .set("encrypt", true)
        .set("use_lockfile", true);
    let terraform =
        Block::new("terraform", &[]).set("required_version", TERRAFORM_VERSION).block(providers).block(backend);
    let mut file = File::new();
    file.block(&terraform);
    with_notice(file)
}

fn providers(content: &Content, environment: &EnvironmentSpec) -> String {
    let mut tags = vec![
        ("Project".to_owned(), Value::from(environment.project.as_str())),
        ("Environment".to_owned(), environment.name.as_str().into()),
        ("ManagedBy".to_owned(), "deployer".into()),
    ];
    tags.extend(environment.tags.iter().map(|(name, value)| (name.clone(), value.as_str().into())));
    let mut aws = Block::new("provider", &["aws"]).set("region", environment.region.as_str());
    if let Some(account) = &environment.account_id {
        aws = aws
            .comment("Credentials of another account are refused.")
            .set("allowed_account_ids", Value::texts([account]));
    }
    let aws = aws.block(Block::new("default_tags", &[]).set("tags", Value::Object(tags)));
    let mut file = File::new();
    file.block(&aws);
    if content.providers.contains(&Provider::Helm) {
        helm(&mut file);
    }
    with_notice(file)
}

/// The cluster exists before this stack is planned, so the provider's configuration is known at plan.
fn helm(file: &mut File) {
    let kubernetes = Value::Object(vec![
        ("host".into(), Value::expression("var.cluster_endpoint")),
        ("cluster_ca_certificate".into(), Value::expression("base64decode(var.cluster_certificate_authority)")),
        ("token".into(), Value::expression("data.aws_eks_cluster_auth.cluster.token")),
    ]);
    file.commented(
        "A token of the caller's own AWS identity, so that no aws or kubectl binary is needed. It is valid for 15 minutes, and\n\
         so is a saved plan of this stack, which holds it.",
        &Block::new("data", &["aws_eks_cluster_auth", "cluster"]).refer("name", "var.cluster_name"),
    );
    file.block(&Block::new("provider", &["helm"]).set("kubernetes", kubernetes));
}

fn with_notice(file: File) -> String {
    let body = file.finish();
    if body.is_empty() { NOTICE.to_owned() } else { format!("{NOTICE}\n{body}") }
}
