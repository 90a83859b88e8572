//! Problems of files, written for people, for programs, and as annotations of a GitHub workflow run.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::Serialize;

use crate::diagnostic::{Diagnostic, Location, Position, Severity};

/// The version of the JSON form; a field more is no new version.
const VERSION: u32 = 1;

/// Whether text for people has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// With terminal colours.
    Styled,
    /// Without any escape sequence.
    Plain,
}

/// The problems as compilers show them: the message, the place, the line with a caret, and what to do.
///
/// Ends with a line break; `width` is the terminal's, in columns.
#[must_use]
pub fn people(diagnostics: &[Diagnostic], colour: Colour, width: usize) -> String {
    let renderer = match colour {
        Colour::Styled => Renderer::styled(),
        Colour::Plain => Renderer::plain(),
    }
    .term_width(width);
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&render(diagnostic, &renderer));
        text.push_str("\n\n");
    }
    text
}

fn render(diagnostic: &Diagnostic, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(&diagnostic.message).id(diagnostic.code);
    let hint = diagnostic.hint.as_deref().map(|hint| Level::HELP.message(hint));
    let Some(location) = &diagnostic.location else {
        return renderer.render(&[title.elements(hint)]);
    };
    let excerpt = Excerpt::of(location);
    let annotation = AnnotationKind::Primary.span(excerpt.span).label(diagnostic.label.as_deref());
    let snippet =
        Snippet::source(excerpt.text).line_start(excerpt.line).path(location.source.path()).annotation(annotation);
    renderer.render(&[title.element(snippet).elements(hint)])
}

/// The lines of a file that a message shows, so that rendering costs the same in a large file as in a small one.
struct Excerpt<'a> {
    text: &'a str,
    line: usize,
    span: std::ops::Range<usize>,
}

impl<'a> Excerpt<'a> {
    fn of(location: &'a Location) -> Self {
        let text = location.source.text();
        let start = location.source.position(location.span.start);
        let end = location.source.position(location.span.end.max(location.span.start));
        let first = text[..start.byte].rfind('\n').map_or(0, |newline| newline + 1);
        let last = text[end.byte..].find('\n').map_or(text.len(), |newline| end.byte + newline);
        Self { text: &text[first..last], line: start.line, span: start.byte - first..end.byte - first }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    diagnostics: Vec<Entry<'a>>,
    errors: usize,
    warnings: usize,
}

#[derive(Serialize)]
struct Entry<'a> {
    severity: Severity,
    code: &'a str,
    message: &'a str,
    file: Option<&'a str>,
    start: Option<Position>,
    end: Option<Position>,
    label: Option<&'a str>,
    hint: Option<&'a str>,
}

impl<'a> From<&'a Diagnostic> for Entry<'a> {
    fn from(diagnostic: &'a Diagnostic) -> Self {
        let location = diagnostic.location.as_ref();
        Self {
            severity: diagnostic.severity,
            code: diagnostic.code,
            message: &diagnostic.message,
            file: location.map(|it| it.source.path()),
            start: location.map(|it| it.source.position(it.span.start)),
            end: location.map(|it| it.source.position(it.span.end)),
            label: diagnostic.label.as_deref(),
            hint: diagnostic.hint.as_deref(),
        }
    }
}

/// The problems as one JSON object on one line, with the version of its form.
pub fn json(diagnostics: &[Diagnostic]) -> serde_json::Result<String> {
    let count = |severity| diagnostics.iter().filter(|it| it.severity == severity).count();
    let report = Report {
        version: VERSION,
        diagnostics: diagnostics.iter().map(Entry::from).collect(),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
    };
    serde_json::to_string(&report)
}

/// The problems as workflow commands that GitHub shows as annotations beside the changed lines, one a line.
#[must_use]
pub fn workflow(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut properties = Vec::new();
        if let Some(location) = &diagnostic.location {
            let start = location.source.position(location.span.start);
            let end = location.source.position(location.span.end);
            properties.push(format!("file={}", escape_property(location.source.path())));
            properties.push(format!("line={},endLine={}", start.line, end.line));
            // GitHub ignores columns of a range over several lines, and warns about them.
            if start.line == end.line {
                properties.push(format!("col={},endColumn={}", start.column, end.column));
            }
        }
        properties.push(format!("title={}", escape_property(diagnostic.code)));
        let mut message = diagnostic.message.clone();
        for more in [&diagnostic.label, &diagnostic.hint].into_iter().flatten() {
            let _ = write!(message, "\n{more}");
        }
        let _ = writeln!(text, "::{command} {}::{}", properties.join(","), escape_data(&message));
    }
    text
}

/// Escapes the message of a workflow command: a line break would end it.
fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a workflow command, where `:` and `,` end it too.
fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}
