//! The blocks of the Terraform language itself, described like a provider's.

use std::sync::{Arc, LazyLock};

use super::super::provider::{Block, Mode, Provider};

/// Described from the language reference of Terraform 1.14, with what OpenTofu 1.11 adds.
static LANGUAGE: LazyLock<Provider> =
    LazyLock::new(|| Provider::new("builtin/language", "1.14.0", include_str!("language.json")));

/// The description of one of the language's own blocks.
pub(super) fn block(name: &str) -> Option<Arc<Block>> {
    LANGUAGE.block(Mode::Resource, name)
}

/// The blocks that stand at the top of a file, and how many labels each has.
pub(super) const TOP_LEVEL: [(&str, usize); 15] = [
    ("action", 2),
    ("check", 1),
    ("data", 2),
    ("ephemeral", 2),
    ("import", 0),
    ("list", 2),
    ("locals", 0),
    ("module", 1),
    ("moved", 0),
    ("output", 1),
    ("provider", 1),
    ("removed", 0),
    ("resource", 2),
    ("terraform", 0),
    ("variable", 1),
];

/// The names that no variable may have, because a module call uses them itself.
pub(super) const RESERVED_VARIABLES: [&str; 8] =
    ["count", "depends_on", "for_each", "lifecycle", "locals", "providers", "source", "version"];

/// The backends that Terraform or OpenTofu has or had.
pub(super) const BACKENDS: [&str; 17] = [
    "artifactory",
    "azurerm",
    "consul",
    "cos",
    "etcd",
    "etcdv3",
    "gcs",
    "http",
    "kubernetes",
    "local",
    "manta",
    "oci",
    "oss",
    "pg",
    "remote",
    "s3",
    "swift",
];
