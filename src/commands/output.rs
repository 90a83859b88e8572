//! Where commands print: results to standard output, remarks to standard error.

use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::{
    cli::{Format, Global},
    diagnostic::Diagnostic,
    error::{Error, Kind, Result},
    report::{self, diagnostic::Colour},
};

/// A command's way to the operator.
#[derive(Debug)]
pub struct Output {
    /// How results are printed.
    pub format: Format,
    quiet: bool,
    verbose: bool,
}

impl Output {
    /// An output as the command line asks for it.
    #[must_use]
    pub fn new(global: &Global) -> Self {
        Self { format: global.resolved_format(), quiet: global.quiet, verbose: global.verbose }
    }

    /// Prints a part of the result as it is.
    pub fn print(&self, text: &str) -> Result<()> {
        written(anstream::stdout().lock().write_all(text.as_bytes()))
    }

    /// Prints the result as one JSON document.
    pub fn json(&self, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string_pretty(value).map_err(unprintable)?;
        self.print(&format!("{text}\n"))
    }

    /// Says something about the work, which is no result.
    pub fn remark(&self, text: &str) -> Result<()> {
        if self.quiet {
            return Ok(());
        }
        written(writeln!(anstream::stderr().lock(), "{text}"))
    }

    /// Says what must not be overlooked, also where remarks are not wanted.
    pub fn notice(&self, text: &str) -> Result<()> {
        written(writeln!(anstream::stderr().lock(), "{}", styled(YELLOW, text)))
    }

    /// Says something that only whoever asked for it wants to read.
    pub fn detail(&self, text: &str) -> Result<()> {
        if self.verbose { self.remark(text) } else { Ok(()) }
    }

    /// Prints why the command failed, and what to do about it.
    pub fn failure(&self, message: &str, causes: &[String], hints: &[String]) -> Result<()> {
        let mut text = format!("{} {message}\n", styled(RED.bold(), "error:"));
        for cause in causes {
            text += &format!("  {} {cause}\n", styled(DIM, "because:"));
        }
        for hint in hints {
            text += &format!("  {} {hint}\n", styled(GREEN.bold(), "hint:"));
        }
        written(anstream::stderr().lock().write_all(text.as_bytes()))
    }

    /// Prints what is wrong with files: to standard error for people, to standard output for programs.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic]) -> Result<()> {
        if diagnostics.is_empty() {
            return Ok(());
        }
        match self.format {
            Format::Plain => {
                let text = report::diagnostic::people(diagnostics, Colour::Styled, width());
                written(anstream::stderr().lock().write_all(text.as_bytes()))
            }
            Format::Json => self.print(&format!("{}\n", self.diagnostics_json(diagnostics)?)),
            Format::Github => self.print(&report::diagnostic::workflow(diagnostics)),
        }
    }

    /// The problems as one JSON document, also where there are none.
    pub fn diagnostics_json(&self, diagnostics: &[Diagnostic]) -> Result<String> {
        report::diagnostic::json(diagnostics).map_err(unprintable)
    }
}

/// Columns for excerpts of files, which are cut to fit: the terminal's; without one, enough for most lines of Terraform.
fn width() -> usize {
    let terminal = terminal_size::terminal_size_of(std::io::stderr());
    terminal.map_or(120, |(terminal_size::Width(columns), _)| usize::from(columns))
}

fn unprintable(error: serde_json::Error) -> Error {
    Error::new(Kind::Failed, "cannot write the result as JSON").caused_by(error)
}

/// Bold, for headings.
pub(super) const HEADING: Style = Style::new().bold();
/// What is new or good.
pub(super) const GREEN: Style = AnsiColor::Green.on_default();
/// What goes or is bad.
pub(super) const RED: Style = AnsiColor::Red.on_default();
/// What changes or needs a look.
pub(super) const YELLOW: Style = AnsiColor::Yellow.on_default();
/// What stands behind.
pub(super) const DIM: Style = Style::new().dimmed();

/// A number of things, in words: `1 file`, `2 files`.
pub(super) fn counted(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// Text in a style.
pub(super) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A reader that went away (`deployer … | head`) ends the output, not the command.
fn written(result: std::io::Result<()>) -> Result<()> {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::new(Kind::Failed, "cannot print").caused_by(error))
        }
        _ => Ok(()),
    }
}
