//! The arguments of a call, read as the types that a function needs.
//!
//! Each reader fails with what the result waits for when the argument is unknown, so functions are written as if
//! everything were known.

use std::sync::Arc;

use crate::hcl::evaluate::{self, Entries, Failure, Number, Value, article, wrong};

/// The arguments of a call.
pub(super) struct Arguments<'a> {
    values: &'a [Value],
}

impl<'a> Arguments<'a> {
    pub(super) const fn new(values: &'a [Value]) -> Self {
        Self { values }
    }

    /// All arguments, known or not.
    pub(super) const fn all(&self) -> &'a [Value] {
        self.values
    }

    /// An argument, known or not; one that is missing reads as null.
    pub(super) fn get(&self, position: usize) -> &'a Value {
        self.values.get(position).unwrap_or(&Value::Null)
    }

    /// How many arguments there are.
    pub(super) const fn count(&self) -> usize {
        self.values.len()
    }

    /// An argument that is known, though parts of it may not be.
    pub(super) fn value(&self, position: usize) -> Result<&'a Value, Failure> {
        match self.get(position) {
            Value::Unknown(unknown) => Err(Failure::Waits(unknown.clone())),
            value => Ok(value),
        }
    }

    /// An argument that is known with all its parts.
    pub(super) fn known(&self, position: usize) -> Result<&'a Value, Failure> {
        known(self.get(position))
    }

    pub(super) fn string(&self, position: usize) -> Result<Arc<str>, Failure> {
        evaluate::string(self.get(position))
    }

    pub(super) fn number(&self, position: usize) -> Result<Number, Failure> {
        evaluate::number(self.get(position))
    }

    /// A whole number.
    pub(super) fn integer(&self, position: usize) -> Result<i128, Failure> {
        let number = self.number(position)?;
        match number.as_integer() {
            Some(integer) => Ok(integer),
            None => wrong(format!("a whole number is required, not {number}")),
        }
    }

    /// A whole number from 0.
    pub(super) fn index(&self, position: usize) -> Result<usize, Failure> {
        let number = self.number(position)?;
        match number.as_index() {
            Some(index) => Ok(index),
            None => wrong(format!("a whole number from 0 is required, not {number}")),
        }
    }

    /// The elements of a list, tuple or set.
    pub(super) fn elements(&self, position: usize) -> Result<&'a [Value], Failure> {
        elements(self.value(position)?)
    }

    /// The elements of a list, tuple or set, converted to one type.
    pub(super) fn list(&self, position: usize) -> Result<Vec<Value>, Failure> {
        evaluate::unify(self.elements(position)?)
    }

    /// The elements of a list, tuple or set, converted to strings; null is no string.
    pub(super) fn strings(&self, position: usize) -> Result<Vec<Arc<str>>, Failure> {
        self.elements(position)?.iter().map(evaluate::string).collect()
    }

    /// The entries of a map or object.
    pub(super) fn entries(&self, position: usize) -> Result<&'a Entries, Failure> {
        match self.value(position)? {
            Value::Object(entries) | Value::Map(entries) => Ok(entries),
            other => wrong(format!("a map or object is required, not {}", article(other.kind()))),
        }
    }
}

/// The elements of a list, tuple or set.
pub(super) fn elements(value: &Value) -> Result<&[Value], Failure> {
    match value {
        Value::Tuple(elements) | Value::List(elements) | Value::Set(elements) => Ok(elements),
        Value::Unknown(unknown) => Err(Failure::Waits(unknown.clone())),
        other => wrong(format!("a list, tuple or set is required, not {}", article(other.kind()))),
    }
}

/// A value that is known with all its parts.
pub(super) fn known(value: &Value) -> Result<&Value, Failure> {
    match value.first_unknown() {
        Some(unknown) => Err(Failure::Waits(unknown.clone())),
        None => Ok(value),
    }
}
