//! Provider schemas as the protocol wants them.

use serde_json::json;

use super::protocol::messages;
use crate::schema::{Attribute, Block, Field, NestedBlock, Nesting, Type};

/// The version that every schema is given: higher than any real provider's, so that states of real deploys are read by
/// asking for an upgrade, which conforms them.
const SCHEMA_VERSION: i64 = 1_000;

/// The message for a resource type, data source or provider configuration.
pub(super) fn message(described: &Block) -> messages::Schema {
    messages::Schema { version: SCHEMA_VERSION, block: Some(block(described)) }
}

fn block(described: &Block) -> messages::Block {
    messages::Block {
        attributes: described.attributes.iter().map(|(name, it)| attribute(name, it)).collect(),
        blocks: described.blocks.iter().map(|(name, it)| nested_block(name, it)).collect(),
        deprecated: described.deprecated,
    }
}

fn attribute(name: &str, described: &Attribute) -> messages::Attribute {
    let nested = if described.nested { nested_type(&described.kind) } else { None };
    messages::Attribute {
        name: name.to_owned(),
        kind: if nested.is_some() { Vec::new() } else { type_json(&described.kind).to_string().into_bytes() },
        required: described.required,
        optional: described.optional,
        computed: described.computed,
        sensitive: described.sensitive,
        deprecated: described.deprecated,
        nested,
        write_only: described.write_only,
    }
}

fn nested_block(name: &str, described: &NestedBlock) -> messages::NestedBlock {
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    messages::NestedBlock {
        name: name.to_owned(),
        block: Some(block(&described.block)),
        nesting: match described.nesting {
            Nesting::Single => messages::Nesting::Single,
            Nesting::List => messages::Nesting::List,
            Nesting::Set => messages::Nesting::Set,
            Nesting::Map => messages::Nesting::Map,
        } as i32,
        min_items: count(described.min_items),
        max_items: described.max_items.map_or(0, count),
    }
}

fn nested_type(kind: &Type) -> Option<messages::NestedType> {
    let (nesting, object) = match kind {
        Type::List(element) => (messages::Nesting::List, element.as_ref()),
        Type::Set(element) => (messages::Nesting::Set, element.as_ref()),
        Type::Map(element) => (messages::Nesting::Map, element.as_ref()),
        other => (messages::Nesting::Single, other),
    };
    let Type::Object(fields) = object else {
        return None;
    };
    let attribute = |(name, field): (&String, &Field)| messages::Attribute {
        name: name.clone(),
        kind: type_json(&field.kind).to_string().into_bytes(),
        required: field.required,
        optional: !field.required && !field.computed,
        computed: field.computed,
        ..messages::Attribute::default()
    };
    Some(messages::NestedType { attributes: fields.iter().map(attribute).collect(), nesting: nesting as i32 })
}

/// A type in the JSON syntax of Terraform.
fn type_json(kind: &Type) -> serde_json::Value {
    match kind {
        Type::String => json!("string"),
        Type::Number => json!("number"),
        Type::Bool => json!("bool"),
        Type::Dynamic => json!("dynamic"),
        Type::List(element) => json!(["list", type_json(element)]),
        Type::Set(element) => json!(["set", type_json(element)]),
        Type::Map(element) => json!(["map", type_json(element)]),
        Type::Tuple(elements) => json!(["tuple", elements.iter().map(type_json).collect::<Vec<_>>()]),
        Type::Object(fields) => {
            let types: serde_json::Map<_, _> =
                fields.iter().map(|(name, field)| (name.clone(), type_json(&field.kind))).collect();
            json!(["object", types])
        }
    }
}
