//! Terraform's functions, as tables by family.
//!
//! Behaviour follows Terraform 1.11, whose own results for several hundred calls are a fixture of the tests. Functions
//! that depend on the time, on chance or on files are known by name only.

mod arguments;
mod collection;
mod conversion;
mod encoding;
mod format;
mod hash;
mod json;
mod mapping;
mod network;
mod numeric;
mod pattern;
mod selection;
mod sets;
mod string;
mod yaml;

use std::{collections::HashMap, sync::LazyLock};

use super::evaluate::{Failure, Outcome, Unknown, Value, waits, wrong};
use arguments::Arguments;

/// A function of the language.
struct Function {
    name: &'static str,
    /// The fewest arguments.
    least: usize,
    /// The most arguments.
    most: usize,
    /// Whether it is told which values are sensitive; for all others the result of sensitive arguments is sensitive.
    sees_marks: bool,
    call: fn(&Arguments<'_>) -> Outcome,
}

impl Function {
    const fn exactly(name: &'static str, count: usize, call: fn(&Arguments<'_>) -> Outcome) -> Self {
        Self::between(name, count, count, call)
    }

    const fn at_least(name: &'static str, count: usize, call: fn(&Arguments<'_>) -> Outcome) -> Self {
        Self::between(name, count, usize::MAX, call)
    }

    const fn between(name: &'static str, least: usize, most: usize, call: fn(&Arguments<'_>) -> Outcome) -> Self {
        Self { name, least, most, sees_marks: false, call }
    }
}

static FUNCTIONS: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
    let families = [
        collection::FUNCTIONS,
        conversion::FUNCTIONS,
        encoding::FUNCTIONS,
        format::FUNCTIONS,
        hash::FUNCTIONS,
        mapping::FUNCTIONS,
        network::FUNCTIONS,
        numeric::FUNCTIONS,
        pattern::FUNCTIONS,
        selection::FUNCTIONS,
        sets::FUNCTIONS,
        string::FUNCTIONS,
    ];
    families.into_iter().flatten().map(|function| (function.name, function)).collect()
});

/// Functions whose results are not computed here: they depend on the time, on chance or on files, or no module needs
/// them to be known beforehand.
const NOT_COMPUTED: &[&str] = &[
    "abspath",
    "base64gzip",
    "basename",
    "bcrypt",
    "csvdecode",
    "dirname",
    "filebase64",
    "filebase64sha256",
    "filebase64sha512",
    "fileexists",
    "filemd5",
    "fileset",
    "filesha1",
    "filesha256",
    "filesha512",
    "formatdate",
    "md5",
    "pathexpand",
    "plantimestamp",
    "rsadecrypt",
    "sha1",
    "textdecodebase64",
    "textencodebase64",
    "timeadd",
    "timecmp",
    "timestamp",
    "type",
    "uuid",
    "uuidv5",
    "yamldecode",
];

/// Calls a function by name.
pub(super) fn call(name: &str, arguments: &[Value]) -> Outcome {
    let Some(function) = FUNCTIONS.get(name) else {
        if NOT_COMPUTED.contains(&name) {
            return waits(format!("{name}(…)"));
        }
        return wrong("there is no such function");
    };
    if arguments.len() < function.least {
        return wrong(format!("at least {} arguments are needed, there are {}", function.least, arguments.len()));
    }
    if arguments.len() > function.most {
        return wrong(format!("at most {} arguments are possible, there are {}", function.most, arguments.len()));
    }
    if !function.sees_marks && arguments.iter().any(Value::holds_sensitive) {
        let revealed: Vec<Value> = arguments.iter().map(Value::unmarked).collect();
        let outcome = (function.call)(&Arguments::new(&revealed)).map(Value::sensitive);
        return outcome.map_err(|failure| concealed(name, arguments, failure));
    }
    (function.call)(&Arguments::new(arguments))
}

/// A failure that shows nothing of the arguments.
fn concealed(name: &str, arguments: &[Value], failure: Failure) -> Failure {
    match failure {
        Failure::Wrong(_) => Failure::Wrong("a sensitive argument does not fit".to_owned()),
        // What an unknown argument waits for is no secret.
        Failure::Waits(unknown) if arguments.iter().any(|value| value.first_unknown().is_some()) => {
            Failure::Waits(unknown)
        }
        Failure::Waits(_) => Failure::Waits(Unknown::new(format!("{name}(…)"))),
    }
}
