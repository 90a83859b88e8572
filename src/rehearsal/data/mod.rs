//! Data sources, answered as AWS would.

mod policy_document;

use super::{
    estate::Estate,
    protocol::messages::Diagnostic,
    provider::Settings,
    value::{Entries, Value},
};
use crate::catalog::{kubernetes_versions::kubernetes_versions, regions::partition};

/// What is known of the answer; the overlay and the attributes' names give the rest.
type Known = Vec<(&'static str, Value)>;

/// What a data source is read with.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) settings: &'a Settings,
    pub(super) estate: &'a Estate,
}

impl Reader<'_> {
    /// The attributes that are not a matter of templates.
    pub(super) fn known(self, kind: &str, config: &Entries) -> Result<Known, Diagnostic> {
        let region = self.settings.region.as_deref().unwrap_or_default();
        let text = |name: &str| config.get(name).and_then(Value::text).unwrap_or_default();
        Ok(match kind {
            "aws_iam_policy_document" => policy_document::read(config),
            "aws_partition" => {
                let reverse = if region.starts_with("cn-") { "cn.com.amazonaws" } else { "com.amazonaws" };
                vec![
                    ("id", partition(region).into()),
                    ("partition", partition(region).into()),
                    ("dns_suffix", super::overlay::suffix(region).into()),
                    ("reverse_dns_prefix", reverse.into()),
                ]
            }
            "aws_default_tags" => {
                vec![("id", partition(region).into()), ("tags", Value::Entries(self.settings.default_tags.clone()))]
            }
            "aws_eks_cluster_versions" => vec![("cluster_versions", cluster_versions(config))],
            "aws_secretsmanager_secret_version" => vec![("secret_string", self.secret(text("secret_id")).into())],
            "aws_cloudfront_cache_policy" | "aws_cloudfront_origin_request_policy" if !text("name").is_empty() => {
                vec![("id", managed_policy(text("name"))?.into())]
            }
            _ => Vec::new(),
        })
    }

    /// The value of a secret: what an earlier stack put into it in this rehearsal, or a stand-in of the form that the
    /// modules give their own secrets.
    fn secret(self, id: &str) -> String {
        let stored = self.estate.find("aws_secretsmanager_secret_version", "secret_id", id);
        let stored = stored.and_then(|version| version.get("secret_string")).and_then(Value::text);
        stored.unwrap_or(r#"{"current":"rehearsed-current","previous":"rehearsed-previous"}"#).to_owned()
    }
}

/// The versions EKS offers, newest first, from the program's own table; those asked for by name, or all.
fn cluster_versions(config: &Entries) -> Value {
    let asked = config.get("cluster_versions_only").map(Value::texts).unwrap_or_default();
    let table = kubernetes_versions();
    let versions = table.all.iter().rev().filter(|it| asked.is_empty() || asked.contains(&it.version));
    let describe = |version: &crate::catalog::kubernetes_versions::KubernetesVersion| {
        Value::from_json(serde_json::json!({
            "cluster_type": "eks",
            "cluster_version": version.version,
            "default_platform_version": "eks.1",
            "default_version": version.version == table.default,
            "end_of_extended_support_date": format!("{}T00:00:00Z", version.end_of_extended_support),
            "end_of_standard_support_date": format!("{}T00:00:00Z", version.end_of_standard_support),
            "kubernetes_patch_version": format!("{}.1", version.version),
            "release_date": "2025-01-01T00:00:00Z",
            "version_status": "STANDARD_SUPPORT",
        }))
    };
    Value::List(versions.map(describe).collect())
}

/// The ids of CloudFront's managed policies, which are the same in every account.
///
/// From the Amazon CloudFront Developer Guide, "Use managed cache policies" and "Use managed origin request policies".
fn managed_policy(name: &str) -> Result<&'static str, Diagnostic> {
    match name {
        "Managed-CachingDisabled" => Ok("4135ea2d-6df8-44a3-9df3-4b5a84be39ad"),
        "Managed-CachingOptimized" => Ok("658327ea-f89d-4fab-a63d-7e88639e58f6"),
        "Managed-AllViewer" => Ok("216adef6-5c7f-47e4-b989-5492eafa07d3"),
        "Managed-AllViewerExceptHostHeader" => Ok("b689b0a8-53d0-40ab-baf2-68738e2966ac"),
        _ => Err(Diagnostic::error(
            "No such managed policy",
            format!("CloudFront has no policy named `{name}` in this rehearsal, which knows managed policies only."),
        )),
    }
}
