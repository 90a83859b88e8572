//! Turns the JSON of `terraform providers schema -json` into the compact form that a workspace stores.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::schemas::source_of;
use crate::error::{Error, Kind, Result};

/// One provider's schema, ready to be written into [`super::STORED`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSchema {
    /// The address, e.g. `hashicorp/aws`.
    pub source: String,
    /// The version, e.g. `6.25.0`.
    pub version: String,
    /// The name of the file, e.g. `hashicorp-aws.json`.
    pub file: String,
    /// The file's whole text.
    pub text: String,
}

/// Compacts every provider of the JSON that `terraform providers schema -json` prints (format version 1.x).
///
/// That JSON names no versions, so `versions` brings them, by provider address as in the `provider_selections` of
/// `terraform version -json`; a provider without one gets `0.0.0`, which no constraint is compared with.
pub fn refresh(json: &str, versions: &BTreeMap<String, String>) -> Result<Vec<StoredSchema>> {
    let malformed = |why: String| {
        Error::new(Kind::Outside, format!("the provider schemas from Terraform are not understood: {why}"))
    };
    let document: Value = serde_json::from_str(json).map_err(|error| malformed(error.to_string()))?;
    let format = document.get("format_version").and_then(Value::as_str).unwrap_or_default();
    if !format.starts_with("1.") {
        return Err(malformed(format!("format version `{format}`, expected 1.x")));
    }
    let none = Map::new();
    let providers = document.get("provider_schemas").and_then(Value::as_object).unwrap_or(&none);
    let mut stored = Vec::new();
    for (address, schema) in providers {
        let source = source_of(address);
        // Terraform's own provider is the same in every version that has it.
        if source == "builtin/terraform" {
            continue;
        }
        let version = versions.get(address).cloned().unwrap_or_else(|| "0.0.0".to_owned());
        let text = Packing::default()
            .provider(address, &version, schema)
            .ok_or_else(|| malformed(format!("the schema of `{address}` is malformed")))?;
        let file = format!("{}.json", source.replace('/', "-"));
        stored.push(StoredSchema { source, version, file, text });
    }
    Ok(stored)
}

/// Collects the distinct types and blocks of one provider.
#[derive(Default)]
struct Packing {
    types: IndexMap<String, Value>,
    blocks: IndexMap<String, Value>,
}

impl Packing {
    fn provider(mut self, address: &str, version: &str, schema: &Value) -> Option<String> {
        let empty = json!({});
        let configuration = self.block(schema.pointer("/provider/block").unwrap_or(&empty))?;
        let resources = self.section(schema.get("resource_schemas"))?;
        let data = self.section(schema.get("data_source_schemas"))?;
        let ephemeral = self.section(schema.get("ephemeral_resource_schemas"))?;
        let text = json!({
            "k": 1,
            "p": address,
            "version": version,
            "provider": configuration,
            "r": resources,
            "d": data,
            "e": ephemeral,
            "t": self.types.into_values().collect::<Vec<_>>(),
            "b": self.blocks.into_values().collect::<Vec<_>>(),
        });
        Some(format!("{text}\n"))
    }

    fn section(&mut self, section: Option<&Value>) -> Option<Map<String, Value>> {
        let mut indexes = Map::new();
        for (name, schema) in section.and_then(Value::as_object).into_iter().flatten() {
            indexes.insert(name.clone(), self.block(schema.get("block")?)?.into());
        }
        Some(indexes)
    }

    fn block(&mut self, block: &Value) -> Option<usize> {
        let mut attributes = Map::new();
        for (name, attribute) in block.get("attributes").and_then(Value::as_object).into_iter().flatten() {
            attributes.insert(name.clone(), self.attribute(attribute)?.into());
        }
        let mut blocks = Map::new();
        for (name, nested) in block.get("block_types").and_then(Value::as_object).into_iter().flatten() {
            blocks.insert(name.clone(), self.nested(nested)?.into());
        }
        let deprecated = is_set(block, "deprecated");
        let mut parts = vec![Value::Object(attributes)];
        if deprecated || !blocks.is_empty() {
            parts.push(Value::Object(blocks));
        }
        if deprecated {
            parts.push(1.into());
        }
        Some(position(&mut self.blocks, parts.into()))
    }

    fn attribute(&mut self, attribute: &Value) -> Option<String> {
        let flag = match (is_set(attribute, "required"), is_set(attribute, "optional"), is_set(attribute, "computed")) {
            (true, _, _) => "r",
            (_, true, true) => "x",
            (_, true, false) => "o",
            (_, false, true) => "c",
            (_, false, false) => "y",
        };
        let mark = |name: &str, letter: &'static str| if is_set(attribute, name) { letter } else { "" };
        let marks = [mark("sensitive", "S"), mark("deprecated", "D"), mark("write_only", "W")].concat();
        let kind = match (attribute.get("type"), attribute.get("nested_type")) {
            (Some(kind), _) => self.kind(kind),
            (None, Some(nested)) => format!("N{}", self.kind(&json!({ "nested_type": nested }))),
            (None, None) => return None,
        };
        Some(format!("{flag}{marks}{kind}"))
    }

    fn nested(&mut self, nested: &Value) -> Option<String> {
        let mode = match nested.get("nesting_mode")?.as_str()? {
            "list" => "l",
            "set" => "s",
            "map" => "m",
            // `group` is a single block that is always there.
            "single" | "group" => "1",
            _ => return None,
        };
        let at = self.block(nested.get("block")?)?;
        let limit = |name: &str| nested.get(name).and_then(Value::as_u64).unwrap_or_default();
        Some(match (limit("min_items"), limit("max_items")) {
            (0, 0) => format!("{mode}{at}"),
            (minimum, 0) => format!("{mode}{at},{minimum}"),
            (minimum, maximum) => format!("{mode}{at},{minimum},{maximum}"),
        })
    }

    fn kind(&mut self, kind: &Value) -> String {
        match kind.as_str() {
            Some("string") => "s".to_owned(),
            Some("number") => "n".to_owned(),
            Some("bool") => "b".to_owned(),
            Some("dynamic") => "d".to_owned(),
            _ => position(&mut self.types, kind.clone()).to_string(),
        }
    }
}

fn is_set(value: &Value, flag: &str) -> bool {
    value.get(flag).and_then(Value::as_bool).unwrap_or_default()
}

/// The position of a value among the distinct ones, added where it is new.
fn position(values: &mut IndexMap<String, Value>, value: Value) -> usize {
    let key = value.to_string();
    let entry = values.entry(key);
    let at = entry.index();
    entry.or_insert(value);
    at
}
