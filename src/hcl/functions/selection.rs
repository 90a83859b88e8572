//! Functions that pick one of several values.

use super::{Function, arguments::Arguments};
use crate::hcl::evaluate::{Failure, Outcome, Value, article, equal, unify, wrong};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::at_least("coalesce", 1, coalesce),
    Function::at_least("coalescelist", 1, coalesce_lists),
    Function::exactly("element", 2, element),
    Function::exactly("matchkeys", 3, match_keys),
    Function::exactly("one", 1, one),
];

/// The first argument that is neither null nor empty text, converted to the type that all arguments convert to.
fn coalesce(arguments: &Arguments<'_>) -> Outcome {
    let values = unify(arguments.all())?;
    for value in values {
        match value {
            Value::Null => {}
            Value::String(text) if text.is_empty() => {}
            Value::Unknown(unknown) if !unknown.is_object() => return Err(Failure::Waits(unknown)),
            found => return Ok(found),
        }
    }
    wrong("all arguments are null or empty")
}

fn coalesce_lists(arguments: &Arguments<'_>) -> Outcome {
    for position in 0..arguments.count() {
        match arguments.value(position)? {
            Value::Null => {}
            Value::Tuple(elements) | Value::List(elements) if elements.is_empty() => {}
            found @ (Value::Tuple(_) | Value::List(_)) => return Ok(found.clone()),
            other => return wrong(format!("a list or tuple is required, not {}", article(other.kind()))),
        }
    }
    wrong("all lists are empty")
}

/// The element with a number, counting on from the start behind the last one.
fn element(arguments: &Arguments<'_>) -> Outcome {
    let value = arguments.value(0)?;
    let (Value::Tuple(elements) | Value::List(elements)) = value else {
        return wrong(format!("a list or tuple is required, not {}", article(value.kind())));
    };
    let position = arguments.index(1)?;
    match elements.get(position.checked_rem(elements.len()).unwrap_or(0)) {
        Some(element) => Ok(element.clone()),
        None => wrong("an empty list has no elements"),
    }
}

/// The values whose keys, at the same places, are among those searched for.
fn match_keys(arguments: &Arguments<'_>) -> Outcome {
    let (values, keys, searched) = (arguments.list(0)?, arguments.list(1)?, arguments.list(2)?);
    if values.len() != keys.len() {
        return wrong(format!("there are {} values and {} keys", values.len(), keys.len()));
    }
    let mut matching = Vec::new();
    for (value, key) in values.into_iter().zip(&keys) {
        for wanted in &searched {
            if equal(key, wanted).map_err(Failure::Waits)? {
                matching.push(value);
                break;
            }
        }
    }
    Ok(Value::list(matching))
}

/// The only element, or null where there is none.
fn one(arguments: &Arguments<'_>) -> Outcome {
    match arguments.elements(0)? {
        [] => Ok(Value::Null),
        [element] => Ok(element.clone()),
        elements => wrong(format!("there are {} elements, not one or none", elements.len())),
    }
}
