//! Checks references to what a module declares: that it exists, and is asked only for what it has.

use super::{
    Called, FileCheck, Lookup,
    path::{Mistake, Value, follow},
};
use crate::{
    diagnostic::{Diagnostic, Severity, did_you_mean},
    hcl::{Reference, Step},
    schema::{
        module::{Repetition, Resource},
        provider::Mode,
    },
};

impl<'a> FileCheck<'a, '_> {
    pub(super) fn variable_reference(&mut self, reference: Reference<'a>) {
        let Some(name) = self.named(reference, "var.name") else { return };
        self.findings.used_variables.insert(name);
        let module = self.context.module;
        if let Some(variable) = module.variables.get(name) {
            if !reference.is_guarded {
                let steps: Vec<Step<'_>> = reference.steps().skip(1).collect();
                let mistake = follow(Value::Typed(&variable.kind), &steps);
                if let Some(mistake) = mistake {
                    let (diagnostic, ..) = self.mistake(&mistake, reference, 1, &format!("var.{name}"));
                    self.push(unless_reached(diagnostic, reference));
                }
            }
        } else if !module.is_partial {
            let span = self.document.span(reference.whole);
            let names = module.variables.keys().map(String::as_str);
            let message = format!("the module declares no variable `{name}`");
            self.undeclared("undeclared-variable", message, span, name, names);
        }
    }

    pub(super) fn local_reference(&mut self, reference: Reference<'a>) {
        let Some(name) = self.named(reference, "local.name") else { return };
        let module = self.context.module;
        if !module.locals.contains_key(name) && !module.is_partial {
            let span = self.document.span(reference.whole);
            let names = module.locals.keys().map(String::as_str);
            let message = format!("the module declares no local value `{name}`");
            self.undeclared("undeclared-local", message, span, name, names);
        }
    }

    pub(super) fn module_reference(&mut self, reference: Reference<'a>) {
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
            let hint = did_you_mean(output, names).map(|close| format!("did you mean `module.{name}.{close}`?"));
            let message = format!("the module `{name}` has no output `{output}`");
            let diagnostic = self.error("undeclared-output", message, span).hint_if(hint);
            self.push(unless_reached(diagnostic, reference));
        }
    }

    /// Checks a reference whose type stands at the step `first`, counted from the first name.
    pub(super) fn resource_reference(&mut self, mode: Mode, reference: Reference<'a>, first: usize) {
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
        let declared = module.resources.keys().filter(|key| key.0 == mode);
        let same_kind = declared.clone().filter(|key| key.1 == kind).map(|key| key.2.as_str());
        let same_name = declared.filter(|key| key.2 == name).map(|key| key.1.as_str());
        let close = did_you_mean(name, same_kind)
            .map(|close| address(mode, kind, close))
            .or_else(|| did_you_mean(kind, same_name).map(|close| address(mode, close, name)));
        let span = self.document.span(reference.whole);
        let message = format!("the module declares no {} `{}`", mode.noun(), address(mode, kind, name));
        let other = if mode == Mode::Resource { Mode::Data } else { Mode::Resource };
        let is_other = module.resources.contains_key(&(other, kind.to_owned(), name.to_owned()));
        let elsewhere = is_other.then(|| address(other, kind, name));
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
        let address = address(mode, kind, name);
        let Some(at) = self.instance(reference, &steps, first, resource.repetition, &address) else { return };
        self.attributes(mode, kind, &resource.provider, reference, &steps, at, &address);
    }

    #[expect(clippy::too_many_arguments, reason = "one reference, taken apart")]
    pub(super) fn attributes(
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

/// The address of a resource, data source or ephemeral resource, as references write it.
fn address(mode: Mode, kind: &str, name: &str) -> String {
    match mode {
        Mode::Resource => format!("{kind}.{name}"),
        _ => format!("{}.{kind}.{name}", mode.keyword()),
    }
}

/// Terraform looks into values only where a run gets to, so that what is wrong in a branch may never show.
fn unless_reached(diagnostic: Diagnostic, reference: Reference<'_>) -> Diagnostic {
    let severity = if reference.is_conditional { Severity::Warning } else { diagnostic.severity };
    Diagnostic { severity, ..diagnostic }
}
