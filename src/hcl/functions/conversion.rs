//! Conversions between types, and marks of sensitive values.

use super::{Function, arguments::Arguments};
use crate::hcl::evaluate::{Failure, Outcome, Type, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::exactly("ephemeralasnull", 1, |arguments| Ok(arguments.get(0).clone())),
    Function { sees_marks: true, ..Function::exactly("issensitive", 1, |arguments| sensitive(arguments.get(0))) },
    Function {
        sees_marks: true,
        ..Function::exactly("nonsensitive", 1, |arguments| Ok(arguments.get(0).revealed().clone()))
    },
    Function {
        sees_marks: true,
        ..Function::exactly("sensitive", 1, |arguments| Ok(arguments.get(0).clone().sensitive()))
    },
    Function::exactly("tobool", 1, |arguments| convert(arguments, &Type::Bool)),
    Function::exactly("tolist", 1, |arguments| convert(arguments, &Type::List(Box::new(Type::Any)))),
    Function::exactly("tomap", 1, |arguments| convert(arguments, &Type::Map(Box::new(Type::Any)))),
    Function::exactly("tonumber", 1, |arguments| convert(arguments, &Type::Number)),
    Function::exactly("toset", 1, |arguments| convert(arguments, &Type::Set(Box::new(Type::Any)))),
    Function::exactly("tostring", 1, |arguments| convert(arguments, &Type::String)),
];

fn convert(arguments: &Arguments<'_>, kind: &Type) -> Outcome {
    kind.convert(arguments.value(0)?)
}

fn sensitive(value: &Value) -> Outcome {
    match value {
        // The provider may say later that the value is sensitive.
        Value::Unknown(unknown) => Err(Failure::Waits(unknown.clone())),
        value => Ok(Value::Bool(value.is_sensitive())),
    }
}
