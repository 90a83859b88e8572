//! Functions of lists and other sequences.

use std::sync::Arc;

use super::{Function, arguments::Arguments};
use crate::hcl::evaluate::{self, Failure, Number, Outcome, Value, article, equal, unify, waits, wrong};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::exactly("alltrue", 1, |arguments| decided(arguments, false)),
    Function::exactly("anytrue", 1, |arguments| decided(arguments, true)),
    Function::exactly("chunklist", 2, chunks),
    Function::exactly("compact", 1, compact),
    Function::at_least("concat", 1, concat),
    Function::exactly("contains", 2, contains),
    Function::exactly("distinct", 1, distinct),
    Function::exactly("flatten", 1, flatten),
    Function::exactly("index", 2, position),
    Function::exactly("length", 1, length),
    Function::between("range", 1, 3, range),
    Function::exactly("reverse", 1, reverse),
    Function::exactly("slice", 3, slice),
    Function::exactly("sort", 1, sort),
];

/// The most numbers that `range` makes, in Terraform as well.
const LONGEST_RANGE: usize = 1024;

/// Whether one element has the value that decides; an unknown one matters only if none has.
fn decided(arguments: &Arguments<'_>, decisive: bool) -> Outcome {
    let mut unknown = None;
    for element in arguments.elements(0)? {
        match element {
            // Terraform counts null as false.
            Value::Null if !decisive => return Ok(Value::Bool(false)),
            Value::Null => {}
            element => match evaluate::boolean(element) {
                Ok(value) if value == decisive => return Ok(Value::Bool(decisive)),
                Ok(_) => {}
                Err(Failure::Waits(origin)) => unknown = unknown.or(Some(origin)),
                Err(failure) => return Err(failure),
            },
        }
    }
    unknown.map_or(Ok(Value::Bool(!decisive)), |unknown| Err(Failure::Waits(unknown)))
}

fn chunks(arguments: &Arguments<'_>) -> Outcome {
    let (elements, size) = (arguments.list(0)?, arguments.index(1)?);
    if size == 0 {
        return Ok(Value::list([Value::list(elements)]));
    }
    Ok(Value::list(elements.chunks(size).map(|chunk| Value::list(chunk.to_vec()))))
}

fn compact(arguments: &Arguments<'_>) -> Outcome {
    let mut kept = Vec::new();
    for element in arguments.elements(0)? {
        if !matches!(element, Value::Null) {
            let text = evaluate::string(element)?;
            if !text.is_empty() {
                kept.push(Value::String(text));
            }
        }
    }
    Ok(Value::list(kept))
}

fn concat(arguments: &Arguments<'_>) -> Outcome {
    let mut elements = Vec::new();
    for position in 0..arguments.count() {
        match arguments.value(position)? {
            Value::Tuple(more) | Value::List(more) => elements.extend(more.iter().cloned()),
            other => return wrong(format!("a list or tuple is required, not {}", article(other.kind()))),
        }
    }
    if arguments.all().iter().all(|argument| matches!(argument, Value::List(_))) {
        return Ok(Value::List(unify(&elements)?.into()));
    }
    Ok(Value::tuple(elements))
}

fn contains(arguments: &Arguments<'_>) -> Outcome {
    let mut unknown = None;
    for element in arguments.elements(0)? {
        match equal(element, arguments.get(1)) {
            Ok(true) => return Ok(Value::Bool(true)),
            Ok(false) => {}
            Err(origin) => unknown = unknown.or(Some(origin)),
        }
    }
    unknown.map_or(Ok(Value::Bool(false)), |unknown| Err(Failure::Waits(unknown)))
}

fn distinct(arguments: &Arguments<'_>) -> Outcome {
    let mut distinct: Vec<Value> = Vec::new();
    for element in arguments.list(0)? {
        let mut present = false;
        for earlier in &distinct {
            if equal(earlier, &element).map_err(Failure::Waits)? {
                present = true;
                break;
            }
        }
        if !present {
            distinct.push(element);
        }
    }
    Ok(Value::list(distinct))
}

