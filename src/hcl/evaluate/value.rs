//! Values of the Terraform language, known as far as they can be without a provider.

use std::{collections::BTreeMap, fmt, sync::Arc};

use super::number::Number;

/// The entries of a map or an object, in the order in which Terraform iterates over them: by key, byte by byte.
pub type Entries = BTreeMap<Arc<str>, Value>;

/// A value; cloning one is cheap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`, of whatever type.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(Arc<str>),
    /// `[…]`: elements of any types.
    Tuple(Arc<[Value]>),
    /// What `tolist` and variables of type `list(…)` have: elements of one type.
    List(Arc<[Value]>),
    /// Distinct elements of one type; strings and numbers are in ascending order.
    Set(Arc<[Value]>),
    /// `{…}`: attributes of any types.
    Object(Arc<Entries>),
    /// What `tomap` and variables of type `map(…)` have: elements of one type.
    Map(Arc<Entries>),
    /// A value that only exists once something was planned or applied.
    Unknown(Unknown),
    /// A value that must not be shown.
    Sensitive(Arc<Value>),
}

/// Why a value is not known, and what is known about it anyway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    origin: Arc<str>,
    attributes: Option<Arc<Entries>>,
    is_present: bool,
}

impl Unknown {
    /// A value of which nothing is known but the reference that it waits for.
    pub fn new(origin: impl Into<Arc<str>>) -> Self {
        Self { origin: origin.into(), attributes: None, is_present: false }
    }

    /// A value that will not be null, such as an ARN that the provider computes.
    pub fn present(origin: impl Into<Arc<str>>) -> Self {
        Self { is_present: true, ..Self::new(origin) }
    }

    /// A resource's object: the configured attributes are known, those that the provider computes are not.
    pub fn with_attributes(origin: impl Into<Arc<str>>, attributes: Entries) -> Self {
        Self { attributes: Some(Arc::new(attributes)), ..Self::present(origin) }
    }

    /// The reference that the value waits for, such as `var.vpc_id` or `aws_vpc.this.id`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether the value is certainly not null.
    #[must_use]
    pub const fn is_present(&self) -> bool {
        self.is_present
    }

    /// Whether the value is an object of which some attributes are known.
    #[must_use]
    pub const fn is_object(&self) -> bool {
        self.attributes.is_some()
    }

    /// An attribute of the unknown value, which may be known.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Value {
        match &self.attributes {
            Some(attributes) => {
                attributes.get(name).cloned().unwrap_or_else(|| Value::unknown(format!("{}.{name}", self.origin)))
            }
            None => Value::Unknown(self.clone()),
        }
    }
}

