//! A Terraform module: the files of one directory, and everything they declare.

mod declarations;
mod type_constraint;
mod version;

use indexmap::{IndexMap, IndexSet};

use super::{provider::Mode, schemas::source_of, types::Type};
use crate::{
    diagnostic::{Diagnostic, Location},
    hcl::Document,
};

pub(super) use declarations::{key_text, provider_reference, repetition};
pub use type_constraint::type_constraint;
pub(super) use version::{Standing, standing};

/// A Terraform module.
#[derive(Debug, Default)]
pub struct Module {
    /// Its `.tf` files that can be read.
    pub documents: Vec<Document>,
    /// The input variables, by name.
    pub variables: IndexMap<String, Variable>,
    /// The outputs, by name.
    pub outputs: IndexMap<String, Location>,
    /// The local values, by name.
    pub locals: IndexMap<String, Location>,
    /// Resources, data sources and ephemeral resources, by kind, type and name.
    pub resources: IndexMap<(Mode, String, String), Resource>,
    /// The module calls, by name.
    pub calls: IndexMap<String, Call>,
    /// The required providers, by local name.
    pub requirements: IndexMap<String, Requirement>,
    /// The provider configurations there are, as `name` or `name.alias`.
    pub configurations: IndexSet<String>,
    /// The configurations that a caller must pass, as `name.alias`.
    pub configuration_aliases: IndexSet<String>,
    /// The versions that the module's lock file pins, by provider address without the registry.
    pub locked: IndexMap<String, String>,
    /// Whether files that cannot be read here may declare more.
    pub is_partial: bool,
    problems: Vec<Diagnostic>,
}

/// An input variable.
#[derive(Debug)]
pub struct Variable {
    /// Where it is declared.
    pub location: Location,
    /// Its type; [`Type::Dynamic`] where it states none.
    pub kind: Type,
    /// Whether a caller must set it.
    pub required: bool,
}

/// A resource, data source or ephemeral resource.
#[derive(Debug)]
pub struct Resource {
    /// Where it is declared.
    pub location: Location,
    /// How many instances it has.
    pub repetition: Repetition,
    /// The local name of its provider.
    pub provider: String,
}

/// A module call.
#[derive(Debug)]
pub struct Call {
    /// Where it is declared.
    pub location: Location,
    /// How many instances it has.
    pub repetition: Repetition,
    /// Its `source`, where that is a plain text.
    pub source: Option<String>,
}

/// How many instances of something there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repetition {
    /// One.
    Single,
    /// As many as `count` says, by number.
    Count,
    /// One for each element of `for_each`, by key.
    ForEach,
}

/// What a module demands of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The provider's address without the registry, e.g. `hashicorp/aws`.
    pub source: String,
    /// The versions it works with, e.g. `~> 6.0`.
    pub version: Option<String>,
}

impl Module {
    /// A module of these files.
    #[must_use]
    pub fn new(documents: Vec<Document>) -> Self {
        declarations::collect(documents)
    }

    /// Says that files that cannot be read here may declare more, so that nothing counts as undeclared or unused.
    #[must_use]
    pub fn partial(mut self, is_partial: bool) -> Self {
        self.is_partial |= is_partial;
        self
    }

    /// Adds the provider versions of a `.terraform.lock.hcl`.
    #[must_use]
    pub fn locked(mut self, lock: &Document) -> Self {
        for block in lock.body().get_blocks("provider") {
            let version = block.body.get_attribute("version").and_then(|version| version.value.as_str());
            if let (Some(address), Some(version)) = (block.labels.first(), version) {
                self.locked.insert(source_of(address.as_str()), version.to_owned());
            }
        }
        self
    }

    /// What is wrong with the declarations themselves: names and addresses used twice.
    #[must_use]
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// What the module demands of the provider with this local name.
    ///
    /// A provider that the module does not mention is the one of HashiCorp's with that name, in any version.
    #[must_use]
    pub fn requirement(&self, local_name: &str) -> Requirement {
        let implied = || {
            let source = if local_name == "terraform" { "builtin/terraform".to_owned() } else { source_of(local_name) };
            Requirement { source, version: None }
        };
        self.requirements.get(local_name).cloned().unwrap_or_else(implied)
    }

    /// Whether a file's blocks change those of other files instead of standing beside them.
    #[must_use]
    pub fn is_override(document: &Document) -> bool {
        let path = document.source().path();
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let stem = name.strip_suffix(".tf").or_else(|| name.strip_suffix(".tofu")).unwrap_or(name);
        stem == "override" || stem.ends_with("_override")
    }
}
