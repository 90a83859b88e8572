//! The types of Terraform values, as provider schemas and `variable` blocks state them.

use std::fmt;

use indexmap::IndexMap;
use serde_json::Value;

/// The type of a Terraform value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `string`.
    String,
    /// `number`.
    Number,
    /// `bool`.
    Bool,
    /// `any`: what it is shows only when Terraform runs.
    Dynamic,
    /// `list(element)`.
    List(Box<Type>),
    /// `set(element)`.
    Set(Box<Type>),
    /// `map(element)`.
    Map(Box<Type>),
    /// `tuple([...])`.
    Tuple(Vec<Type>),
    /// `object({...})`.
    Object(IndexMap<String, Field>),
}

/// One attribute of an object type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The attribute's type.
    pub kind: Type,
    /// Whether a value of the object type must have it.
    pub required: bool,
    /// Whether only the provider sets it.
    pub computed: bool,
}

impl Type {
    /// Reads a type in the JSON syntax of provider schemas: `"string"`, `["list", "string"]`,
    /// `["object", {…}, [optional names]]`, or `{"nested_type": …}` for attributes with a nested type.
    ///
    /// `None` where the JSON is no such type.
    #[must_use]
    pub fn from_json(json: &Value) -> Option<Self> {
        match json {
            Value::String(name) => Self::primitive(name),
            Value::Array(parts) => Self::from_constructor(parts),
            Value::Object(parts) => Self::from_nested(parts.get("nested_type")?),
            _ => None,
        }
    }

    fn primitive(name: &str) -> Option<Self> {
        match name {
            "string" => Some(Self::String),
            "number" => Some(Self::Number),
            "bool" => Some(Self::Bool),
            "dynamic" => Some(Self::Dynamic),
            _ => None,
        }
    }

    fn from_constructor(parts: &[Value]) -> Option<Self> {
        let argument = parts.get(1)?;
        match parts.first()?.as_str()? {
            "list" => Some(Self::List(Box::new(Self::from_json(argument)?))),
            "set" => Some(Self::Set(Box::new(Self::from_json(argument)?))),
            "map" => Some(Self::Map(Box::new(Self::from_json(argument)?))),
            "tuple" => argument.as_array()?.iter().map(Self::from_json).collect::<Option<_>>().map(Self::Tuple),
            "object" => {
                let optional = parts.get(2).and_then(Value::as_array);
                let is_optional = |name: &str| optional.is_some_and(|names| names.iter().any(|it| it == name));
                let field = |(name, json): (&String, &Value)| {
                    let kind = Self::from_json(json)?;
                    Some((name.clone(), Field { kind, required: !is_optional(name), computed: false }))
                };
                argument.as_object()?.iter().map(field).collect::<Option<_>>().map(Self::Object)
            }
            _ => None,
        }
    }

    /// A nested attribute type: an object whose attributes say themselves whether they are required.
    fn from_nested(nested: &Value) -> Option<Self> {
        let flag = |attribute: &Value, name: &str| attribute.get(name).and_then(Value::as_bool).unwrap_or_default();
        let field = |(name, attribute): (&String, &Value)| {
            let kind = Self::from_json(attribute.get("type").unwrap_or(attribute))?;
            let required = flag(attribute, "required");
            let computed = flag(attribute, "computed") && !flag(attribute, "optional");
            Some((name.clone(), Field { kind, required, computed }))
        };
        let object = Self::Object(nested.get("attributes")?.as_object()?.iter().map(field).collect::<Option<_>>()?);
        match nested.get("nesting_mode")?.as_str()? {
            "single" => Some(object),
            "list" => Some(Self::List(Box::new(object))),
            "set" => Some(Self::Set(Box::new(object))),
            "map" => Some(Self::Map(Box::new(object))),
            _ => None,
        }
    }

    /// Whether values are text, numbers or booleans, which Terraform converts into each other where it can.
    #[must_use]
    pub const fn is_primitive(&self) -> bool {
        matches!(self, Self::String | Self::Number | Self::Bool)
    }

    /// The type of the elements, for a type that has elements of one type.
    #[must_use]
    pub fn element(&self) -> Option<&Self> {
        match self {
            Self::List(element) | Self::Set(element) | Self::Map(element) => Some(element),
            _ => None,
        }
    }

    /// The object type of the elements, where providers let people write the attribute as repeated blocks.
    #[must_use]
    pub fn block_fields(&self) -> Option<&IndexMap<String, Field>> {
        match self {
            Self::List(element) | Self::Set(element) => match element.as_ref() {
                Self::Object(fields) => Some(fields),
                _ => None,
            },
            _ => None,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => formatter.write_str("string"),
            Self::Number => formatter.write_str("number"),
            Self::Bool => formatter.write_str("bool"),
            Self::Dynamic => formatter.write_str("any"),
            Self::List(element) => write!(formatter, "list of {element}"),
            Self::Set(element) => write!(formatter, "set of {element}"),
            Self::Map(element) => write!(formatter, "map of {element}"),
            Self::Tuple(_) => formatter.write_str("tuple"),
            Self::Object(_) => formatter.write_str("object"),
        }
    }
}
