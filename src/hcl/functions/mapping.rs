//! Functions of maps and objects.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Function,
    arguments::{Arguments, elements},
};
use crate::hcl::evaluate::{self, Entries, Outcome, Value, article, unify, wrong};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::exactly("keys", 1, |arguments| {
        let keys = arguments.entries(0)?.keys().cloned().map(Value::String);
        Ok(if matches!(arguments.get(0), Value::Map(_)) { Value::list(keys) } else { Value::tuple(keys) })
    }),
    Function::between("lookup", 2, 3, lookup),
    Function::at_least("merge", 0, merge),
    Function::exactly("transpose", 1, transpose),
    Function::exactly("values", 1, |arguments| {
        let values = arguments.entries(0)?.values().cloned();
        Ok(if matches!(arguments.get(0), Value::Map(_)) { Value::list(values) } else { Value::tuple(values) })
    }),
    Function::exactly("zipmap", 2, zip),
];

fn lookup(arguments: &Arguments<'_>) -> Outcome {
    let (entries, key) = (arguments.entries(0)?, arguments.string(1)?);
    match entries.get(&key) {
        Some(value) => Ok(value.clone()),
        None if arguments.count() > 2 => Ok(arguments.get(2).clone()),
        None => wrong(format!("there is no key \"{key}\" and no default")),
    }
}

/// The entries of all maps, later ones winning; null counts as empty.
fn merge(arguments: &Arguments<'_>) -> Outcome {
    let mut merged = Entries::new();
    // Nothing merged is an object, as `merge([]...)` over a list that may be empty needs.
    let mut all_maps = arguments.count() > 0;
    for position in 0..arguments.count() {
        match arguments.value(position)? {
            Value::Null => {}
            Value::Object(entries) | Value::Map(entries) => {
                all_maps &= matches!(arguments.get(position), Value::Map(_));
                merged.extend(entries.iter().map(|(key, value)| (Arc::clone(key), value.clone())));
            }
            other => return wrong(format!("a map or object is required, not {}", article(other.kind()))),
        }
    }
    let merged = Arc::new(merged);
    Ok(if all_maps { Value::Map(merged) } else { Value::Object(merged) })
}

fn transpose(arguments: &Arguments<'_>) -> Outcome {
    let mut transposed: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (key, values) in arguments.entries(0)? {
        for value in elements(values)? {
            transposed.entry(evaluate::string(value)?).or_default().push(Value::String(Arc::clone(key)));
        }
    }
    Ok(Value::map(transposed.into_iter().map(|(key, values)| (key, Value::list(values)))))
}

fn zip(arguments: &Arguments<'_>) -> Outcome {
    let (keys, values) = (arguments.strings(0)?, arguments.elements(1)?);
    if keys.len() != values.len() {
        return wrong(format!("there are {} keys and {} values", keys.len(), values.len()));
    }
    if matches!(arguments.get(1), Value::List(_)) {
        return Ok(Value::map(keys.into_iter().zip(unify(values)?)));
    }
    Ok(Value::object(keys.into_iter().zip(values.iter().cloned())))
}
