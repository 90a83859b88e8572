//! Follows what a reference asks of a value whose type is known.

use super::super::{
    provider::{Block, NestedBlock, Nesting},
    types::Type,
};
use crate::hcl::Step;

/// A value as far as its type is known.
#[derive(Clone, Copy)]
pub(super) enum Value<'t> {
    /// An object that a block describes.
    Block(&'t Block),
    /// The repeated block, as a list, set or map of objects.
    Nested(&'t NestedBlock),
    /// A value of a type.
    Typed(&'t Type),
}

/// What a reference asks for in vain.
pub(super) enum Mistake<'t> {
    /// The step with this number names no attribute; those there are.
    NoAttribute(usize, Vec<&'t str>),
    /// The step with this number names an attribute of a list or set, not of its elements.
    OfElements(usize),
    /// The step with this number names an attribute of a text, number or boolean.
    OfPrimitive(usize),
}

/// Follows the steps; `None` where they all fit, or from where no type is known.
pub(super) fn follow<'t>(value: Value<'t>, steps: &[Step<'_>]) -> Option<Mistake<'t>> {
    let mut value = value;
    let mut is_splatted = false;
    for (at, step) in steps.iter().enumerate() {
        value = match (step, value) {
            // What an index means behind a splat depends on which of the two forms it is.
            (Step::Index, _) if is_splatted => return None,
            (Step::Splat, _) => {
                is_splatted = true;
                elements(value).unwrap_or(value)
            }
            (Step::Index, value) => elements(value)?,
            (Step::Name(name), Value::Block(block)) => match attribute(block, name) {
                Some(value) => value,
                None => return Some(Mistake::NoAttribute(at, names(block))),
            },
            (Step::Name(_), Value::Nested(nested)) => match nested.nesting {
                Nesting::Single | Nesting::Map => Value::Block(&nested.block),
                Nesting::List | Nesting::Set => return Some(Mistake::OfElements(at)),
            },
            (Step::Name(name), Value::Typed(kind)) => match kind {
                Type::Object(fields) => match fields.get(*name) {
                    Some(field) => Value::Typed(&field.kind),
                    None => return Some(Mistake::NoAttribute(at, fields.keys().map(String::as_str).collect())),
                },
                Type::Map(element) => Value::Typed(element),
                Type::List(_) | Type::Set(_) => return Some(Mistake::OfElements(at)),
                Type::String | Type::Number | Type::Bool => return Some(Mistake::OfPrimitive(at)),
                Type::Dynamic | Type::Tuple(_) => return None,
            },
        };
    }
    None
}

/// The elements of a collection; `None` for a value that has none of one type.
fn elements(value: Value<'_>) -> Option<Value<'_>> {
    match value {
        Value::Nested(nested) if nested.nesting != Nesting::Single => Some(Value::Block(&nested.block)),
        Value::Typed(kind) => kind.element().map(Value::Typed),
        _ => None,
    }
}

fn attribute<'t>(block: &'t Block, name: &str) -> Option<Value<'t>> {
    if let Some(attribute) = block.attributes.get(name) {
        return Some(Value::Typed(&attribute.kind));
    }
    let nested = block.blocks.get(name)?;
    Some(match nested.nesting {
        Nesting::Single => Value::Block(&nested.block),
        _ => Value::Nested(nested),
    })
}

fn names(block: &Block) -> Vec<&str> {
    block.attributes.keys().chain(block.blocks.keys()).map(String::as_str).collect()
}
