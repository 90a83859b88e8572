//! The check of a Terraform module, without Terraform and without a network: pure, from declarations and schemas to
//! problems.
//!
//! What Terraform itself would refuse is an error. Where only a run can tell (a value behind a variable, a provider
//! without a schema here) nothing is said, so that a real module gives no false alarm. What a provider schema cannot
//! judge because the module wants another version of the provider is graded in [`grade`].

mod body;
mod calls;
mod declared;
mod functions;
mod grade;
mod language;
mod meta_arguments;
mod path;
mod references;
mod resources;
mod top_level;
mod value;

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    ops::Range,
    sync::Arc,
};

use hcl_edit::Span;

use self::grade::Grade;
use super::{
    module::{Module, standing},
    provider::{Block, Mode, Provider},
    schemas::Schemas,
};
use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    hcl::Document,
};

/// What stands behind the `source` of a module call.
#[derive(Clone, Debug)]
pub enum Called {
    /// A module that can be read.
    Module(Arc<Module>),
    /// A local path without a module.
    Missing,
    /// A module of a registry or a repository, not looked at.
    Elsewhere,
}

/// What the check of one module found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The problems, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The types without a schema here, by the address of their provider.
    pub unchecked: BTreeMap<String, BTreeSet<String>>,
}

/// Checks a module; `called` finds the modules it calls by their `source`.
pub fn check(module: &Module, schemas: &Schemas, called: &dyn Fn(&str) -> Called) -> Outcome {
    let called = module.calls.iter().map(|(name, call)| {
        let behind = call.source.as_deref().map_or(Called::Elsewhere, called);
        (name.as_str(), behind)
    });
    let context = Context { module, schemas, called: called.collect() };
    let mut findings = Findings::default();
    findings.outcome.diagnostics.extend_from_slice(module.problems());
    for document in &module.documents {
        findings.outcome.diagnostics.extend_from_slice(document.problems());
        let is_override = Module::is_override(document);
        FileCheck { context: &context, document, is_override, findings: &mut findings }.top_level();
    }
    if !module.is_partial {
        unused_variables(module, &mut findings);
    }
    let mut outcome = findings.outcome;
    outcome.diagnostics.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    outcome
}

fn unused_variables(module: &Module, findings: &mut Findings<'_>) {
    for (name, variable) in &module.variables {
        if !findings.used_variables.contains(name.as_str()) {
            let location = &variable.location;
            let message = format!("the variable `{name}` is declared and never used");
            let diagnostic = Diagnostic::warning("unused-variable", message, &location.source, location.span.clone());
            findings.outcome.diagnostics.push(diagnostic.hint("use it or remove it"));
        }
    }
}

/// What is known while a module is checked.
struct Context<'a> {
    module: &'a Module,
    schemas: &'a Schemas,
    called: BTreeMap<&'a str, Called>,
}

/// What is found while a module is checked.
#[derive(Default)]
struct Findings<'a> {
    outcome: Outcome,
    used_variables: HashSet<&'a str>,
}

/// The check of one file of a module.
struct FileCheck<'a, 'f> {
    context: &'a Context<'a>,
    document: &'a Document,
    is_override: bool,
    findings: &'f mut Findings<'a>,
}

/// What the schemas say about a type.
enum Lookup<'a> {
    /// The type's arguments, and how to grade what does not fit them.
    Known(Arc<Block>, Grade<'a>),
    /// The provider has no such type.
    Unknown(&'a Provider, Grade<'a>),
    /// There is no schema of the provider, whose address this is.
    Foreign(String),
}

impl<'a> Context<'a> {
    /// The schema of a type of the provider with this local name.
    fn lookup(&self, mode: Mode, kind: &str, local_name: &str) -> Lookup<'a> {
        let local_name =
            if kind == "terraform_data" || kind == "terraform_remote_state" { "terraform" } else { local_name };
        let (provider, grade) = match self.provider(local_name) {
            Ok(known) => known,
            Err(source) => return Lookup::Foreign(source),
        };
        match provider.block(mode, kind) {
            Some(block) => Lookup::Known(block, grade),
            // The embedded schemas have no ephemeral resources at all, and a stored one may be damaged.
            None if provider.names(mode).next().is_none() || provider.has(mode, kind) => {
                Lookup::Foreign(provider.source().to_owned())
            }
            None => Lookup::Unknown(provider, grade),
        }
    }

    /// The schema of the provider with this local name, or its address where there is none.
    fn provider(&self, local_name: &str) -> Result<(&'a Provider, Grade<'a>), String> {
        let requirement = self.module.requirement(local_name);
        let Some(provider) = self.schemas.provider(&requirement.source) else {
            return Err(requirement.source);
        };
        let version = self.module.locked.get(&requirement.source).cloned().or(requirement.version);
        let standing = standing(version.as_deref(), provider.version());
        Ok((provider, Grade::of(standing, provider, version)))
    }
}

impl FileCheck<'_, '_> {
    fn push(&mut self, diagnostic: Diagnostic) {
        self.findings.outcome.diagnostics.push(diagnostic);
    }

    fn error(&self, code: &'static str, message: impl Into<String>, span: Range<usize>) -> Diagnostic {
        Diagnostic::error(code, message, self.document.source(), span)
    }

    fn warning(&self, code: &'static str, message: impl Into<String>, span: Range<usize>) -> Diagnostic {
        Diagnostic::warning(code, message, self.document.source(), span)
    }

    /// The place of a part of the tree, or of what it stands in where the parser did not keep it.
    fn span(&self, part: &impl Span, otherwise: &impl Span) -> Range<usize> {
        if part.span().is_some() { self.document.span(part) } else { self.document.span(otherwise) }
    }

    /// The keyword and labels of a block.
    fn header(&self, block: &hcl_edit::structure::Block) -> Range<usize> {
        let keyword = self.span(&block.ident, block);
        let end = block.labels.last().map_or(keyword.end, |label| self.document.span(label).end);
        keyword.start..end.max(keyword.end)
    }

    /// Reports a name that is not among those there are.
    fn undeclared<'n>(
        &mut self,
        code: &'static str,
        message: String,
        span: Range<usize>,
        name: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) {
        let hint = did_you_mean(name, names).map(|name| format!("did you mean `{name}`?"));
        let diagnostic = self.error(code, message, span).hint_if(hint);
        self.push(diagnostic);
    }

    /// Counts a type that no schema here describes.
    fn skip(&mut self, source: String, kind: &str) {
        self.findings.outcome.unchecked.entry(source).or_default().insert(kind.to_owned());
    }
}