/// All elements of the sequences inside, however deep.
///
/// An unknown value beside sequences may be one itself, so nothing is known about the result. Inside one it stands for
/// a single element: that is what the usual `for` inside a `for` gives, and otherwise hardly anything could be known.
fn flatten(arguments: &Arguments<'_>) -> Outcome {
    let elements = arguments.elements(0)?;
    if let Some(Value::Unknown(unknown)) = elements.iter().find(|element| element.is_unknown()) {
        return Err(Failure::Waits(unknown.clone()));
    }
    let mut flat = Vec::new();
    flatten_into(elements, &mut flat);
    Ok(Value::tuple(flat))
}

fn flatten_into(elements: &[Value], flat: &mut Vec<Value>) {
    for element in elements {
        match element {
            Value::Tuple(inner) | Value::List(inner) | Value::Set(inner) => flatten_into(inner, flat),
            other => flat.push(other.clone()),
        }
    }
}

fn position(arguments: &Arguments<'_>) -> Outcome {
    for (position, element) in arguments.elements(0)?.iter().enumerate() {
        if equal(element, arguments.get(1)).map_err(Failure::Waits)? {
            return Ok(Value::count(position));
        }
    }
    wrong("the value is not in the list")
}

/// How many elements or characters there are, which may be known though they are not.
fn length(arguments: &Arguments<'_>) -> Outcome {
    match arguments.value(0)? {
        Value::String(text) => Ok(Value::count(text.chars().count())),
        Value::Tuple(elements) | Value::List(elements) => Ok(Value::count(elements.len())),
        Value::Set(elements) => match elements.iter().find_map(Value::first_unknown) {
            // Unknown elements may turn out to be equal.
            Some(unknown) if elements.len() > 1 => Err(Failure::Waits(unknown.clone())),
            _ => Ok(Value::count(elements.len())),
        },
        Value::Object(entries) | Value::Map(entries) => Ok(Value::count(entries.len())),
        other => wrong(format!("{} has no length", article(other.kind()))),
    }
}

fn range(arguments: &Arguments<'_>) -> Outcome {
    let numbers = arguments.all().iter().map(evaluate::number).collect::<Result<Vec<_>, Failure>>()?;
    let zero = Number::ZERO;
    let (start, limit) = match numbers[..] {
        [limit] => (zero, limit),
        [start, limit, ..] => (start, limit),
        [] => return wrong("the limit is missing"),
    };
    let step = numbers.get(2).copied().unwrap_or(Number::integer(if limit < start { -1 } else { 1 }));
    if step == zero {
        return wrong("the step must not be zero");
    }
    if (limit > start && step < zero) || (limit < start && step > zero) {
        return wrong("the step leads away from the limit");
    }
    let mut made = Vec::new();
    let mut number = start;
    while if step > zero { number < limit } else { number > limit } {
        if made.len() >= LONGEST_RANGE {
            return wrong(format!("more than {LONGEST_RANGE} values"));
        }
        made.push(Value::Number(number));
        match number.plus(step) {
            Some(next) => number = next,
            None => return waits("a number out of range"),
        }
    }
    Ok(Value::list(made))
}

fn reverse(arguments: &Arguments<'_>) -> Outcome {
    let reversed = arguments.elements(0)?.iter().rev().cloned();
    Ok(if matches!(arguments.get(0), Value::Tuple(_)) { Value::tuple(reversed) } else { Value::list(reversed) })
}

fn slice(arguments: &Arguments<'_>) -> Outcome {
    let (value, start, end) = (arguments.value(0)?, arguments.index(1)?, arguments.index(2)?);
    let (Value::Tuple(elements) | Value::List(elements)) = value else {
        return wrong(format!("a list or tuple is required, not {}", article(value.kind())));
    };
    match elements.get(start..end) {
        Some(part) if matches!(value, Value::Tuple(_)) => Ok(Value::Tuple(Arc::from(part))),
        Some(part) => Ok(Value::List(Arc::from(part))),
        None => wrong(format!("{start} to {end} is not within {} elements", elements.len())),
    }
}

fn sort(arguments: &Arguments<'_>) -> Outcome {
    let mut strings = arguments.strings(0)?;
    strings.sort();
    Ok(Value::list(strings.into_iter().map(Value::String)))
}
