//! What is wrong with a text, and where: the one shape in which the specification, the schema check and the generator
//! report problems of files that people write.

use std::{fmt, ops::Range, sync::Arc};

use serde::Serialize;

/// A file's text with the path to show for it; cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Source(Arc<SourceText>);

#[derive(PartialEq, Eq)]
struct SourceText {
    path: String,
    text: String,
}

impl Source {
    /// Keeps `text` under the path that messages show, relative to the workspace where it lies in one.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self(Arc::new(SourceText { path: path.into(), text: text.into() }))
    }

    /// The path that messages show.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The whole text, byte for byte as read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Line and column of a byte offset, both counted from 1, the column in characters.
    ///
    /// An offset past the end means the end; one inside a character means that character.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let text = self.text();
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            byte: offset,
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Source({}, {} bytes)", self.path(), self.text().len())
    }
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Offset in bytes, from 0.
    pub byte: usize,
}

/// A range of a file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file.
    pub source: Source,
    /// The bytes meant; an empty range is a place between two characters.
    pub span: Range<usize>,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth a look; nothing fails.
    Warning,
    /// The command fails.
    Error,
}

/// One problem of one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable kebab-case name of the kind of problem, for scripts and for searching, e.g. `unknown-argument`.
    pub code: &'static str,
    /// One sentence fragment without a full stop, naming the thing that is wrong.
    pub message: String,
    /// Where; absent only for a problem of no particular file.
    pub location: Option<Location>,
    /// A few words shown under the caret.
    pub label: Option<String>,
    /// What to do about it, in full.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, message: impl Into<String>, source: &Source, span: Range<usize>) -> Self {
        Self::new(Severity::Error, code, message, source, span)
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, message: impl Into<String>, source: &Source, span: Range<usize>) -> Self {
        Self::new(Severity::Warning, code, message, source, span)
    }

    fn new(
        severity: Severity,
        code: &'static str,
        message: impl Into<String>,
        source: &Source,
        span: Range<usize>,
    ) -> Self {
        Self {
            severity,
            code,
            message: message.into(),
            location: Some(Location { source: source.clone(), span }),
            label: None,
            hint: None,
        }
    }

    /// Adds the words under the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds what to do about it, where something is known.
    #[must_use]
    pub fn hint_if(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }

    /// File, then place: the order in which people read a list of problems.
    #[must_use]
    pub fn sort_key(&self) -> (&str, usize, usize) {
        self.location
            .as_ref()
            .map_or(("", 0, 0), |location| (location.source.path(), location.span.start, location.span.end))
    }
}

/// The closest of `candidates` to a misspelt `word`, if one is close enough to be meant.
///
/// Close is a Damerau-Levenshtein distance of at most a third of the word, as compilers use it.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= limit)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters() {
        let source = Source::new("a.tf", "é = 1\nb");
        assert_eq!(source.position(3), Position { line: 1, column: 3, byte: 3 });
        assert_eq!(source.position(1), Position { line: 1, column: 1, byte: 0 });
        assert_eq!(source.position(99), Position { line: 2, column: 2, byte: 8 });
    }

    #[test]
    fn suggestions_are_close() {
        assert_eq!(did_you_mean("regoin", ["region", "project"]), Some("region"));
        assert_eq!(did_you_mean("colour", ["region", "project"]), None);
    }
}
