//! What provider schemas do not say of a type: defaults, what demands a replacement, and the shape of computed values.
//!
//! The tables are `assets/rehearsal/*.json`, one entry per type that deployer's modules use; each names the page of
//! AWS's or the provider's documentation its rules are from. A type without an entry is rehearsed by the names of its
//! attributes alone.

mod template;

pub(super) use template::{Scope, fill, render, suffix};

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;

/// The rules of one type.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Overlay {
    /// Where the rules are from.
    pub(super) source: String,
    /// Arguments whose change demands a replacement; inside single blocks as `block.argument`.
    pub(super) replace: Vec<String>,
    /// Values of arguments that nobody sets, by path.
    pub(super) defaults: BTreeMap<String, serde_json::Value>,
    /// Templates of computed values, by path.
    pub(super) computed: BTreeMap<String, serde_json::Value>,
    /// Computed attributes that every update changes.
    pub(super) renews: Vec<String>,
    /// Arguments of which two objects cannot have the same, in one region of an account.
    pub(super) unique: Vec<String>,
    /// What the service says where such an object exists already; a template.
    pub(super) taken: String,
}

/// The rules of all types.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Overlays {
    resources: BTreeMap<String, Overlay>,
    #[serde(default)]
    data: BTreeMap<String, Overlay>,
}

/// The rules of a resource type.
pub(super) fn resource(kind: &str) -> &'static Overlay {
    tables().iter().find_map(|table| table.resources.get(kind)).unwrap_or_else(none)
}

/// The rules of a data source.
pub(super) fn data(kind: &str) -> &'static Overlay {
    tables().iter().find_map(|table| table.data.get(kind)).unwrap_or_else(none)
}

fn none() -> &'static Overlay {
    static NONE: OnceLock<Overlay> = OnceLock::new();
    NONE.get_or_init(Overlay::default)
}

fn tables() -> &'static [Overlays; 4] {
    static TABLES: OnceLock<[Overlays; 4]> = OnceLock::new();
    // A test holds the embedded tables to their form, so that none of them is ever empty here.
    let parse = |text| serde_json::from_str(text).unwrap_or_default();
    TABLES.get_or_init(|| TEXTS.map(parse))
}

const TEXTS: [&str; 4] = [
    include_str!("../../../assets/rehearsal/network.json"),
    include_str!("../../../assets/rehearsal/platform.json"),
    include_str!("../../../assets/rehearsal/edge.json"),
    include_str!("../../../assets/rehearsal/helm.json"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Block, Mode, Schemas};

    /// Whether a block has what a path of the tables names.
    fn has(block: &Block, path: &str) -> bool {
        match path.split_once('.') {
            Some((name, rest)) => block.blocks.get(name).is_some_and(|nested| has(&nested.block, rest)),
            None => block.attributes.contains_key(path) || block.blocks.contains_key(path),
        }
    }

    #[test]
    fn tables_name_only_what_the_schemas_have() {
        let schemas = Schemas::embedded();
        for text in TEXTS {
            let table: Overlays = serde_json::from_str(text).unwrap();
            let modes = [(Mode::Resource, &table.resources), (Mode::Data, &table.data)];
            for (mode, kind, overlay) in
                modes.iter().flat_map(|(mode, all)| all.iter().map(move |(kind, overlay)| (*mode, kind, overlay)))
            {
                let provider = kind.split('_').next().unwrap();
                let block = schemas.provider(provider).and_then(|it| it.block(mode, kind));
                let block = block.unwrap_or_else(|| panic!("no {} `{kind}`", mode.noun()));
                assert!(!overlay.source.is_empty(), "`{kind}` names no source");
                let lists = [&overlay.replace, &overlay.renews, &overlay.unique];
                let tables = [&overlay.defaults, &overlay.computed];
                let paths = lists.into_iter().flatten().chain(tables.into_iter().flat_map(BTreeMap::keys));
                for path in paths {
                    assert!(has(&block, path), "`{kind}` has no `{path}`");
                }
            }
        }
    }
}
