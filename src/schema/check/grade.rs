//! How much a finding counts when a module wants another version of a provider than the schema is of.
//!
//! Where a lock file pins the provider, its version counts instead of the constraint.
//!
//! - The constraint admits the schema's version (or begins one release after it): a finding is an error.
//! - It admits earlier major versions too, which other modules of a configuration may narrow it to: what major versions
//!   change (types removed, blocks that became arguments, arguments that became read-only) is a warning, everything
//!   else an error that names the constraint.
//! - It admits only newer versions of the same major version: arguments and types may have been added since. A name
//!   that looks like a slip of a known one is still an error; any other unknown name is a warning that says so.
//! - It admits only another major version: anything may differ. Only slips are reported, as warnings.

use super::super::{module::Standing, provider::Provider};
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};

/// Decides what becomes of a finding.
#[derive(Clone, Debug)]
pub(super) struct Grade<'a> {
    standing: Standing,
    /// What the schema is of, e.g. `hashicorp/aws` and `6.25.0`; none for Terraform's own language.
    provider: Option<&'a Provider>,
    constraint: Option<String>,
}

impl<'a> Grade<'a> {
    /// The grade of findings by the schema of a provider.
    pub(super) const fn of(standing: Standing, provider: &'a Provider, constraint: Option<String>) -> Self {
        Self { standing, provider: Some(provider), constraint }
    }

    /// The grade of findings about the language itself, which always count.
    pub(super) const fn language() -> Self {
        Self { standing: Standing::Covered, provider: None, constraint: None }
    }

    /// A finding that another minor version of the provider would not change.
    pub(super) fn firm(&self, diagnostic: Diagnostic) -> Option<Diagnostic> {
        match self.standing {
            Standing::Covered | Standing::Newer => Some(diagnostic),
            Standing::AlsoOlder => Some(self.admitted(diagnostic)),
            Standing::OtherMajor => None,
        }
    }

    /// A block written as an argument or the other way round, which only another major version would make right.
    pub(super) fn reshaped(&self, diagnostic: Diagnostic) -> Option<Diagnostic> {
        self.firm(diagnostic).map(|diagnostic| self.less_where_older(diagnostic))
    }

    /// A finding that another version of the provider could make right.
    pub(super) fn loose(&self, diagnostic: Diagnostic) -> Option<Diagnostic> {
        match self.standing {
            Standing::Covered => Some(diagnostic),
            Standing::AlsoOlder => Some(self.less_where_older(self.admitted(diagnostic))),
            Standing::Newer => Some(self.doubted(diagnostic)),
            Standing::OtherMajor => None,
        }
    }

    /// A name that is not among those the schema has.
    pub(super) fn unknown<'n>(
        &self,
        diagnostic: Diagnostic,
        name: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Option<Diagnostic> {
        let close = did_you_mean(name, names.into_iter().filter(|known| shares_letters(name, known)));
        let hinted = |diagnostic: Diagnostic| diagnostic.hint_if(close.map(|close| format!("did you mean `{close}`?")));
        let is_slip = close.is_some_and(|close| is_slip(name, close));
        match self.standing {
            Standing::Covered => Some(hinted(diagnostic)),
            Standing::AlsoOlder => Some(self.admitted(hinted(diagnostic))),
            Standing::Newer if is_slip => Some(hinted(diagnostic)),
            Standing::Newer => Some(self.doubted(diagnostic)),
            Standing::OtherMajor if is_slip => Some(Diagnostic { severity: Severity::Warning, ..hinted(diagnostic) }),
            Standing::OtherMajor => None,
        }
    }

    /// A type that is not among those the schema has.
    pub(super) fn unknown_type<'n>(
        &self,
        diagnostic: Diagnostic,
        name: &str,
        names: impl IntoIterator<Item = &'n str> + Clone,
    ) -> Option<Diagnostic> {
        let close = names.clone().into_iter().filter(|known| shares_letters(name, known));
        let is_slip = did_you_mean(name, close).is_some_and(|close| is_slip(name, close));
        let graded = self.unknown(diagnostic, name, names)?;
        Some(if is_slip { graded } else { self.less_where_older(graded) })
    }

    /// A warning where the module may have been written for an earlier major version.
    fn less_where_older(&self, diagnostic: Diagnostic) -> Diagnostic {
        let severity = if self.standing == Standing::AlsoOlder { Severity::Warning } else { diagnostic.severity };
        Diagnostic { severity, ..diagnostic }
    }

    /// Adds which version this is about.
    fn admitted(&self, diagnostic: Diagnostic) -> Diagnostic {
        let Some(provider) = self.provider else { return diagnostic };
        let constraint = self.constraint.as_deref().unwrap_or_default();
        let about = format!("`{constraint}` admits {} {}, where this is wrong", provider.source(), provider.version());
        let hint = diagnostic.hint.as_ref().map_or_else(|| about.clone(), |hint| format!("{hint} ({about})"));
        diagnostic.hint(hint)
    }

    fn doubted(&self, diagnostic: Diagnostic) -> Diagnostic {
        let Some(provider) = self.provider else { return diagnostic };
        let constraint = self.constraint.as_deref().unwrap_or_default();
        let hint = format!(
            "checked against {} {}, but the module uses `{constraint}`; `deployer schema refresh` takes the schema of \
             the provider in use",
            provider.source(),
            provider.version(),
        );
        Diagnostic { severity: Severity::Warning, ..diagnostic }.hint(hint)
    }
}

/// Whether two names have most letters in common: a cheap test that spares comparing a name with each of the 1,581
/// resource types of a large provider letter by letter.
fn shares_letters(name: &str, known: &str) -> bool {
    let mut letters = [0_i32; 256];
    known.bytes().for_each(|letter| letters[usize::from(letter)] += 1);
    name.bytes().for_each(|letter| letters[usize::from(letter)] -= 1);
    let lacking: i32 = letters.iter().filter(|count| **count < 0).sum();
    usize::try_from(-lacking).is_ok_and(|lacking| lacking <= name.len().div_ceil(3))
}

/// Whether `name` is `meant` mistyped rather than a name of its own: one or two letters off, and neither a longer form
/// of the other nor another number of the same thing.
fn is_slip(name: &str, meant: &str) -> bool {
    let without_digits = |text: &str| text.replace(|letter: char| letter.is_ascii_digit(), "");
    strsim::damerau_levenshtein(name, meant) <= 2
        && !name.starts_with(meant)
        && !meant.starts_with(name)
        && without_digits(name) != without_digits(meant)
}
