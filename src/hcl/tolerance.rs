//! Parses what Terraform reads and hcl-edit refuses, without moving a byte.
//!
//! Two things that Terraform takes make hcl-edit refuse a whole file: a key set twice in an object, and line breaks in
//! some multi-line expressions. Here the text is changed into one of the same length that hcl-edit reads the same way,
//! so that every span still points into the file as it is. A second argument of the same name, which Terraform refuses
//! too, is masked likewise, so that one slip does not hide the rest of a file.
//!
//! One thing hcl-edit reads wrongly without a word: behind a here-document without lines it goes on to the next
//! delimiter of the same name, however far. [`readable`] replaces such a one before every parse.

use std::{borrow::Cow, ops::Range};

use hcl_edit::structure::Body;

use super::flatten::flatten;
use crate::diagnostic::{Diagnostic, Source};

/// More repairs than this make no report better.
const MOST_REPAIRS: usize = 100;

/// The text with `""` and blanks in the place of here-documents without lines.
pub(super) fn readable(text: &str) -> Cow<'_, str> {
    let mut readable = Cow::Borrowed(text);
    for (at, _) in text.match_indices("<<") {
        if let Some(length) = empty_heredoc(&text[at..]) {
            readable.to_mut().replace_range(at..at + length, &format!("\"\"{}", " ".repeat(length - 2)));
        }
    }
    readable
}

/// The length of the here-document without lines that begins here.
fn empty_heredoc(text: &str) -> Option<usize> {
    let marker = text.strip_prefix("<<")?;
    let marker = marker.strip_prefix('-').unwrap_or(marker);
    let (delimiter, rest) = marker.split_once('\n')?;
    let delimiter = delimiter.trim_end_matches('\r');
    let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
    if delimiter.is_empty() || !delimiter.chars().all(is_name) {
        return None;
    }
    let end = rest.trim_start_matches([' ', '\t']).strip_prefix(delimiter)?;
    (!end.starts_with(is_name)).then_some(text.len() - end.len())
}

/// The tree of a text that the parser alone refuses, with what was found on the way; `offset` is where in the file the
/// text begins. `None` where the text is no HCL.
pub(super) fn parse(source: &Source, offset: usize) -> Option<(Body, Vec<Diagnostic>)> {
    let mut text = readable(&source.text()[offset..]).into_owned();
    let mut problems = Vec::new();
    let mut is_flat = false;
    for _ in 0..MOST_REPAIRS {
        let error = match hcl_edit::parser::parse_body(&text) {
            Ok(body) => return Some((body, problems)),
            Err(error) => error,
        };
        let at = error.location().offset();
        if let Some(repetition) = Repetition::of(error.message()) {
            let name = name_at(&text, at)?;
            problems.push(repetition.diagnostic(source, offset, &text, name.clone()));
            let mask = mask(name.len(), problems.len());
            text.replace_range(name, &mask);
        } else if is_flat {
            return None;
        } else {
            text = flatten(&text)?;
            is_flat = true;
        }
    }
    None
}

/// What stands twice.
#[derive(Clone, Copy)]
enum Repetition {
    Argument,
    Key,
}

impl Repetition {
    fn of(message: &str) -> Option<Self> {
        if message.contains("redefined attribute") {
            Some(Self::Argument)
        } else if message.contains("redefined object key") {
            Some(Self::Key)
        } else {
            None
        }
    }

    fn diagnostic(self, source: &Source, offset: usize, text: &str, name: Range<usize>) -> Diagnostic {
        let word = &text[name.clone()];
        let span = name.start + offset..name.end + offset;
        match self {
            Self::Argument => {
                Diagnostic::error("duplicate-argument", format!("the argument `{word}` is set twice"), source, span)
                    .label("set before in the same block")
                    .hint("keep one of the two")
            }
            Self::Key => Diagnostic::warning(
                "duplicate-key",
                format!("the key `{word}` is set twice in one object"),
                source,
                span,
            )
            .label("replaces the value before")
            .hint("keep one of the two; Terraform takes the last one"),
        }
    }
}

/// The name that begins at a place, without quotes.
fn name_at(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    if let Some(quoted) = rest.strip_prefix('"') {
        let length = quoted.find('"')?;
        let is_plain = !quoted[..length].contains(['\\', '$', '%', '\n']);
        return (is_plain && length > 0).then_some(at + 1..at + 1 + length);
    }
    let length = rest.find(|next: char| !(next.is_alphanumeric() || matches!(next, '_' | '-'))).unwrap_or(rest.len());
    (length > 0).then_some(at..at + length)
}

/// A name of that many bytes that nobody writes, another one for each count as far as there is room for the number.
/// [`is_masked`] recognises it.
fn mask(length: usize, count: usize) -> String {
    let number = count.to_string();
    if number.len() < length { format!("{}{number}", "_".repeat(length - number.len())) } else { "_".repeat(length) }
}

/// Whether a name of the tree only stands in for one that is set twice.
#[must_use]
pub fn is_masked(name: &str) -> bool {
    name.starts_with('_') && name.trim_start_matches('_').bytes().all(|byte| byte.is_ascii_digit())
}
