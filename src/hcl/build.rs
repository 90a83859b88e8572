//! Writes HCL text in the layout of `terraform fmt`, for root modules that are put together in code.

use std::fmt::Write as _;

/// What stands on the right of an equals sign.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A reference or another expression, written as given; one of several lines is laid out already.
    Expression(String),
    /// A quoted string; quotes, backslashes, line breaks and template marks in it are escaped.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A truth value.
    Bool(bool),
    /// `null`.
    Null,
    /// A list: on one line where it holds plain values, one element a line where it holds objects.
    List(Vec<Value>),
    /// An object, one line an entry; empty as `{}`.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// A reference such as `module.vpc.vpc_id`, or any other expression on one line.
    pub fn expression(text: impl Into<String>) -> Self {
        Self::Expression(text.into())
    }

    /// A list of strings.
    pub fn texts(texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::List(texts.into_iter().map(|text| Self::Text(text.into())).collect())
    }

    fn is_one_line(&self) -> bool {
        match self {
            Self::Expression(text) => !text.contains('\n'),
            Self::Object(entries) => entries.is_empty(),
            Self::List(elements) => elements.iter().all(|element| !matches!(element, Self::Object(_) | Self::List(_))),
            _ => true,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Number(value.into())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// What a body holds, in order.
#[derive(Clone, Debug, PartialEq)]
enum Item {
    Attribute(String, Value),
    Block(Block),
    Comment(String),
    Blank,
}

/// A block with its labels and body.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    kind: String,
    labels: Vec<String>,
    items: Vec<Item>,
}

impl Block {
    /// A block such as `module "vpc" {}`.
    pub fn new(kind: &str, labels: &[&str]) -> Self {
        Self { kind: kind.to_owned(), labels: labels.iter().map(ToString::to_string).collect(), items: Vec::new() }
    }

    /// Adds an argument.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.items.push(Item::Attribute(name.to_owned(), value.into()));
        self
    }

    /// Adds an argument that is an expression.
    #[must_use]
    pub fn refer(self, name: &str, expression: &str) -> Self {
        self.set(name, Value::expression(expression))
    }

    /// Adds an argument, where there is a value.
    #[must_use]
    pub fn set_some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// Adds a nested block, parted from what stands before it by an empty line.
    #[must_use]
    pub fn block(mut self, block: Self) -> Self {
        if !self.items.is_empty() {
            self.items.push(Item::Blank);
        }
        self.items.push(Item::Block(block));
        self
    }

    /// Starts a new paragraph of arguments.
    #[must_use]
    pub fn paragraph(mut self) -> Self {
        if !matches!(self.items.last(), None | Some(Item::Blank)) {
            self.items.push(Item::Blank);
        }
        self
    }

    /// Adds a comment of one or more lines above what follows.
    #[must_use]
    pub fn comment(mut self, text: &str) -> Self {
        self.items.push(Item::Comment(text.to_owned()));
        self
    }

    fn write(&self, out: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        let _ = write!(out, "{indent}{}", self.kind);
        for label in &self.labels {
            let _ = write!(out, " {}", quote(label));
        }
        if self.items.is_empty() {
            out.push_str(" {}\n");
            return;
        }
        out.push_str(" {\n");
        let end = self.items.iter().rposition(|item| *item != Item::Blank).map_or(0, |last| last + 1);
        write_items(&self.items[..end], out, depth + 1);
        let _ = writeln!(out, "{indent}}}");
    }
}

/// A whole file: blocks parted by empty lines, each with the comment above it.
#[derive(Debug, Default)]
pub struct File {
    text: String,
}

impl File {
    /// An empty file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a paragraph that is a comment alone.
    pub fn comment(&mut self, text: &str) {
        self.part();
        write_comment(text, &mut self.text, "");
    }

    /// Adds a block.
    pub fn block(&mut self, block: &Block) {
        self.part();
        block.write(&mut self.text, 0);
    }

    /// Adds a block with a comment above it.
    pub fn commented(&mut self, comment: &str, block: &Block) {
        self.part();
        write_comment(comment, &mut self.text, "");
        block.write(&mut self.text, 0);
    }

    fn part(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// The text.
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }
}

