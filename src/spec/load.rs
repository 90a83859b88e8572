//! From the text of `environment.hcl` to an environment, or to everything that is wrong with it.

use super::{
    EnvironmentSpec,
    config::{ComputeMode, EnvironmentConfig},
    literal,
    resolve::{self, Resolver},
    structure,
};
use crate::{
    diagnostic::{Diagnostic, Severity, Source},
    hcl::Document,
};

/// An environment with what is doubtful about it.
#[derive(Debug)]
pub struct Loaded {
    /// The environment.
    pub environment: EnvironmentSpec,
    /// Warnings only.
    pub warnings: Vec<Diagnostic>,
}

/// Reads a specification.
///
/// # Errors
///
/// Every problem of the file at once, in the order of the file, warnings among them.
pub fn load(name: &str, source: Source) -> Result<Loaded, Vec<Diagnostic>> {
    let document = Document::parse(source).map_err(|problem| vec![problem])?;
    let literal::Literals { mut value, places, mut problems, unread } = literal::read(&document);
    let found = structure::check(&mut value, &places, unread);
    problems.extend(found.problems);
    let config: EnvironmentConfig = match serde_json::from_value(value) {
        Ok(config) => config,
        Err(error) => {
            // The structural check has taken out or replaced whatever does not decode, so a reader only gets here
            // where check and types disagree; the file's own problems still matter more than that.
            if problems.is_empty() {
                problems.push(Diagnostic::error("decode", error.to_string(), document.source(), 0..0));
            }
            return Err(problems);
        }
    };
    let mut resolver = Resolver {
        places: &places,
        replaced: &found.replaced,
        tier: config.tier,
        compute: config.cluster.compute.unwrap_or(ComputeMode::Managed),
        problems: Vec::new(),
    };
    if let Some(problem) = environment_name(name, document.source()) {
        resolver.problems.push(problem);
    }
    let environment = resolve::environment(&mut resolver, name, config);
    problems.extend(resolver.problems);
    problems.sort_by(|left, right| left.sort_key().cmp(&right.sort_key()));
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(problems);
    }
    Ok(Loaded { environment, warnings: problems })
}

/// What an environment may be called.
pub(crate) const ENVIRONMENT_NAMES: &str = "2 to 16 lower-case letters, digits or hyphens, starting with a letter";

/// Whether an environment may be called so: its name is its folder's, and a part of every resource name.
pub(crate) fn is_environment_name(name: &str) -> bool {
    (2..=16).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn environment_name(name: &str, source: &Source) -> Option<Diagnostic> {
    (!is_environment_name(name)).then(|| {
        Diagnostic::error("wrong-value", format!("`{name}` cannot be the name of an environment"), source, 0..0)
            .hint(format!("rename the folder: {ENVIRONMENT_NAMES}"))
    })
}
