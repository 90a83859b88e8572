//! Finds the references of a block and checks those to what the language itself gives: `each`, `count`, `self`, `path`.

use hcl_edit::{
    expr::Expression,
    structure::{Block as HclBlock, Body, Structure},
};

use super::FileCheck;
use crate::{
    diagnostic::did_you_mean,
    hcl::{Found, Reference, Step, visit},
    schema::{
        module::{Repetition, repetition},
        provider::Mode,
    },
};

/// What may be referred to at a place, besides what the module declares.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope<'s> {
    /// How the block around is repeated; none where it is not one that could be.
    repetition: Option<Repetition>,
    /// The kind and type that `self` has, where it means something.
    owner: Option<(Mode, &'s str, &'s str)>,
    /// Whether `self` means something here.
    has_self: bool,
    /// The iterators of the `dynamic` blocks around.
    iterators: Vec<&'s str>,
}

impl<'a> FileCheck<'a, '_> {
    /// Checks all references in a block at the top of a file.
    pub(super) fn references(&mut self, block: &'a HclBlock) {
        let mode = match block.ident.as_str() {
            "resource" => Some(Mode::Resource),
            "data" => Some(Mode::Data),
            "ephemeral" => Some(Mode::Ephemeral),
            _ => None,
        };
        let owner = match (mode, block.labels.as_slice()) {
            (Some(mode), [kind, name]) => Some((mode, kind.as_str(), name.as_str())),
            _ => None,
        };
        let scope = Scope { repetition: Some(repetition(&block.body)), owner, ..Scope::default() };
        self.references_of_body(block.ident.as_str(), &block.body, &scope);
    }

    /// Checks all references in the body of a block with this keyword.
    pub(super) fn references_of_body(&mut self, keyword: &str, body: &'a Body, scope: &Scope<'a>) {
        for structure in body {
            match structure {
                Structure::Attribute(attribute) if is_symbolic(keyword, attribute.key.as_str()) => {}
                Structure::Attribute(attribute) => self.references_of(&attribute.value, scope),
                Structure::Block(block) => self.references_of_block(block, scope),
            }
        }
    }

    fn references_of_block(&mut self, block: &'a HclBlock, scope: &Scope<'a>) {
        match block.ident.as_str() {
            "dynamic" => self.references_of_dynamic(block, scope),
            "action_trigger" => {}
            "provisioner" | "connection" | "postcondition" => {
                let scope = Scope { has_self: true, ..scope.clone() };
                self.references_of_body(block.ident.as_str(), &block.body, &scope);
            }
            keyword => self.references_of_body(keyword, &block.body, scope),
        }
    }

    fn references_of_dynamic(&mut self, block: &'a HclBlock, scope: &Scope<'a>) {
        let label = block.labels.first().map(hcl_edit::structure::BlockLabel::as_str);
        let iterator = block.body.get_attribute("iterator").and_then(|iterator| match &iterator.value {
            Expression::Variable(name) => Some(name.as_str()),
            value => value.as_str(),
        });
        let mut inner = scope.clone();
        inner.iterators.extend(iterator.or(label));
        for structure in &block.body {
            match structure {
                Structure::Attribute(attribute) => match attribute.key.as_str() {
                    "iterator" => {}
                    "labels" => self.references_of(&attribute.value, &inner),
                    _ => self.references_of(&attribute.value, scope),
                },
                Structure::Block(content) => self.references_of_body("content", &content.body, &inner),
            }
        }
    }

    fn references_of(&mut self, expression: &'a Expression, scope: &Scope<'a>) {
        let mut all = Vec::new();
        visit(expression, &scope.iterators, &mut |found| all.push(found));
        for found in all {
            match found {
                Found::Call { call, whole, is_guarded } => self.call(call, whole, is_guarded),
                Found::Reference(reference) => self.reference(reference, scope),
            }
        }
    }

    fn reference(&mut self, reference: Reference<'a>, scope: &Scope<'a>) {
        match reference.root {
            "var" => self.variable_reference(reference),
            "local" => self.local_reference(reference),
            "module" => self.module_reference(reference),
            "data" => self.resource_reference(Mode::Data, reference, 1),
            "ephemeral" => self.resource_reference(Mode::Ephemeral, reference, 1),
            "resource" => self.resource_reference(Mode::Resource, reference, 1),
            "each" => self.each_reference(reference, scope),
            "count" => self.count_reference(reference, scope),
            "self" => self.self_reference(reference, scope),
            "path" => self.fixed(reference, &["module", "root", "cwd"]),
            "terraform" | "tofu" => self.fixed(reference, &["workspace", "env", "applying"]),
            // Configurations, actions and test runs are no values.
            "provider" | "action" | "run" => {}
            _ => self.resource_reference(Mode::Resource, reference, 0),
        }
    }

    fn each_reference(&mut self, reference: Reference<'a>, scope: &Scope<'a>) {
        if scope.repetition == Some(Repetition::ForEach) {
            self.fixed(reference, &["key", "value"]);
        } else {
            self.misplaced(reference, "each", "add `for_each` to the block, or use another value");
        }
    }

    fn count_reference(&mut self, reference: Reference<'a>, scope: &Scope<'a>) {
        if scope.repetition == Some(Repetition::Count) {
            self.fixed(reference, &["index"]);
        } else {
            self.misplaced(reference, "count", "add `count` to the block, or use another value");
        }
    }

    fn self_reference(&mut self, reference: Reference<'a>, scope: &Scope<'a>) {
        if !scope.has_self {
            let hint = "`self` stands for the resource in `provisioner`, `connection` and `postcondition` blocks";
            self.misplaced(reference, "self", hint);
            return;
        }
        let Some((mode, kind, name)) = scope.owner else { return };
        let key = (mode, kind.to_owned(), name.to_owned());
        let Some(resource) = self.context.module.resources.get(&key) else { return };
        let steps: Vec<Step<'_>> = reference.steps().collect();
        self.attributes(mode, kind, &resource.provider, reference, &steps, 0, "self");
    }

    fn misplaced(&mut self, reference: Reference<'a>, name: &str, hint: &str) {
        let span = self.document.span(reference.whole);
        let diagnostic = self.error("misplaced-reference", format!("`{name}` means nothing here"), span).hint(hint);
        self.push(diagnostic);
    }

    /// Checks a reference to one of the names that the language itself gives.
    fn fixed(&mut self, reference: Reference<'a>, names: &[&str]) {
        let name = reference.name_at(0).unwrap_or_default();
        if !names.contains(&name) {
            let span = self.document.span(reference.whole);
            let message = format!("`{}` has no attribute `{name}`", reference.root);
            let hint = match did_you_mean(name, names.iter().copied()) {
                Some(close) => format!("did you mean `{}.{close}`?", reference.root),
                None => format!("write `{}.{}`", reference.root, names.join("`, `")),
            };
            let diagnostic = self.error("unknown-attribute", message, span).hint(hint);
            self.push(diagnostic);
        }
    }
}

/// Whether an argument names things of the configuration instead of taking a value.
fn is_symbolic(keyword: &str, argument: &str) -> bool {
    matches!(
        (keyword, argument),
        ("resource" | "data" | "ephemeral" | "import" | "action" | "list", "provider")
            | ("module", "providers")
            | ("lifecycle", "ignore_changes")
            | ("provisioner", "when" | "on_failure")
            | ("moved" | "import" | "removed", "from" | "to")
    )
}
