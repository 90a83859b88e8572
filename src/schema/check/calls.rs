//! Checks module calls against the variables of the module they call.

use std::sync::Arc;

use hcl_edit::{
    expr::{Expression, ObjectKey},
    structure::{Block as HclBlock, Structure},
};

use super::{Called, FileCheck, grade::Grade};
use crate::{
    hcl::is_masked,
    schema::module::{Module, provider_reference},
};

/// The arguments of a module call that are the language's own.
const ARGUMENTS: [&str; 6] = ["source", "version", "providers", "count", "for_each", "depends_on"];

/// The blocks of a module call: `providers` as before Terraform 0.12, and OpenTofu's `lifecycle`.
const BLOCKS: [&str; 2] = ["providers", "lifecycle"];

impl<'a> FileCheck<'a, '_> {
    /// Checks a `module` block.
    pub(super) fn module_call(&mut self, block: &'a HclBlock) {
        let Some(name) = block.labels.first().map(hcl_edit::structure::BlockLabel::as_str) else { return };
        self.repetition(&block.body);
        let header = self.header(block);
        if !block.body.has_attribute("source") && !self.is_overridden(block) {
            let message = format!("the module call `{name}` has no `source`");
            let diagnostic = self.error("missing-argument", message, header.clone());
            self.push(diagnostic.hint("say where the module is, e.g. `source = \"../../modules/vpc\"`"));
        }
        for structure in &block.body {
            match structure {
                Structure::Block(inner) if !BLOCKS.contains(&inner.ident.as_str()) => {
                    let message = format!("a module call has no block `{}`", inner.ident.as_str());
                    let span = self.header(inner);
                    let diagnostic = self.error("unknown-block", message, span);
                    self.push(diagnostic.hint("inputs of a module are arguments: write `name = …`"));
                }
                Structure::Attribute(attribute) => match attribute.key.as_str() {
                    "providers" => self.passed_providers(&attribute.value),
                    "depends_on" => self.depends_on(attribute),
                    _ => {}
                },
                Structure::Block(_) => {}
            }
        }
        match self.context.called.get(name).cloned() {
            Some(Called::Module(module)) => self.inputs(name, block, &module),
            Some(Called::Missing) => self.missing_module(block),
            Some(Called::Elsewhere) | None => {}
        }
    }

    fn missing_module(&mut self, block: &'a HclBlock) {
        let Some(source) = block.body.get_attribute("source") else { return };
        let span = self.document.span(&source.value);
        let path = source.value.as_str().unwrap_or_default();
        let diagnostic = self
            .error("module-not-found", format!("there is no module in `{path}`"), span)
            .label("no directory with `.tf` files")
            .hint("the path is relative to the directory of this file");
        self.push(diagnostic);
    }

    fn inputs(&mut self, name: &str, block: &'a HclBlock, module: &Arc<Module>) {
        let grade = Grade::language();
        if let Some(version) = block.body.get_attribute("version") {
            let span = self.span(&version.key, version);
            let message = "a module with a local path has no version";
            let diagnostic = self.error("version-of-local-module", message, span).hint("remove the argument");
            self.push(diagnostic);
        }
        let is_input = |input: &str| !ARGUMENTS.contains(&input) && !is_masked(input);
        for attribute in block.body.attributes().filter(|attribute| is_input(attribute.key.as_str())) {
            let input = attribute.key.as_str();
            if let Some(variable) = module.variables.get(input) {
                self.value(&attribute.value, &variable.kind, input, &grade);
            } else if !module.is_partial {
                let span = self.span(&attribute.key, attribute);
                let message = format!("the module `{name}` has no variable `{input}`");
                let names = module.variables.keys().map(String::as_str);
                self.undeclared("unknown-module-input", message, span, input, names);
            }
        }
        if self.is_overridden(block) {
            return;
        }
        let header = self.header(block);
        let required = module.variables.iter().filter(|(_, variable)| variable.required);
        for (input, variable) in required.filter(|(input, _)| !block.body.has_attribute(input)) {
            let place = variable.location.source.position(variable.location.span.start);
            let message = format!("the module `{name}` needs the input `{input}`");
            let diagnostic = self
                .error("missing-module-input", message, header.clone())
                .label(format!("`{input}` is missing"))
                .hint(format!("declared without a default at {}:{}", variable.location.source.path(), place.line));
            self.push(diagnostic);
        }
        self.missing_configurations(name, block, module);
    }

    /// A module that states `configuration_aliases` cannot do without them.
    fn missing_configurations(&mut self, name: &str, block: &HclBlock, module: &Module) {
        let passed = block.body.get_attribute("providers").and_then(|providers| providers.value.as_object());
        let is_passed = |address: &str| {
            passed.into_iter().flatten().any(|(key, _)| match key {
                ObjectKey::Expression(key) => {
                    provider_reference(key).is_some_and(|(name, alias)| join(name, alias) == address)
                }
                ObjectKey::Ident(name) => name.as_str() == address,
            })
        };
        for address in module.configuration_aliases.iter().filter(|address| !is_passed(address)) {
            let message = format!("the module `{name}` needs the provider configuration `{address}`");
            let span = self.header(block);
            let diagnostic =
                self.error("missing-provider", message, span).hint(format!("add `providers = {{ {address} = … }}`"));
            self.push(diagnostic);
        }
    }

    fn passed_providers(&mut self, providers: &Expression) {
        for (_, value) in providers.as_object().into_iter().flatten() {
            self.provider_argument(value.expr());
        }
    }
}

fn join(name: String, alias: Option<String>) -> String {
    match alias {
        Some(alias) => format!("{name}.{alias}"),
        None => name,
    }
}
