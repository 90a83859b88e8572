//! Checks that what expressions refer to exists, and is asked only for what it has.

use hcl_edit::{
    expr::Expression,
    structure::{Block as HclBlock, Body, Structure},
};

use super::{
    Called, FileCheck, Lookup,
    path::{Mistake, Value, follow},
};
use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    hcl::{Found, Reference, Step, visit},
    schema::{
        module::{Repetition, Resource, repetition},
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
        let label = block.labels.first().map(|label| label.as_str());
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
                Found::Call(call, whole) => self.call(call, whole),
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

    fn variable_reference(&mut self, reference: Reference<'a>) {
        let Some(name) = self.named(reference, "var.name") else { return };
        self.findings.used_variables.insert(name);
        let module = self.context.module;
        if let Some(variable) = module.variables.get(name) {
            if !reference.is_guarded {
                let steps: Vec<Step<'_>> = reference.steps().skip(1).collect();
                let mistake = follow(Value::Typed(&variable.kind), &steps);
                if let Some(mistake) = mistake {
                    let (diagnostic, ..) = self.mistake(&mistake, reference, 1, &format!("var.{name}"));
                    self.push(diagnostic);
                }
            }
        } else if !module.is_partial {
            let span = self.document.span(reference.whole);
            let names = module.variables.keys().map(String::as_str);
            let message = format!("the module declares no variable `{name}`");
            self.undeclared("undeclared-variable", message, span, name, names);
        }
    }

    fn local_reference(&mut self, reference: Reference<'a>) {
        let Some(name) = self.named(reference, "local.name") else { return };
        let module = self.context.module;
        if !module.locals.contains_key(name) && !module.is_partial {
            let span = self.document.span(reference.whole);
            let names = module.locals.keys().map(String::as_str);
            let message = format!("the module declares no local value `{name}`");
            self.undeclared("undeclared-local", message, span, name, names);
        }
    }

    fn module_reference(&mut self, reference: Reference<'a>) {
        let Some(name) = self.named(reference, "module.name.output") else { return };
        let module = self.context.module;
        let Some(call) = module.calls.get(name) else {
            if !module.is_partial {
                let span = self.document.span(reference.whole);
                let names = module.calls.keys().map(String::as_str);
                let message = format!("the module calls no module `{name}`");
                self.undeclared("undeclared-module", message, span, name, names);
            }
            return;
        };
        if reference.is_guarded {
            return;
        }
        let steps: Vec<Step<'_>> = reference.steps().collect();
        let Some(at) = self.instance(reference, &steps, 1, call.repetition, &format!("module.{name}")) else { return };
        let (Some(Step::Name(output)), Some(Called::Module(called))) = (steps.get(at), self.context.called.get(name))
        else {
            return;
        };
        if !called.outputs.contains_key(*output) && !called.is_partial {
            let span = self.document.span(reference.whole);
            let names = called.outputs.keys().map(String::as_str);
            let message = format!("the module `{name}` has no output `{output}`");
            self.undeclared("undeclared-output", message, span, output, names);
        }
    }

    /// Checks a reference whose type stands at the step `first`, counted from the first name.
    fn resource_reference(&mut self, mode: Mode, reference: Reference<'a>, first: usize) {
        let at = |step: usize| if step == 0 { Some(reference.root) } else { reference.name_at(step - 1) };
        let (Some(kind), Some(name)) = (at(first), at(first + 1)) else {
            // Splats and indexes on a whole kind are refused too, but no module gets that far.
            if reference.operators.len() <= first {
                let span = self.document.span(reference.whole);
                let message = format!("`{}` refers to nothing", self.document.text(reference.whole));
                let diagnostic = self
                    .error("invalid-reference", message, span)
                    .hint("write `var.name`, `local.name`, `type.name` or, for a text, quotes around it");
                self.push(diagnostic);
            }
            return;
        };
        let module = self.context.module;
        let key = (mode, kind.to_owned(), name.to_owned());
        match module.resources.get(&key) {
            Some(resource) => self.resource_attribute(mode, kind, name, resource, reference, first + 1),
            None if module.is_partial => {}
            None => self.undeclared_resource(mode, kind, name, reference),
        }
    }

    fn undeclared_resource(&mut self, mode: Mode, kind: &str, name: &str, reference: Reference<'a>) {
        let module = self.context.module;
        let address = |kind: &str, name: &str| match mode {
            Mode::Resource => format!("{kind}.{name}"),
            _ => format!("{}.{kind}.{name}", mode.keyword()),
        };
        let declared = module.resources.keys().filter(|key| key.0 == mode);
        let same_kind = declared.clone().filter(|key| key.1 == kind).map(|key| key.2.as_str());
        let same_name = declared.filter(|key| key.2 == name).map(|key| key.1.as_str());
        let close = did_you_mean(name, same_kind)
            .map(|close| address(kind, close))
            .or_else(|| did_you_mean(kind, same_name).map(|close| address(close, name)));
        let span = self.document.span(reference.whole);
        let message = format!("the module declares no {} `{}`", mode.noun(), address(kind, name));
        let other = if mode == Mode::Resource { Mode::Data } else { Mode::Resource };
        let elsewhere =
            module.resources.contains_key(&(other, kind.to_owned(), name.to_owned())).then(|| match other {
                Mode::Data => format!("data.{kind}.{name}"),
                _ => format!("{kind}.{name}"),
            });
        let hint = close.or(elsewhere).map(|close| format!("did you mean `{close}`?"));
        let diagnostic = self.error("undeclared-resource", message, span).hint_if(hint);
        self.push(diagnostic);
    }

    fn resource_attribute(
        &mut self,
        mode: Mode,
        kind: &str,
        name: &str,
        resource: &Resource,
        reference: Reference<'a>,
        first: usize,
    ) {
        let steps: Vec<Step<'_>> = reference.steps().collect();
        let address = self.address(mode, kind, name);
        let Some(at) = self.instance(reference, &steps, first, resource.repetition, &address) else { return };
        self.attributes(mode, kind, &resource.provider, reference, &steps, at, &address);
    }

    #[expect(clippy::too_many_arguments, reason = "one reference, taken apart")]
    fn attributes(
        &mut self,
        mode: Mode,
        kind: &str,
        provider: &str,
        reference: Reference<'a>,
        steps: &[Step<'_>],
        at: usize,
        address: &str,
    ) {
        let Lookup::Known(schema, grade) = self.context.lookup(mode, kind, provider) else { return };
        let Some(mistake) = follow(Value::Block(&schema), steps.get(at..).unwrap_or_default()) else { return };
        let (diagnostic, name, names) = self.mistake(&mistake, reference, at, address);
        let graded = match name {
            Some(name) => grade.unknown(diagnostic, name, names),
            None => grade.loose(diagnostic),
        };
        self.findings.outcome.diagnostics.extend(graded);
    }

    fn address(&self, mode: Mode, kind: &str, name: &str) -> String {
        match mode {
            Mode::Resource => format!("{kind}.{name}"),
            _ => format!("{}.{kind}.{name}", mode.keyword()),
        }
    }

    /// Checks the index of a repeated resource or module; gives the step behind it, where attributes begin.
    fn instance(
        &mut self,
        reference: Reference<'a>,
        steps: &[Step<'_>],
        at: usize,
        repetition: Repetition,
        address: &str,
    ) -> Option<usize> {
        let (what, hint) = match (repetition, steps.get(at)?) {
            (Repetition::Single, Step::Index) => {
                let what = format!("`{address}` is one object, without `count` or `for_each`");
                ("unexpected-index", (what, "remove the index".to_owned()))
            }
            (Repetition::Count, Step::Name(_)) => {
                let what = format!("`{address}` has `count`, so it is a list");
                ("missing-index", (what, format!("write `{address}[0]`, `{address}[count.index]` or `{address}[*]`")))
            }
            (Repetition::ForEach, Step::Name(_)) => {
                let what = format!("`{address}` has `for_each`, so it is a map");
                ("missing-index", (what, format!("write `{address}[each.key]`, or another key")))
            }
            // A map has no splat; `[*]` makes a list of the one map, so that no attribute is known behind it.
            (Repetition::ForEach, Step::Splat) => return None,
            (_, Step::Index | Step::Splat) => return Some(at + 1),
            (Repetition::Single, Step::Name(_)) => return Some(at),
        };
        let (message, hint) = hint;
        let span = self.document.span(reference.whole);
        let diagnostic = self.error(what, message, span).hint(hint);
        self.push(diagnostic);
        None
    }

    /// The message of a mistake; the name and the names there are, where a name is unknown.
    fn mistake<'m>(
        &self,
        mistake: &'m Mistake<'_>,
        reference: Reference<'a>,
        first: usize,
        address: &str,
    ) -> (Diagnostic, Option<&'a str>, Vec<&'m str>) {
        let (step, names) = match mistake {
            Mistake::NoAttribute(step, names) => (*step, names.clone()),
            Mistake::OfElements(step) | Mistake::OfPrimitive(step) => (*step, Vec::new()),
        };
        let name = reference.name_at(first + step).unwrap_or_default();
        let whole = self.document.span(reference.whole);
        let span = reference.operators.get(first + step).map_or(whole, |it| self.span(it, reference.whole));
        let diagnostic = match mistake {
            Mistake::NoAttribute(0, _) => {
                self.error("unknown-attribute", format!("`{address}` has no attribute `{name}`"), span)
            }
            Mistake::NoAttribute(..) => {
                self.error("unknown-attribute", format!("there is no attribute `{name}` here"), span)
            }
            Mistake::OfElements(_) => self
                .error("unknown-attribute", format!("`{name}` is asked of a list or set, not of its elements"), span)
                .hint("write `[0]`, `[*]` or a `for` expression before it; a set has no index"),
            Mistake::OfPrimitive(_) => {
                self.error("unknown-attribute", format!("`{name}` is asked of a value that has no attributes"), span)
            }
        };
        let hint = did_you_mean(name, names.iter().copied()).map(|close| format!("did you mean `{close}`?"));
        let name = matches!(mistake, Mistake::NoAttribute(..)).then_some(name);
        (diagnostic.hint_if(hint), name, names)
    }

    fn each_reference(&mut self, reference: Reference<'a>, scope: &Scope<'a>) {
        if !matches!(scope.repetition, Some(Repetition::ForEach)) {
            self.misplaced(reference, "each", "add `for_each` to the block, or use another value");
        } else {
            self.fixed(reference, &["key", "value"]);
        }
    }

    fn count_reference(&mut self, reference: Reference<'a>, scope: &Scope<'a>) {
        if !matches!(scope.repetition, Some(Repetition::Count)) {
            self.misplaced(reference, "count", "add `count` to the block, or use another value");
        } else {
            self.fixed(reference, &["index"]);
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

    /// The name that must follow `var`, `local` and `module`.
    fn named(&mut self, reference: Reference<'a>, form: &str) -> Option<&'a str> {
        let name = reference.name_at(0);
        if name.is_none() {
            let span = self.document.span(reference.whole);
            let message = format!("`{}` alone is no value", reference.root);
            let diagnostic = self.error("invalid-reference", message, span).hint(format!("write `{form}`"));
            self.push(diagnostic);
        }
        name
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
