//! Type constraints: what `type = …` of a variable says, and conversion to it.

use std::{collections::BTreeMap, sync::Arc};

use hcl_edit::expr::{Expression, FuncCall, ObjectKey};

use super::{
    convert::{self, article},
    failure::{Failure, Outcome, wrong},
    value::{Entries, Value},
};

/// A type of the Terraform language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `any`: whatever the value has.
    Any,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(…)`
    List(Box<Type>),
    /// `set(…)`
    Set(Box<Type>),
    /// `map(…)`
    Map(Box<Type>),
    /// `tuple([…])`
    Tuple(Vec<Type>),
    /// `object({…})`
    Object(BTreeMap<Arc<str>, Attribute>),
}

/// An attribute of an object type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The type of its values.
    pub kind: Type,
    /// The value where there is none; without one the attribute is required. `optional(…)` alone means null.
    pub default: Option<Value>,
}

impl Type {
    /// Reads a type constraint. `value` evaluates the defaults in it; nothing is returned for what is not a type.
    pub fn parse(expression: &Expression, value: &mut dyn FnMut(&Expression) -> Value) -> Option<Self> {
        match expression {
            Expression::Variable(name) => Self::named(name.as_str()),
            // Terraform 0.11 wrote types as strings and still takes them.
            Expression::String(name) => Self::named(name.as_str()),
            Expression::Parenthesis(inner) => Self::parse(inner.inner(), value),
            Expression::FuncCall(call) => Self::constructed(call, value),
            _ => None,
        }
    }

    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "any" => Self::Any,
            "bool" => Self::Bool,
            "number" => Self::Number,
            "string" => Self::String,
            "list" => Self::List(Box::new(Self::Any)),
            "set" => Self::Set(Box::new(Self::Any)),
            "map" => Self::Map(Box::new(Self::Any)),
            _ => return None,
        })
    }

    fn constructed(call: &FuncCall, value: &mut dyn FnMut(&Expression) -> Value) -> Option<Self> {
        let argument = call.args.get(0)?;
        Some(match call.name.name.as_str() {
            "list" => Self::List(Box::new(Self::parse(argument, value)?)),
            "set" => Self::Set(Box::new(Self::parse(argument, value)?)),
            "map" => Self::Map(Box::new(Self::parse(argument, value)?)),
            "tuple" => {
                let elements = argument.as_array()?.iter().map(|element| Self::parse(element, value));
                Self::Tuple(elements.collect::<Option<_>>()?)
            }
            "object" => {
                let mut attributes = BTreeMap::new();
                for (key, member) in argument.as_object()? {
                    let name = match key {
                        ObjectKey::Ident(name) => name.as_str(),
                        ObjectKey::Expression(expression) => expression.as_str()?,
                    };
                    attributes.insert(Arc::from(name), Attribute::parse(member.expr(), value)?);
                }
                Self::Object(attributes)
            }
            _ => return None,
        })
    }

    /// The type that a value has; what is unknown or null may be of any.
    pub(crate) fn of(value: &Value) -> Self {
        match value.revealed() {
            Value::Null | Value::Unknown(_) | Value::Sensitive(_) => Self::Any,
            Value::Bool(_) => Self::Bool,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Tuple(elements) => Self::Tuple(elements.iter().map(Self::of).collect()),
            // The elements have one type already, but an unknown one hides it.
            Value::List(elements) => Self::List(Box::new(Self::of_elements(elements.iter()))),
            Value::Set(elements) => Self::Set(Box::new(Self::of_elements(elements.iter()))),
            Value::Map(entries) => Self::Map(Box::new(Self::of_elements(entries.values()))),
            Value::Object(entries) => {
                let attribute = |value| Attribute { kind: Self::of(value), default: None };
                Self::Object(entries.iter().map(|(name, value)| (Arc::clone(name), attribute(value))).collect())
            }
        }
    }

    fn of_elements<'a>(elements: impl Iterator<Item = &'a Value>) -> Self {
        elements.map(Self::of).find(|kind| *kind != Self::Any).unwrap_or(Self::Any)
    }

    /// The type that values of both types convert to without loss.
    pub(crate) fn unify(self, other: Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Any, kind) | (kind, Self::Any) => kind,
            (left, right) if left == right => left,
            (Self::String, Self::Number | Self::Bool) | (Self::Number | Self::Bool, Self::String) => Self::String,
            (Self::Tuple(left), Self::Tuple(right)) if left.len() == right.len() => {
                Self::Tuple(left.into_iter().zip(right).map(|(left, right)| left.unify(right)).collect::<Option<_>>()?)
            }
            (Self::Object(left), Self::Object(right)) => Self::unify_objects(left, right)?,
            (left @ (Self::Object(_) | Self::Map(_)), right @ (Self::Object(_) | Self::Map(_))) => {
                Self::Map(Box::new(Self::element_of_both(left, right)?))
            }
            (left @ Self::Set(_), right) | (left, right @ Self::Set(_)) => {
                Self::Set(Box::new(Self::element_of_both(left, right)?))
            }
            (left, right) => Self::List(Box::new(Self::element_of_both(left, right)?)),
        })
    }

    fn unify_objects(left: BTreeMap<Arc<str>, Attribute>, right: BTreeMap<Arc<str>, Attribute>) -> Option<Self> {
        if left.keys().eq(right.keys()) {
            let both = left.iter().zip(right.values()).map(|((name, left), right)| {
                let kind = left.kind.clone().unify(right.kind.clone())?;
                Some((Arc::clone(name), Attribute { kind, default: None }))
            });
            if let Some(attributes) = both.collect::<Option<_>>() {
                return Some(Self::Object(attributes));
            }
        }
        Some(Self::Map(Box::new(Self::element_of_both(Self::Object(left), Self::Object(right))?)))
    }

    /// The one type of all elements of two collections.
    fn element_of_both(left: Self, right: Self) -> Option<Self> {
        let mut elements = left.elements()?;
        elements.extend(right.elements()?);
        Self::unify_all(elements)
    }

    fn elements(self) -> Option<Vec<Self>> {
        match self {
            Self::List(element) | Self::Set(element) | Self::Map(element) => Some(vec![*element]),
            Self::Tuple(elements) => Some(elements),
            Self::Object(attributes) => Some(attributes.into_values().map(|attribute| attribute.kind).collect()),
            Self::Any | Self::Bool | Self::Number | Self::String => None,
        }
    }

    /// The type that values of all types convert to.
    fn unify_all(mut types: Vec<Self>) -> Option<Self> {
        // A number and a boolean have no common type, unless a string is there too.
        types.sort_by_key(|kind| *kind != Self::String);
        types.into_iter().try_fold(Self::Any, Self::unify)
    }

    /// Converts a value, filling in the defaults of optional attributes.
    pub(crate) fn convert(&self, value: &Value) -> Outcome {
        match (self, value) {
            (_, Value::Sensitive(inner)) => match self.convert(inner) {
                Err(Failure::Wrong(_)) => wrong("the sensitive value has another type"),
                converted => converted.map(Value::sensitive),
            },
            (Self::Any, _) | (_, Value::Null | Value::Unknown(_)) => Ok(value.clone()),
            (Self::Bool, _) => convert::boolean(value).map(Value::Bool),
            (Self::Number, _) => convert::number(value).map(Value::Number),
            (Self::String, _) => convert::string(value).map(Value::String),
            (Self::List(kind), _) => Ok(Value::List(convert_elements(kind, sequence(value, "list")?)?.into())),
            (Self::Set(kind), _) => Ok(Value::set(convert_elements(kind, sequence(value, "set")?)?)),
            (Self::Map(kind), Value::Object(entries) | Value::Map(entries)) => {
                let values: Vec<Value> = entries.values().cloned().collect();
                Ok(Value::map(entries.keys().cloned().zip(convert_elements(kind, &values)?)))
            }
            (Self::Tuple(kinds), _) => {
                let elements = sequence(value, "tuple")?;
                if elements.len() != kinds.len() {
                    return wrong(format!("{} elements are required, not {}", kinds.len(), elements.len()));
                }
                let elements = kinds.iter().zip(elements).map(|(kind, element)| kind.convert(element));
                Ok(Value::Tuple(elements.collect::<Result<_, _>>()?))
            }
            (Self::Object(attributes), Value::Object(entries) | Value::Map(entries)) => {
                convert_object(attributes, entries)
            }
            (Self::Map(_), _) => wrong(format!("a map is required, not {}", article(value.kind()))),
            (Self::Object(_), _) => wrong(format!("an object is required, not {}", article(value.kind()))),
        }
    }
}

impl Attribute {
    fn parse(expression: &Expression, value: &mut dyn FnMut(&Expression) -> Value) -> Option<Self> {
        match expression {
            Expression::FuncCall(call) if call.name.name.as_str() == "optional" => {
                let kind = Type::parse(call.args.get(0)?, value)?;
                let default = call.args.get(1).map_or(Value::Null, value);
                Some(Self { kind, default: Some(default) })
            }
            _ => Some(Self { kind: Type::parse(expression, value)?, default: None }),
        }
    }
}

fn sequence<'a>(value: &'a Value, kind: &str) -> Result<&'a [Value], Failure> {
    match value {
        Value::Tuple(elements) | Value::List(elements) | Value::Set(elements) => Ok(elements),
        other => wrong(format!("a {kind} is required, not {}", article(other.kind()))),
    }
}

fn convert_elements(kind: &Type, elements: &[Value]) -> Result<Vec<Value>, Failure> {
    if *kind == Type::Any {
        return unify(elements);
    }
    elements.iter().map(|element| kind.convert(element)).collect()
}

fn convert_object(attributes: &BTreeMap<Arc<str>, Attribute>, entries: &Entries) -> Outcome {
    let mut object = Entries::new();
    for (name, attribute) in attributes {
        let value = match (entries.get(name), &attribute.default) {
            // An optional attribute that is null gets its default too.
            (None | Some(Value::Null), Some(default)) => default,
            (Some(value), _) => value,
            (None, None) => return wrong(format!("attribute \"{name}\" is required")),
        };
        let converted = match attribute.kind.convert(value) {
            Err(Failure::Wrong(message)) => return wrong(format!("attribute \"{name}\": {message}")),
            converted => converted?,
        };
        object.insert(Arc::clone(name), converted);
    }
    Ok(Value::Object(Arc::new(object)))
}

/// Converts values to the one type that all of them convert to.
pub(crate) fn unify(values: &[Value]) -> Result<Vec<Value>, Failure> {
    let uniform = values.windows(2).all(|pair| {
        std::mem::discriminant(&pair[0]) == std::mem::discriminant(&pair[1])
            && matches!(pair[0], Value::String(_) | Value::Number(_) | Value::Bool(_))
    });
    if uniform {
        return Ok(values.to_vec());
    }
    match Type::unify_all(values.iter().map(Type::of).collect()) {
        Some(kind) => values.iter().map(|value| kind.convert(value)).collect(),
        None => wrong("all elements must be of one type"),
    }
}