impl Value {
    /// A string.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::String(text.into())
    }

    /// A whole number.
    #[must_use]
    pub fn integer(value: impl Into<i128>) -> Self {
        Self::Number(Number::integer(value.into()))
    }

    /// The number of things in memory.
    #[must_use]
    pub fn count(value: usize) -> Self {
        // No machine has more than 2¹²⁷ bytes.
        Self::integer(i128::try_from(value).unwrap_or(i128::MAX))
    }

    /// A tuple.
    pub fn tuple(elements: impl IntoIterator<Item = Self>) -> Self {
        Self::Tuple(elements.into_iter().collect())
    }

    /// A list.
    pub fn list(elements: impl IntoIterator<Item = Self>) -> Self {
        Self::List(elements.into_iter().collect())
    }

    /// A set: equal elements once, strings and numbers in ascending order, others as they came.
    pub fn set(elements: impl IntoIterator<Item = Self>) -> Self {
        let mut distinct: Vec<Self> = Vec::new();
        let mut elements: Vec<Self> = elements.into_iter().collect();
        // The sort is stable and other kinds share a rank, which leaves those in their order.
        elements.sort_by(|left, right| match (left, right) {
            (Self::String(left), Self::String(right)) => left.cmp(right),
            (Self::Number(left), Self::Number(right)) => left.cmp(right),
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            _ => left.rank().cmp(&right.rank()),
        });
        for element in elements {
            let sorted = matches!(element, Self::String(_) | Self::Number(_) | Self::Bool(_));
            let present = if sorted { distinct.last() == Some(&element) } else { distinct.contains(&element) };
            // Two unknown elements may turn out to be different, whatever they wait for.
            if !present || element.first_unknown().is_some() {
                distinct.push(element);
            }
        }
        Self::Set(distinct.into())
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Bool(_) => 0,
            Self::Number(_) => 1,
            Self::String(_) => 2,
            _ => 3,
        }
    }

    /// An object.
    pub fn object<K: Into<Arc<str>>>(attributes: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Object(Arc::new(attributes.into_iter().map(|(key, value)| (key.into(), value)).collect()))
    }

    /// A map.
    pub fn map<K: Into<Arc<str>>>(elements: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(Arc::new(elements.into_iter().map(|(key, value)| (key.into(), value)).collect()))
    }

    /// A value that waits for a reference.
    pub fn unknown(origin: impl Into<Arc<str>>) -> Self {
        Self::Unknown(Unknown::new(origin))
    }

    /// The value, marked as one that must not be shown.
    #[must_use]
    pub fn sensitive(self) -> Self {
        match self {
            Self::Sensitive(_) => self,
            value => Self::Sensitive(Arc::new(value)),
        }
    }

    /// The value, marked where `sensitive` says so.
    #[must_use]
    pub fn marked(self, sensitive: bool) -> Self {
        if sensitive { self.sensitive() } else { self }
    }

    /// The value behind the mark, if there is one.
    #[must_use]
    pub fn revealed(&self) -> &Self {
        match self {
            Self::Sensitive(value) => value.revealed(),
            value => value,
        }
    }

    /// Whether the value itself is marked, not counting what is inside.
    #[must_use]
    pub const fn is_sensitive(&self) -> bool {
        matches!(self, Self::Sensitive(_))
    }

    /// The elements of a tuple, list or set.
    #[must_use]
    pub fn elements(&self) -> Option<&[Self]> {
        match self.revealed() {
            Self::Tuple(elements) | Self::List(elements) | Self::Set(elements) => Some(elements),
            _ => None,
        }
    }

    /// The entries of a map or an object.
    #[must_use]
    pub fn entries(&self) -> Option<&Entries> {
        match self.revealed() {
            Self::Object(entries) | Self::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value under a key of a map or an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries()?.get(key)
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self.revealed() {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.revealed() {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The value of a whole number.
    #[must_use]
    pub fn as_integer(&self) -> Option<i128> {
        match self.revealed() {
            Self::Number(number) => number.as_integer(),
            _ => None,
        }
    }

    /// Whether the value is not known at all; inside a known collection there may still be unknown values.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self.revealed(), Self::Unknown(_))
    }

    /// What Terraform's own messages call this kind of value.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.revealed() {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Tuple(_) => "tuple",
            Self::List(_) => "list",
            Self::Set(_) => "set",
            Self::Object(_) => "object",
            Self::Map(_) => "map",
            Self::Unknown(_) | Self::Sensitive(_) => "unknown value",
        }
    }
}

impl From<&serde_json::Value> for Value {
    /// Reads JSON as `jsondecode` does: arrays become tuples, objects objects.
    fn from(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => Number::parse(&number.to_string())
                .map_or_else(|| Self::unknown(format!("a number out of range: {number}")), Self::Number),
            Json::String(text) => Self::string(text.as_str()),
            Json::Array(elements) => Self::tuple(elements.iter().map(Self::from)),
            Json::Object(members) => Self::object(members.iter().map(|(key, value)| (key.as_str(), Self::from(value)))),
        }
    }
}

impl fmt::Display for Value {
    /// Writes the value as an expression; what is sensitive or unknown is named, never shown.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Bool(value) => write!(formatter, "{value}"),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::String(text) => formatter.write_str(&quoted(text)),
            Self::Tuple(elements) | Self::List(elements) | Self::Set(elements) => {
                formatter.write_str("[")?;
                for (position, element) in elements.iter().enumerate() {
                    write!(formatter, "{}{element}", if position == 0 { "" } else { ", " })?;
                }
                formatter.write_str("]")
            }
            Self::Object(entries) | Self::Map(entries) => {
                formatter.write_str("{")?;
                for (position, (key, value)) in entries.iter().enumerate() {
                    write!(formatter, "{}{} = {value}", if position == 0 { " " } else { ", " }, quoted(key))?;
                }
                formatter.write_str(if entries.is_empty() { "}" } else { " }" })
            }
            Self::Unknown(unknown) => write!(formatter, "(known after {})", unknown.origin()),
            Self::Sensitive(_) => formatter.write_str("(sensitive value)"),
        }
    }
}

/// A string as an HCL literal, so that keys with quotes or template markers in them stay readable addresses.
pub(crate) fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            '$' | '%' if characters.peek() == Some(&'{') => {
                literal.push(character);
                literal.push(character);
            }
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
}
