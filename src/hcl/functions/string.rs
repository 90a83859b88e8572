//! Functions of strings.
//!
//! Lengths and positions count characters. Terraform counts what a reader sees as one, so a letter with a combining
//! accent is one there and two here.

use std::sync::Arc;

use super::{Function, arguments::Arguments};
use crate::hcl::evaluate::{Outcome, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::exactly("chomp", 1, |arguments| text(arguments.string(0)?.trim_end_matches(['\r', '\n']))),
    Function::exactly("endswith", 2, |arguments| {
        Ok(Value::Bool(arguments.string(0)?.ends_with(&*arguments.string(1)?)))
    }),
    Function::exactly("indent", 2, indent),
    Function::at_least("join", 2, join),
    Function::exactly("lower", 1, |arguments| text(arguments.string(0)?.to_lowercase())),
    Function::exactly("split", 2, split),
    Function::exactly("startswith", 2, |arguments| {
        Ok(Value::Bool(arguments.string(0)?.starts_with(&*arguments.string(1)?)))
    }),
    Function::exactly("strcontains", 2, |arguments| {
        Ok(Value::Bool(arguments.string(0)?.contains(&*arguments.string(1)?)))
    }),
    Function::exactly("strrev", 1, |arguments| text(arguments.string(0)?.chars().rev().collect::<String>())),
    Function::exactly("substr", 3, substr),
    Function::exactly("title", 1, title),
    Function::exactly("trim", 2, trim),
    Function::exactly("trimprefix", 2, |arguments| {
        let (whole, prefix) = (arguments.string(0)?, arguments.string(1)?);
        text(whole.strip_prefix(&*prefix).unwrap_or(&whole))
    }),
    Function::exactly("trimspace", 1, |arguments| text(arguments.string(0)?.trim())),
    Function::exactly("trimsuffix", 2, |arguments| {
        let (whole, suffix) = (arguments.string(0)?, arguments.string(1)?);
        text(whole.strip_suffix(&*suffix).unwrap_or(&whole))
    }),
    Function::exactly("upper", 1, |arguments| text(arguments.string(0)?.to_uppercase())),
];

#[expect(clippy::unnecessary_wraps, reason = "the functions of the table all return an outcome")]
fn text(text: impl Into<Arc<str>>) -> Outcome {
    Ok(Value::string(text))
}

/// Indents every line but the first.
fn indent(arguments: &Arguments<'_>) -> Outcome {
    // Terraform has no limit; this one keeps a slip of the finger from filling the memory.
    let spaces = arguments.index(0)?.min(4096);
    text(arguments.string(1)?.replace('\n', &format!("\n{}", " ".repeat(spaces))))
}

fn join(arguments: &Arguments<'_>) -> Outcome {
    let separator = arguments.string(0)?;
    let mut parts = Vec::new();
    for position in 1..arguments.count() {
        parts.extend(arguments.strings(position)?);
    }
    text(parts.join(&*separator))
}

fn split(arguments: &Arguments<'_>) -> Outcome {
    let (separator, whole) = (arguments.string(0)?, arguments.string(1)?);
    if separator.is_empty() {
        return Ok(Value::list(whole.chars().map(|character| Value::string(character.to_string()))));
    }
    Ok(Value::list(whole.split(&*separator).map(Value::string)))
}

/// A part of a string, counted from the end where the offset is negative, and up to it where the length is.
fn substr(arguments: &Arguments<'_>) -> Outcome {
    let whole: Vec<char> = arguments.string(0)?.chars().collect();
    let (offset, length) = (arguments.integer(1)?, arguments.integer(2)?);
    let start = if offset < 0 {
        usize::try_from(offset.unsigned_abs()).map_or(0, |back| whole.len().saturating_sub(back))
    } else {
        usize::try_from(offset).map_or(whole.len(), |offset| offset.min(whole.len()))
    };
    let length = match length {
        length if length < 0 => whole.len(),
        length => usize::try_from(length).unwrap_or(usize::MAX),
    };
    text(whole[start..].iter().take(length).collect::<String>())
}

/// Makes the first letter of every word upper case and leaves the others.
fn title(arguments: &Arguments<'_>) -> Outcome {
    let mut titled = String::new();
    let mut starts_word = true;
    for character in arguments.string(0)?.chars() {
        if starts_word {
            titled.extend(character.to_uppercase());
        } else {
            titled.push(character);
        }
        starts_word = separates_words(character);
    }
    text(titled)
}

/// Letters, digits and underscores are parts of words; outside ASCII only spaces separate them.
fn separates_words(character: char) -> bool {
    if character.is_ascii() {
        !character.is_ascii_alphanumeric() && character != '_'
    } else {
        character.is_whitespace()
    }
}

fn trim(arguments: &Arguments<'_>) -> Outcome {
    let (whole, unwanted) = (arguments.string(0)?, arguments.string(1)?);
    text(whole.trim_matches(|character| unwanted.contains(character)))
}
