//! Collects what the files of a module declare.

use hcl_edit::{
    expr::{Expression, ObjectKey, TraversalOperator},
    structure::{Block, Body, Structure},
};
use indexmap::{IndexMap, map::Entry};

use super::{Call, Module, Repetition, Requirement, Resource, Variable, type_constraint};
use crate::{
    diagnostic::{Diagnostic, Location},
    hcl::Document,
    schema::{provider::Mode, schemas::source_of, types::Type},
};

/// Reads the declarations of all files; override files last, as Terraform does.
pub(super) fn collect(documents: Vec<Document>) -> Module {
    let mut module = Module::default();
    for is_override in [false, true] {
        for document in documents.iter().filter(|document| Module::is_override(document) == is_override) {
            Collector { module: &mut module, document, is_override }.body(document.body());
        }
    }
    module.documents = documents;
    module
}

struct Collector<'a> {
    module: &'a mut Module,
    document: &'a Document,
    is_override: bool,
}

impl Collector<'_> {
    fn body(&mut self, body: &Body) {
        for block in body.blocks() {
            match block.ident.as_str() {
                "terraform" => self.terraform(block),
                "variable" => self.variable(block),
                "output" => self.output(block),
                "locals" => self.locals(block),
                "provider" => self.provider(block),
                "resource" => self.resource(Mode::Resource, block),
                "data" => self.resource(Mode::Data, block),
                "ephemeral" => self.resource(Mode::Ephemeral, block),
                "module" => self.call(block),
                "check" => block.body.get_blocks("data").for_each(|data| self.resource(Mode::Data, data)),
                _ => {}
            }
        }
    }

    /// The place to point at for a declaration: its labels, or its keyword.
    fn location(&self, block: &Block) -> Location {
        let keyword = self.document.span(&block.ident);
        let end = block.labels.last().map_or(keyword.end, |label| self.document.span(label).end);
        Location { source: self.document.source().clone(), span: keyword.start..end.max(keyword.end) }
    }

    fn label(block: &Block, at: usize) -> Option<String> {
        block.labels.get(at).map(|label| label.as_str().to_owned())
    }

    fn variable(&mut self, block: &Block) {
        let Some(name) = Self::label(block, 0) else { return };
        let location = self.location(block);
        let kind = block.body.get_attribute("type").and_then(|attribute| type_constraint(&attribute.value).ok());
        let required = !block.body.has_attribute("default");
        let variable = Variable { location: location.clone(), kind: kind.unwrap_or(Type::Dynamic), required };
        if self.is_override
            && let Some(original) = self.module.variables.get_mut(&name)
        {
            original.required &= variable.required;
            if variable.kind != Type::Dynamic {
                original.kind = variable.kind;
            }
            return;
        }
        let problem = insert(&mut self.module.variables, name.clone(), variable, |it| &it.location);
        self.report(problem, &format!("variable `{name}`"), location);
    }

    fn output(&mut self, block: &Block) {
        let Some(name) = Self::label(block, 0) else { return };
        let location = self.location(block);
        let problem = insert(&mut self.module.outputs, name.clone(), location.clone(), |it| it);
        self.report(problem, &format!("output `{name}`"), location);
    }

    fn locals(&mut self, block: &Block) {
        for attribute in block.body.attributes().filter(|attribute| !crate::hcl::is_masked(attribute.key.as_str())) {
            let name = attribute.key.as_str().to_owned();
            let span = self.document.span(&attribute.key);
            let location = Location { source: self.document.source().clone(), span };
            let problem = insert(&mut self.module.locals, name.clone(), location.clone(), |it| it);
            self.report(problem, &format!("local value `{name}`"), location);
        }
    }

    fn provider(&mut self, block: &Block) {
        let Some(name) = Self::label(block, 0) else { return };
        let alias = block.body.get_attribute("alias").and_then(|alias| alias.value.as_str());
        let address = alias.map_or_else(|| name.clone(), |alias| format!("{name}.{alias}"));
        let is_new = self.module.configurations.insert(address.clone());
        if !is_new && !self.is_override {
            let location = self.location(block);
            let diagnostic = Diagnostic::error(
                "duplicate-provider",
                format!("the provider configuration `{address}` is declared twice"),
                &location.source,
                location.span,
            );
            self.module.problems.push(diagnostic.hint("give each further configuration its own `alias`"));
        }
    }

    fn resource(&mut self, mode: Mode, block: &Block) {
        let (Some(kind), Some(name)) = (Self::label(block, 0), Self::label(block, 1)) else { return };
        let location = self.location(block);
        let provider = block
            .body
            .get_attribute("provider")
            .and_then(|attribute| provider_reference(&attribute.value))
            .map_or_else(|| implied_provider(&kind).to_owned(), |(local_name, _)| local_name);
        let resource = Resource { location: location.clone(), repetition: repetition(&block.body), provider };
        let key = (mode, kind.clone(), name.clone());
        if self.is_override
            && let Some(original) = self.module.resources.get_mut(&key)
        {
            if resource.repetition != Repetition::Single {
                original.repetition = resource.repetition;
            }
            return;
        }
        let problem = insert(&mut self.module.resources, key, resource, |it| &it.location);
        self.report(problem, &format!("{} `{kind}.{name}`", mode.noun()), location);
    }

    fn call(&mut self, block: &Block) {
        let Some(name) = Self::label(block, 0) else { return };
        let location = self.location(block);
        let source = block.body.get_attribute("source").and_then(|source| source.value.as_str()).map(str::to_owned);
        let call = Call { location: location.clone(), repetition: repetition(&block.body), source };
        if self.is_override && self.module.calls.contains_key(&name) {
            return;
        }
        let problem = insert(&mut self.module.calls, name.clone(), call, |it| &it.location);
        self.report(problem, &format!("module call `{name}`"), location);
    }

    fn terraform(&mut self, block: &Block) {
        for providers in block.body.get_blocks("required_providers") {
            for attribute in providers.body.attributes() {
                self.requirement(attribute.key.as_str(), &attribute.value);
            }
        }
    }

    fn requirement(&mut self, local_name: &str, value: &Expression) {
        // Before Terraform 0.13 a requirement was a version alone.
        let mut requirement = Requirement { source: source_of(local_name), version: value.as_str().map(str::to_owned) };
        for (key, value) in value.as_object().into_iter().flatten() {
            match (key_text(key), value.expr()) {
                (Some("source"), value) => {
                    if let Some(source) = value.as_str() {
                        requirement.source = source_of(source);
                    }
                }
                (Some("version"), value) => requirement.version = value.as_str().map(str::to_owned),
                (Some("configuration_aliases"), Expression::Array(aliases)) => {
                    let addresses = aliases.iter().filter_map(provider_reference);
                    let addresses = addresses.filter_map(|(name, alias)| Some(format!("{name}.{}", alias?)));
                    self.module.configuration_aliases.extend(addresses);
                }
                _ => {}
            }
        }
        self.module.requirements.insert(local_name.to_owned(), requirement);
    }

    /// Notes a name used twice, unless an override file uses it on purpose.
    fn report(&mut self, first: Option<Location>, what: &str, second: Location) {
        let Some(first) = first.filter(|_| !self.is_override) else { return };
        let position = first.source.position(first.span.start);
        let diagnostic = Diagnostic::error(
            "duplicate-declaration",
            format!("{what} is declared twice"),
            &second.source,
            second.span,
        )
        .label(format!("declared before at {}:{}:{}", first.source.path(), position.line, position.column))
        .hint("rename one of the two, or remove it");
        self.module.problems.push(diagnostic);
    }
}