/// Equals signs line up over neighbouring lines of one-line arguments, as `terraform fmt` has it.
fn write_items(items: &[Item], out: &mut String, depth: usize) {
    let indent = "  ".repeat(depth);
    let mut index = 0;
    while index < items.len() {
        match &items[index] {
            Item::Blank => out.push('\n'),
            Item::Comment(text) => write_comment(text, out, &indent),
            Item::Block(block) => block.write(out, depth),
            Item::Attribute(name, value) if !value.is_one_line() => {
                let _ = write!(out, "{indent}{name} = ");
                write_value(value, out, depth);
                out.push('\n');
            }
            Item::Attribute(..) => {
                let run = one_line_run(&items[index..]);
                write_aligned(&run, out, depth);
                index += run.len() - 1;
            }
        }
        index += 1;
    }
}

fn one_line_run(items: &[Item]) -> Vec<(&str, &Value)> {
    items
        .iter()
        .map_while(|item| match item {
            Item::Attribute(name, value) if value.is_one_line() => Some((name.as_str(), value)),
            _ => None,
        })
        .collect()
}

fn write_aligned(run: &[(&str, &Value)], out: &mut String, depth: usize) {
    let indent = "  ".repeat(depth);
    let width = run.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in run {
        let _ = write!(out, "{indent}{name:width$} = ");
        write_value(value, out, depth);
        out.push('\n');
    }
}

fn write_comment(text: &str, out: &mut String, indent: &str) {
    for line in text.lines() {
        let _ = writeln!(out, "{indent}# {line}");
    }
}

fn write_value(value: &Value, out: &mut String, depth: usize) {
    match value {
        Value::Expression(text) => out.push_str(text),
        Value::Text(text) => out.push_str(&quote(text)),
        Value::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Null => out.push_str("null"),
        Value::List(elements) => write_list(elements, value.is_one_line(), out, depth),
        Value::Object(entries) => write_object(entries, out, depth),
    }
}

fn write_list(elements: &[Value], one_line: bool, out: &mut String, depth: usize) {
    out.push('[');
    for (index, element) in elements.iter().enumerate() {
        if !one_line {
            out.push('\n');
            out.push_str(&"  ".repeat(depth + 1));
        } else if index > 0 {
            out.push_str(", ");
        }
        write_value(element, out, depth + 1);
        if !one_line {
            out.push(',');
        }
    }
    if !one_line {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
    out.push(']');
}

fn write_object(entries: &[(String, Value)], out: &mut String, depth: usize) {
    if entries.is_empty() {
        out.push_str("{}");
        return;
    }
    let items: Vec<Item> =
        entries.iter().map(|(name, value)| Item::Attribute(object_key(name), value.clone())).collect();
    out.push_str("{\n");
    write_items(&items, out, depth + 1);
    out.push_str(&"  ".repeat(depth));
    out.push('}');
}

/// A key as a bare name where HCL reads it as one.
fn object_key(name: &str) -> String {
    let bare = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-');
    if bare { name.to_owned() } else { quote(name) }
}

/// A string literal with everything escaped that HCL would read as something else.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' | '%' if letters.peek() == Some(&'{') => {
                quoted.push(letter);
                quoted.push(letter);
            }
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_is_that_of_terraform_fmt() {
        let block = Block::new("module", &["vpc"])
            .set("source", "../modules/vpc")
            .paragraph()
            .set("cidr", "10.0.0.0/16")
            .set("az_ids", Value::texts(["a", "b"]))
            .set("models", Value::Object(vec![("gpt2".into(), Value::Object(vec![("port".into(), 8080_u32.into())]))]))
            .refer("tags", "var.tags")
            .block(Block::new("providers", &[]));
        let mut file = File::new();
        file.commented("Why.", &block);
        insta::assert_snapshot!(file.finish(), @r#"
        # Why.
        module "vpc" {
          source = "../modules/vpc"

          cidr   = "10.0.0.0/16"
          az_ids = ["a", "b"]
          models = {
            gpt2 = {
              port = 8080
            }
          }
          tags = var.tags

          providers {}
        }
        "#);
    }

    #[test]
    fn strings_are_escaped() {
        assert_eq!(quote("a\"b\\${c}%{d}$e\n\u{1}"), r#""a\"b\\$${c}%%{d}$e\n\u0001""#);
    }
}
