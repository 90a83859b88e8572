//! Values as Terraform and its providers exchange them: MessagePack in which any extension stands for "not known yet".

use std::{collections::BTreeMap, io::Cursor};

use serde_json::Number;

use super::protocol::messages;
use crate::schema::{Block, NestedBlock, Nesting, Type};

/// Attributes and blocks of an object, or entries of a map, by name.
pub(super) type Entries = BTreeMap<String, Value>;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Not set.
    Null,
    /// Known only after apply.
    Unknown,
    /// A boolean.
    Bool(bool),
    /// A number; large ones come as [`Value::Text`], which Terraform reads as numbers too.
    Number(Number),
    /// A text.
    Text(String),
    /// The JSON of a type, which stands before a value of type `any`.
    Bytes(Vec<u8>),
    /// A list, set or tuple.
    List(Vec<Value>),
    /// An object or a map.
    Entries(Entries),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Value {
    /// Reads a value from a message; a message without one is null.
    pub(super) fn decode(message: Option<&messages::Value>) -> Option<Self> {
        let Some(message) = message else {
            return Some(Self::Null);
        };
        if !message.msgpack.is_empty() {
            return rmpv::decode::read_value(&mut Cursor::new(&message.msgpack)).ok().and_then(Self::from_msgpack);
        }
        if message.json.is_empty() {
            return Some(Self::Null);
        }
        serde_json::from_slice(&message.json).ok().map(Self::from_json)
    }

    /// Writes the value into a message.
    pub(super) fn encode(self) -> messages::Value {
        let mut msgpack = Vec::new();
        // Writing to memory does not fail.
        let _ = rmpv::encode::write_value(&mut msgpack, &self.into_msgpack());
        messages::Value { msgpack, json: Vec::new() }
    }

    fn from_msgpack(value: rmpv::Value) -> Option<Self> {
        Some(match value {
            rmpv::Value::Nil => Self::Null,
            rmpv::Value::Ext(..) => Self::Unknown,
            rmpv::Value::Boolean(value) => Self::Bool(value),
            rmpv::Value::Integer(value) => {
                Self::Number(value.as_i64().map(Number::from).or_else(|| value.as_u64().map(Number::from))?)
            }
            rmpv::Value::F32(value) => Self::Number(Number::from_f64(f64::from(value))?),
            rmpv::Value::F64(value) => Self::Number(Number::from_f64(value)?),
            rmpv::Value::String(text) => Self::Text(text.into_str()?),
            rmpv::Value::Binary(bytes) => Self::Bytes(bytes),
            rmpv::Value::Array(items) => Self::List(items.into_iter().map(Self::from_msgpack).collect::<Option<_>>()?),
            rmpv::Value::Map(entries) => {
                let entry = |(key, value): (rmpv::Value, rmpv::Value)| {
                    Some((key.as_str()?.to_owned(), Self::from_msgpack(value)?))
                };
                Self::Entries(entries.into_iter().map(entry).collect::<Option<_>>()?)
            }
        })
    }

    fn into_msgpack(self) -> rmpv::Value {
        match self {
            Self::Null => rmpv::Value::Nil,
            Self::Unknown => rmpv::Value::Ext(0, vec![0]),
            Self::Bool(value) => value.into(),
            Self::Number(value) => match (value.as_i64(), value.as_u64(), value.as_f64()) {
                (Some(value), ..) => value.into(),
                (_, Some(value), _) => value.into(),
                (.., value) => value.unwrap_or_default().into(),
            },
            Self::Text(text) => text.into(),
            Self::Bytes(bytes) => rmpv::Value::Binary(bytes),
            Self::List(items) => rmpv::Value::Array(items.into_iter().map(Self::into_msgpack).collect()),
            Self::Entries(entries) => {
                rmpv::Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value.into_msgpack())).collect())
            }
        }
    }

    /// The value of a JSON document.
    pub(super) fn from_json(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(value),
            serde_json::Value::Number(value) => Self::Number(value),
            serde_json::Value::String(text) => Self::Text(text),
            serde_json::Value::Array(items) => Self::List(items.into_iter().map(Self::from_json).collect()),
            serde_json::Value::Object(entries) => {
                Self::Entries(entries.into_iter().map(|(key, value)| (key, Self::from_json(value))).collect())
            }
        }
    }

    /// Whether anything in the value is not known yet.
    pub(super) fn has_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::List(items) => items.iter().any(Self::has_unknown),
            Self::Entries(entries) => entries.values().any(Self::has_unknown),
            _ => false,
        }
    }

    /// The text, where the value is one.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The texts of a list or set of them.
    pub(super) fn texts(&self) -> Vec<String> {
        self.items().iter().filter_map(|item| item.text().map(str::to_owned)).collect()
    }

    /// The elements of a list or set; none of anything else.
    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The entries of an object or map.
    pub(super) const fn entries(&self) -> Option<&Entries> {
        match self {
            Self::Entries(entries) => Some(entries),
            _ => None,
        }
    }

    /// The attribute of an object, where the value is an object and has it.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        self.entries()?.get(name)
    }

    /// What stands in a template for the value: texts, numbers and booleans as they are written.
    pub(super) fn shown(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::Bool(value) => Some(value.to_string()),
            _ => None,
        }
    }
}

