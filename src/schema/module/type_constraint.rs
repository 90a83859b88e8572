//! The type constraints of `variable` blocks.

use hcl_edit::expr::{Expression, FuncCall};

use super::declarations::key_text;
use crate::schema::types::{Field, Type};

/// Reads a type constraint, e.g. `map(object({ size = optional(number, 1) }))`.
///
/// The error is the part that is none, and why.
pub fn type_constraint(expression: &Expression) -> Result<Type, (&Expression, &'static str)> {
    match expression {
        Expression::Variable(name) => named(name.as_str()).ok_or((expression, "not a type")),
        // Before Terraform 0.12 types were quoted.
        Expression::String(name) => named(name.as_str()).ok_or((expression, "not a type")),
        Expression::Parenthesis(inner) => type_constraint(inner.inner()),
        Expression::FuncCall(call) => constructor(call, expression),
        _ => Err((expression, "not a type")),
    }
}

fn named(name: &str) -> Option<Type> {
    match name {
        "string" => Some(Type::String),
        "number" => Some(Type::Number),
        "bool" => Some(Type::Bool),
        "any" => Some(Type::Dynamic),
        // Terraform still takes these two without an element type.
        "list" => Some(Type::List(Box::new(Type::Dynamic))),
        "map" => Some(Type::Map(Box::new(Type::Dynamic))),
        _ => None,
    }
}

fn constructor<'a>(call: &'a FuncCall, whole: &'a Expression) -> Result<Type, (&'a Expression, &'static str)> {
    let argument = || match (call.args.get(0), call.args.len()) {
        (Some(argument), 1) => Ok(argument),
        _ => Err((whole, "takes one argument")),
    };
    match call.name.name.as_str() {
        "list" => Ok(Type::List(Box::new(type_constraint(argument()?)?))),
        "set" => Ok(Type::Set(Box::new(type_constraint(argument()?)?))),
        "map" => Ok(Type::Map(Box::new(type_constraint(argument()?)?))),
        "tuple" => {
            let Expression::Array(elements) = argument()? else {
                return Err((whole, "`tuple` takes a list of types"));
            };
            elements.iter().map(type_constraint).collect::<Result<_, _>>().map(Type::Tuple)
        }
        "object" => object(argument()?),
        "optional" => Err((whole, "`optional` belongs to an attribute of an `object`")),
        _ => Err((whole, "not a type")),
    }
}

fn object(fields: &Expression) -> Result<Type, (&Expression, &'static str)> {
    let Expression::Object(object) = fields else {
        return Err((fields, "`object` takes `{ name = type, … }`"));
    };
    let mut types = indexmap::IndexMap::new();
    for (key, value) in object {
        let Some(name) = key_text(key) else {
            return Err((value.expr(), "the attribute has no plain name"));
        };
        let (kind, required) = match value.expr() {
            Expression::FuncCall(call) if call.name.name.as_str() == "optional" => {
                let kind = call.args.get(0).ok_or((value.expr(), "`optional` takes a type"))?;
                (kind, false)
            }
            kind => (kind, true),
        };
        types.insert(name.to_owned(), Field { kind: type_constraint(kind)?, required, computed: false });
    }
    Ok(Type::Object(types))
}
