//! `20-registry`: what the workload is made of: image repository, bucket of weights, secrets.

use super::{Content, Stack, module, object};
use crate::{
    hcl::build::Value,
    spec::{
        EnvironmentSpec,
        config::{ScanMode, Tier},
    },
};

/// The stack.
pub(super) const REGISTRY: Stack =
    Stack { name: "20-registry", summary: "image repository, bucket of weights, secrets", content };

/// Name of the repository of the inference image, behind the environment's prefix.
const IMAGE_REPOSITORY: &str = "inference";

fn content(environment: &EnvironmentSpec) -> Content {
    let disposable = environment.tier == Tier::Dev;
    let scan = match environment.registry.scan {
        ScanMode::Basic => "BASIC",
        ScanMode::Enhanced => "ENHANCED",
    };
    let mut content = Content::default();
    let mut ecr = module("ecr", environment);
    if !environment.registry.pull_through.is_empty() {
        ecr = ecr
            .set("pull_through_caches", object(environment.registry.pull_through.iter().map(|it| upstream(it))))
            .set_some("permissions_boundary_arn", environment.permissions_boundary());
        content.output(
            "pull_through_urls",
            "Where to pull images of other registries from, by registry.",
            "module.ecr.pull_through_urls",
        );
        content.output(
            "pull_through_repository_arns",
            "Repositories that those images are kept in.",
            "module.ecr.pull_through_repository_arns",
        );
    }
    content.module(
        ecr.set("repositories", Value::texts([IMAGE_REPOSITORY]))
            .set("keep_tagged", environment.registry.keep_images)
            .set("scan_type", scan)
            .set("manage_registry_scanning", environment.registry.owns_scanning)
            .set("force_delete", disposable),
    );
    content.module(module("model_store", environment).set("force_destroy", disposable));
    let mut secrets = module("secrets", environment).set("recovery_window_days", if disposable { 0 } else { 30_u32 });
    if environment.has_gated_model() {
        secrets = secrets.set("create_hub_token", true);
    }
    content.module(secrets);
    content.output("repository_urls", "Image repositories, by name.", "module.ecr.repository_urls");
    content.output("model_bucket", "Bucket of the staged weights.", "module.model_store.bucket");
    content.output("model_bucket_arn", "ARN of that bucket.", "module.model_store.bucket_arn");
    content.output("model_bucket_key_arn", "Key of that bucket.", "module.model_store.kms_key_arn");
    content.output(
        "origin_secret_arn",
        "Secret with the header that proves a request came through CloudFront.",
        "module.secrets.origin_secret_arn",
    );
    if environment.has_gated_model() {
        content.output(
            "hub_token_secret_arn",
            "Secret for the Hugging Face token; its value is put in by hand.",
            "module.secrets.hub_token_secret_arn",
        );
        content.output("secrets_key_arn", "Key of the secrets.", "module.secrets.kms_key_arn");
    }
    content
}

/// Docker Hub, GitHub and GitLab give images only to those who log in.
fn upstream(host: &str) -> (String, Value) {
    const WITH_LOGIN: [&str; 3] = ["ghcr.io", "registry-1.docker.io", "registry.gitlab.com"];
    let cache = [("upstream_registry_url", host.into()), ("authenticated", WITH_LOGIN.contains(&host).into())];
    (host.replace('.', "-"), object(cache))
}