/// Gives an object exactly the attributes and blocks of its schema: what is missing is null or empty, what the schema
/// does not have goes. `any` values are read in the form that state files have them in.
pub(super) fn conform(block: &Block, value: &Value) -> Value {
    let mut entries = Entries::new();
    for (name, attribute) in &block.attributes {
        let found = if attribute.write_only { None } else { value.get(name) };
        entries.insert(name.clone(), conform_type(&attribute.kind, found.unwrap_or(&Value::Null)));
    }
    for (name, nested) in &block.blocks {
        entries.insert(name.clone(), conform_nested(nested, value.get(name).unwrap_or(&Value::Null)));
    }
    Value::Entries(entries)
}

fn conform_nested(nested: &NestedBlock, value: &Value) -> Value {
    match (nested.nesting, value) {
        (_, Value::Unknown) => Value::Unknown,
        (Nesting::List | Nesting::Set, _) => {
            Value::List(value.items().iter().map(|item| conform(&nested.block, item)).collect())
        }
        (Nesting::Single, Value::Entries(_)) => conform(&nested.block, value),
        (Nesting::Single, _) => Value::Null,
        (Nesting::Map, _) => {
            let entries = value.entries().into_iter().flatten();
            Value::Entries(entries.map(|(key, value)| (key.clone(), conform(&nested.block, value))).collect())
        }
    }
}

fn conform_type(kind: &Type, value: &Value) -> Value {
    match (kind, value) {
        (Type::Dynamic, Value::Entries(entries)) => match (entries.get("type"), entries.get("value")) {
            (Some(kind), Some(value)) => Value::List(vec![Value::Bytes(json(kind).into_bytes()), value.clone()]),
            _ => value.clone(),
        },
        (Type::List(element) | Type::Set(element), Value::List(items)) => {
            Value::List(items.iter().map(|item| conform_type(element, item)).collect())
        }
        (Type::Map(element), Value::Entries(entries)) => {
            Value::Entries(entries.iter().map(|(key, value)| (key.clone(), conform_type(element, value))).collect())
        }
        (Type::Object(fields), Value::Entries(entries)) => {
            let field = |(name, field): (&String, &crate::schema::Field)| {
                (name.clone(), conform_type(&field.kind, entries.get(name).unwrap_or(&Value::Null)))
            };
            Value::Entries(fields.iter().map(field).collect())
        }
        _ => value.clone(),
    }
}

/// The value as JSON; what is not known or not JSON is null.
pub(super) fn json(value: &Value) -> String {
    to_json(value).to_string()
}

fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null | Value::Unknown | Value::Bytes(_) => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(value) => value.clone().into(),
        Value::Text(text) => text.clone().into(),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Entries(entries) => entries.iter().map(|(key, value)| (key.clone(), to_json(value))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_the_wire() {
        let value = Value::from_json(serde_json::json!({
            "a": [1, -2, 0.5, 18_446_744_073_709_551_615_u64], "b": {"c": null, "d": true}, "e": "é",
        }));
        assert_eq!(Value::decode(Some(&value.clone().encode())), Some(value));
        assert_eq!(Value::Unknown.encode().msgpack, [0xd4, 0, 0]);
    }

    #[test]
    fn any_extension_is_unknown() {
        let refined = messages::Value { msgpack: vec![0xc7, 2, 12, 0x81, 1], json: Vec::new() };
        assert_eq!(Value::decode(Some(&refined)), Some(Value::Unknown));
        assert_eq!(Value::decode(None), Some(Value::Null));
        let broken = messages::Value { msgpack: vec![0x92, 1], json: Vec::new() };
        assert_eq!(Value::decode(Some(&broken)), None);
    }
}
