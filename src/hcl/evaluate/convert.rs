//! Conversions of single values between strings, numbers and booleans, and comparison for equality.

use std::sync::Arc;

use super::{
    failure::{Failure, waits, wrong},
    number::Number,
    value::{Unknown, Value},
};

/// The string that a string, number or boolean converts to.
pub(crate) fn string(value: &Value) -> Result<Arc<str>, Failure> {
    match value.revealed() {
        Value::String(text) => Ok(Arc::clone(text)),
        Value::Bool(value) => Ok(Arc::from(if *value { "true" } else { "false" })),
        Value::Number(number) => match number.decimal() {
            Some(decimal) => Ok(decimal.into()),
            // Terraform prints 154 digits, the last of them rounded.
            None if value.is_sensitive() => waits("the digits of a sensitive number"),
            None => waits(format!("the digits of {number}")),
        },
        Value::Unknown(unknown) => Err(Failure::Waits(unknown.clone())),
        other => wrong(format!("a string is required, not {}", article(other.kind()))),
    }
}

/// The number that a number or a string of digits converts to.
pub(crate) fn number(value: &Value) -> Result<Number, Failure> {
    match value.revealed() {
        Value::Number(number) => Ok(*number),
        Value::String(text) => match Number::parse(text) {
            Some(number) => Ok(number),
            None if value.is_sensitive() => wrong("a number is required, not a sensitive string"),
            None => wrong(format!("a number is required, not the string \"{text}\"")),
        },
        Value::Unknown(unknown) => Err(Failure::Waits(unknown.clone())),
        other => wrong(format!("a number is required, not {}", article(other.kind()))),
    }
}

/// The boolean that a boolean or one of the strings `true` and `false` converts to.
pub(crate) fn boolean(value: &Value) -> Result<bool, Failure> {
    match value.revealed() {
        Value::Bool(value) => Ok(*value),
        Value::String(text) if &**text == "true" => Ok(true),
        Value::String(text) if &**text == "false" => Ok(false),
        Value::Unknown(unknown) => Err(Failure::Waits(unknown.clone())),
        other => wrong(format!("a bool is required, not {}", article(other.kind()))),
    }
}

/// A kind of value with its article.
pub(crate) fn article(kind: &str) -> String {
    match kind {
        "null" => kind.to_owned(),
        "object" | "unknown value" => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}

/// Whether two values are equal; an error holds what the answer waits for.
///
/// Values of different kinds are never equal: `1 == "1"` is false, and so is `tolist([]) == []`.
pub(crate) fn equal(left: &Value, right: &Value) -> Result<bool, Unknown> {
    match (left.revealed(), right.revealed()) {
        (Value::Unknown(unknown), other) | (other, Value::Unknown(unknown)) => {
            if unknown.is_present() && matches!(other, Value::Null) { Ok(false) } else { Err(unknown.clone()) }
        }
        (Value::Tuple(left), Value::Tuple(right))
        | (Value::List(left), Value::List(right))
        | (Value::Set(left), Value::Set(right)) => {
            if left.len() != right.len() {
                return Ok(false);
            }
            all(left.iter().zip(right.iter()).map(|(left, right)| equal(left, right)))
        }
        (Value::Object(left), Value::Object(right)) | (Value::Map(left), Value::Map(right)) => {
            if left.len() != right.len() || !left.keys().eq(right.keys()) {
                return Ok(false);
            }
            all(left.values().zip(right.values()).map(|(left, right)| equal(left, right)))
        }
        (left, right) => Ok(left == right),
    }
}

/// False as soon as one is, else unknown if one is.
fn all(answers: impl Iterator<Item = Result<bool, Unknown>>) -> Result<bool, Unknown> {
    let mut unknown = None;
    for answer in answers {
        match answer {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(origin) => unknown = unknown.or(Some(origin)),
        }
    }
    unknown.map_or(Ok(true), Err)
}
