//! Values as YAML text, in the form that Terraform's `yamlencode` writes.
//!
//! Strings are always quoted, those of several lines are literal blocks, and a sequence inside a mapping is not
//! indented. Texts with characters that need rarer forms give an unknown value.

use crate::hcl::evaluate::{self, Failure, Value, waits};

/// The column behind which a quoted string is broken at its next space.
const WIDTH: usize = 80;

/// The YAML document of a value that is known with all its parts.
pub(super) fn encode(value: &Value) -> Result<String, Failure> {
    let mut writer = Writer { text: String::new() };
    let ends_document = matches!(value.revealed(), Value::Null | Value::Bool(_) | Value::Number(_));
    writer.value(value, 0, 2)?;
    if !writer.text.ends_with('\n') {
        writer.text.push('\n');
    }
    // A plain scalar could go on in the next line, so the document says that it does not.
    if ends_document {
        writer.text.push_str("...\n");
    }
    Ok(writer.text)
}

struct Writer {
    text: String,
}

impl Writer {
    /// Writes a value at the current place: `block` is the column of a collection's entries, `scalar` that of a
    /// scalar's further lines.
    fn value(&mut self, value: &Value, block: usize, scalar: usize) -> Result<(), Failure> {
        match value {
            Value::Sensitive(inner) => self.value(inner, block, scalar),
            Value::Object(entries) | Value::Map(entries) if entries.is_empty() => self.plain("{}"),
            Value::Object(entries) | Value::Map(entries) => {
                for (position, (key, value)) in entries.iter().enumerate() {
                    self.start(position, block);
                    self.quoted(key, None)?;
                    self.text.push(':');
                    self.member(value, block)?;
                }
                Ok(())
            }
            Value::Tuple(elements) | Value::List(elements) | Value::Set(elements) => {
                if elements.is_empty() {
                    return self.plain("[]");
                }
                for (position, element) in elements.iter().enumerate() {
                    self.start(position, block);
                    self.text.push_str("- ");
                    self.value(element, block + 2, block + 2)?;
                }
                Ok(())
            }
            Value::String(text) if text.contains('\n') => self.lines(text, scalar),
            Value::String(text) => self.quoted(text, Some(scalar)),
            Value::Null => self.plain("null"),
            Value::Bool(_) | Value::Number(_) => self.plain(&evaluate::string(value)?),
            Value::Unknown(unknown) => Err(Failure::Waits(unknown.clone())),
        }
    }

    /// Writes what stands behind a key.
    fn member(&mut self, value: &Value, block: usize) -> Result<(), Failure> {
        let inner = match value.revealed() {
            Value::Object(entries) | Value::Map(entries) if !entries.is_empty() => Some(block + 2),
            Value::Tuple(elements) | Value::List(elements) | Value::Set(elements) if !elements.is_empty() => {
                Some(block)
            }
            _ => None,
        };
        if let Some(column) = inner {
            self.new_line(column);
            self.value(value, column, column + 2)
        } else {
            self.text.push(' ');
            self.value(value, block, block + 2)
        }
    }

    fn start(&mut self, position: usize, column: usize) {
        if position > 0 {
            self.new_line(column);
        }
    }

    fn new_line(&mut self, column: usize) {
        if !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.text.push_str(&" ".repeat(column));
    }

    #[expect(clippy::unnecessary_wraps, reason = "the arms of one match return the same type")]
    fn plain(&mut self, text: &str) -> Result<(), Failure> {
        self.text.push_str(text);
        Ok(())
    }

    /// A string in quotes, broken at spaces where its further lines have a column to start in.
    fn quoted(&mut self, text: &str, column: Option<usize>) -> Result<(), Failure> {
        if !text.chars().all(|character| character == '\t' || is_simple(character)) {
            return waits("the YAML form of unusual characters");
        }
        self.text.push('"');
        let mut after_break = false;
        let mut characters = text.char_indices().peekable();
        while let Some((offset, character)) = characters.next() {
            let next_is_space = characters.peek().is_some_and(|(_, next)| *next == ' ');
            let breaks = character == ' ' && !after_break && offset > 0 && characters.peek().is_some();
            match (character, column) {
                (' ', Some(column)) if breaks && self.column() > WIDTH => {
                    self.new_line(column);
                    if next_is_space {
                        self.text.push('\\');
                    }
                }
                ('"' | '\\', _) => self.text.extend(['\\', character]),
                ('\t', _) => self.text.push_str("\\t"),
                _ => self.text.push(character),
            }
            after_break = character == ' ';
        }
        self.text.push('"');
        Ok(())
    }

    fn column(&self) -> usize {
        self.text.rsplit('\n').next().map_or(0, |line| line.chars().count())
    }

    /// A literal block.
    fn lines(&mut self, text: &str, column: usize) -> Result<(), Failure> {
        let body = text.strip_suffix('\n').unwrap_or(text);
        let regular = !text.starts_with([' ', '\n'])
            && !body.ends_with('\n')
            && body.lines().all(|line| !line.ends_with(' ') && line.chars().all(is_simple));
        if !regular {
            return waits("the YAML form of unusual lines");
        }
        self.text.push_str(if body.len() < text.len() { "|" } else { "|-" });
        for line in body.split('\n') {
            self.text.push('\n');
            if !line.is_empty() {
                self.text.push_str(&" ".repeat(column));
                self.text.push_str(line);
            }
        }
        self.text.push('\n');
        Ok(())
    }
}

/// Whether a character stands for itself between quotes and in a literal block.
fn is_simple(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}')
}
