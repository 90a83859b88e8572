//! One parsed HCL file: its text, and a tree whose spans point into that text.
//!
//! The text is the truth and the tree a view of it. hcl-edit's equality ignores comments and its printer changes line
//! endings and some escapes, so whatever compares or rewrites files works on spans of the text, never on the printed
//! tree.

use hcl_edit::structure::Body;

use super::tolerance;
use crate::diagnostic::{Diagnostic, Source};

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A parsed HCL file.
#[derive(Clone, Debug)]
pub struct Document {
    source: Source,
    body: Body,
    offset: usize,
    problems: Vec<Diagnostic>,
}

impl Document {
    /// Parses a file's text; the error points at the first character that does not fit.
    pub fn parse(source: Source) -> Result<Self, Diagnostic> {
        let text = source.text();
        // Editors on Windows put a byte-order mark first; the parser knows none, so its spans start behind it.
        let offset = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        match hcl_edit::parser::parse_body(&tolerance::readable(&text[offset..])) {
            Ok(body) => Ok(Self { source, body, offset, problems: Vec::new() }),
            Err(error) => match tolerance::parse(&source, offset) {
                Some((body, problems)) => Ok(Self { source, body, offset, problems }),
                None => Err(syntax_error(&source, offset, &error)),
            },
        }
    }

    /// The file.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// The tree. Its spans are relative to [`Document::span`].
    #[must_use]
    pub const fn body(&self) -> &Body {
        &self.body
    }

    /// What was wrong with the text although it could be read: names set twice. The second one stands in the tree under
    /// a name for which [`super::is_masked`] is true.
    #[must_use]
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// The bytes of the file's text that a part of the tree stands for.
    ///
    /// A part that was not parsed from the text has none and gets an empty range at the start.
    pub fn span(&self, part: &impl hcl_edit::Span) -> std::ops::Range<usize> {
        part.span().map_or(0..0, |span| span.start + self.offset..span.end + self.offset)
    }

    /// The bytes of the file's text behind a span of the tree, as hcl-edit counts.
    #[must_use]
    pub const fn locate(&self, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
        span.start + self.offset..span.end + self.offset
    }

    /// The text that a part of the tree stands for.
    pub fn text(&self, part: &impl hcl_edit::Span) -> &str {
        &self.source.text()[self.span(part)]
    }
}

fn syntax_error(source: &Source, offset: usize, error: &hcl_edit::parser::Error) -> Diagnostic {
    let location = error.location();
    let at = (offset + location.offset()).min(source.text().len());
    let message = error.message();
    Diagnostic::error("syntax", "the text is not valid HCL", source, at..at).label(message.replace("; ", ", "))
}
