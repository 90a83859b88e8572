//! Functions with regular expressions.
//!
//! Terraform's are Go's, which share their syntax and nearly all of their meaning with the regex crate: only `\d`, `\s`
//! and `\w` are ASCII there and Unicode here. A pattern that only Go takes gives an unknown value.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use regex::{Captures, Regex};

use super::{Function, arguments::Arguments};
use crate::hcl::evaluate::{Failure, Outcome, Value, waits, wrong};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::exactly("regex", 2, first_match),
    Function::exactly("regexall", 2, all_matches),
    Function::exactly("replace", 3, replace),
];

/// Compiled patterns: a module's validations are evaluated once for every instance of the module.
static COMPILED: LazyLock<Mutex<HashMap<Arc<str>, Regex>>> = LazyLock::new(Mutex::default);

fn compiled(pattern: &str) -> Result<Regex, Failure> {
    let mut cache = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = cache.get(pattern) {
        return Ok(regex.clone());
    }
    match Regex::new(pattern) {
        Ok(regex) => {
            cache.insert(Arc::from(pattern), regex.clone());
            Ok(regex)
        }
        Err(_) => waits(format!("the pattern \"{pattern}\"")),
    }
}

fn first_match(arguments: &Arguments<'_>) -> Outcome {
    let (pattern, text) = (compiled(&arguments.string(0)?)?, arguments.string(1)?);
    match pattern.captures(&text) {
        Some(captures) => Ok(matched(&pattern, &captures)),
        None => wrong("the pattern does not match the text"),
    }
}

fn all_matches(arguments: &Arguments<'_>) -> Outcome {
    let (pattern, text) = (compiled(&arguments.string(0)?)?, arguments.string(1)?);
    Ok(Value::list(pattern.captures_iter(&text).map(|captures| matched(&pattern, &captures))))
}

/// The whole match; or its groups as a tuple, or as an object where they have names.
fn matched(pattern: &Regex, captures: &Captures<'_>) -> Value {
    let group = |group: Option<regex::Match<'_>>| group.map_or(Value::Null, |group| Value::string(group.as_str()));
    if captures.len() == 1 {
        return group(captures.get(0));
    }
    if pattern.capture_names().flatten().next().is_some() {
        return Value::object(pattern.capture_names().flatten().map(|name| (name, group(captures.name(name)))));
    }
    Value::tuple(captures.iter().skip(1).map(group))
}

/// Replaces a text, or a pattern where it is written between slashes.
fn replace(arguments: &Arguments<'_>) -> Outcome {
    let (text, wanted, replacement) = (arguments.string(0)?, arguments.string(1)?, arguments.string(2)?);
    let pattern = wanted.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    Ok(match pattern {
        Some(pattern) => Value::string(&*compiled(pattern)?.replace_all(&text, &*replacement)),
        None => Value::string(text.replace(&*wanted, &replacement)),
    })
}
