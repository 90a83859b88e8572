//! Values as JSON text, byte for byte as Terraform's `jsonencode` writes it.

use std::fmt::Write as _;

use super::arguments::known;
use crate::hcl::evaluate::{self, Entries, Failure, Value};

/// The JSON text of a value: no spaces, object members in the order of their keys, `<`, `>` and `&` escaped.
pub(super) fn encode(value: &Value) -> Result<String, Failure> {
    let mut text = String::new();
    write(known(value)?, &mut text)?;
    Ok(text)
}

fn write(value: &Value, text: &mut String) -> Result<(), Failure> {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(_) | Value::Number(_) => text.push_str(&evaluate::string(value)?),
        Value::String(string) => quote(string, text),
        Value::Tuple(elements) | Value::List(elements) | Value::Set(elements) => {
            text.push('[');
            for (position, element) in elements.iter().enumerate() {
                if position > 0 {
                    text.push(',');
                }
                write(element, text)?;
            }
            text.push(']');
        }
        Value::Object(entries) | Value::Map(entries) => write_entries(entries, text)?,
        Value::Sensitive(inner) => write(inner, text)?,
        Value::Unknown(unknown) => return Err(Failure::Waits(unknown.clone())),
    }
    Ok(())
}

fn write_entries(entries: &Entries, text: &mut String) -> Result<(), Failure> {
    text.push('{');
    for (position, (key, value)) in entries.iter().enumerate() {
        if position > 0 {
            text.push(',');
        }
        quote(key, text);
        text.push(':');
        write(value, text)?;
    }
    text.push('}');
    Ok(())
}

/// A JSON string, with the escapes that make it safe inside HTML and JavaScript.
pub(super) fn quote(string: &str, text: &mut String) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                // Writing to a string cannot fail.
                let _ = write!(text, "\\u{:04x}", u32::from(character));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}
