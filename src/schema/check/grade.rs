//! How much a finding counts when a module wants another version of a provider than the schema is of.
//!
//! - The constraint admits the schema's version (or begins one release after it): a finding is an error.
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
        (self.standing != Standing::OtherMajor).then_some(diagnostic)
    }

    /// A finding that a newer provider could make right.
    pub(super) fn loose(&self, diagnostic: Diagnostic) -> Option<Diagnostic> {
        match self.standing {
            Standing::Covered => Some(diagnostic),
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
        let close = did_you_mean(name, names);
        let hinted = |diagnostic: Diagnostic| diagnostic.hint_if(close.map(|close| format!("did you mean `{close}`?")));
        let is_slip = close.is_some_and(|close| is_slip(name, close));
        match self.standing {
            Standing::Covered => Some(hinted(diagnostic)),
            Standing::Newer if is_slip => Some(hinted(diagnostic)),
            Standing::Newer => Some(self.doubted(diagnostic)),
            Standing::OtherMajor if is_slip => Some(Diagnostic { severity: Severity::Warning, ..hinted(diagnostic) }),
            Standing::OtherMajor => None,
        }
    }

    fn doubted(&self, diagnostic: Diagnostic) -> Diagnostic {
        let Some(provider) = self.provider else { return diagnostic };
        let constraint = self.constraint.as_deref().unwrap_or_default();
        let hint = format!(
            "checked against {} {}, but the module wants `{constraint}`; `deployer schema refresh` takes the schema of \
             the provider in use",
            provider.source(),
            provider.version(),
        );
        Diagnostic { severity: Severity::Warning, ..diagnostic }.hint(hint)
    }
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