/// Adds what is new; for what is not, gives the place of the first.
fn insert<K, V>(map: &mut IndexMap<K, V>, key: K, value: V, location: impl Fn(&V) -> &Location) -> Option<Location>
where
    K: std::hash::Hash + Eq,
{
    match map.entry(key) {
        Entry::Occupied(first) => Some(location(first.get()).clone()),
        Entry::Vacant(entry) => {
            entry.insert(value);
            None
        }
    }
}

/// How often a block's `count` or `for_each` repeats it.
pub(in crate::schema) fn repetition(body: &Body) -> Repetition {
    let has = |name: &str| body.iter().any(|it| matches!(it, Structure::Attribute(it) if it.key.as_str() == name));
    if has("count") {
        Repetition::Count
    } else if has("for_each") {
        Repetition::ForEach
    } else {
        Repetition::Single
    }
}

/// The local name of the provider that a type belongs to where nothing else is said.
pub(in crate::schema) fn implied_provider(kind: &str) -> &str {
    kind.split('_').next().unwrap_or(kind)
}

/// The local name and alias of `aws` or `aws.east`, also quoted as before Terraform 0.12.
pub(in crate::schema) fn provider_reference(value: &Expression) -> Option<(String, Option<String>)> {
    match value {
        Expression::Variable(name) => Some((name.as_str().to_owned(), None)),
        Expression::String(text) => {
            let (name, alias) = text.split_once('.').map_or((text.as_str(), None), |(name, alias)| (name, Some(alias)));
            Some((name.to_owned(), alias.map(str::to_owned)))
        }
        Expression::Traversal(traversal) => {
            let Expression::Variable(name) = &traversal.expr else { return None };
            match traversal.operators.first()?.value() {
                TraversalOperator::GetAttr(alias) => Some((name.as_str().to_owned(), Some(alias.as_str().to_owned()))),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The text of a key that is a name or a plain text.
pub(in crate::schema) fn key_text(key: &ObjectKey) -> Option<&str> {
    match key {
        ObjectKey::Ident(name) | ObjectKey::Expression(Expression::Variable(name)) => Some(name.as_str()),
        ObjectKey::Expression(expression) => expression.as_str(),
    }
}
