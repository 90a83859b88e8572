//! Errors of whole commands, and the one table from their kinds to exit codes.

use std::{error::Error as StdError, fmt, process::ExitCode};

use crate::diagnostic::{Diagnostic, Severity};

/// Result of anything a command does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a command ends without having done what it was asked; each kind has its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A stage, or something else that should have worked, failed.
    Failed,
    /// Wrong usage, or a specification or HCL file with errors.
    Input,
    /// There are changes, hand edits or conflicts where none are allowed.
    Changes,
    /// An approval is needed and was not given.
    Approval,
    /// Something outside is missing or not ready: credentials, docker, terraform, quota.
    Outside,
    /// The operator cancelled.
    Cancelled,
}

impl Kind {
    /// The exit code, a fixed contract with scripts.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Input => 2,
            Self::Changes => 3,
            Self::Approval => 4,
            Self::Outside => 5,
            Self::Cancelled => 130,
        }
    }
}

impl From<Kind> for ExitCode {
    fn from(kind: Kind) -> Self {
        Self::from(kind.code())
    }
}

/// A command's error: what failed, why, and what to do about it.
#[derive(Debug)]
pub struct Error {
    /// Fixes the exit code.
    pub kind: Kind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
    /// What to do about it, one suggestion each.
    pub hints: Vec<String>,
    /// The problems of files, where those are the reason.
    pub diagnostics: Vec<Diagnostic>,
}

impl Error {
    /// An error with a message: a lower-case fragment without a full stop.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None, hints: Vec::new(), diagnostics: Vec::new() }
    }

    /// Files have problems, which whoever reports the error shows first; the message counts them.
    #[must_use]
    pub fn from_diagnostics(diagnostics: Vec<Diagnostic>) -> Self {
        let counted = Self::counting(&diagnostics);
        Self { diagnostics, ..counted }
    }

    /// Files have problems that were shown already; the message counts them.
    #[must_use]
    pub fn counting(diagnostics: &[Diagnostic]) -> Self {
        let count = diagnostics.iter().filter(|it| it.severity == Severity::Error).count();
        let message = if count == 1 { "1 problem found".to_owned() } else { format!("{count} problems found") };
        Self::new(Kind::Input, message)
    }

    /// Adds the cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
