//! Checks literal values against the type that an argument takes.
//!
//! Only what is wrong whatever a run brings is reported: Terraform converts texts, numbers and booleans into each other
//! where they fit, and a template of a single interpolation passes on a value of any type.

use hcl_edit::{
    expr::{Expression, Object},
    template::{Element, StringTemplate},
};
use indexmap::IndexMap;

use super::{FileCheck, grade::Grade};
use crate::{
    diagnostic::did_you_mean,
    schema::{
        module::key_text,
        types::{Field, Type},
    },
};

/// What an expression is, as far as its form tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Number,
    Bool,
    Sequence,
    Mapping,
}

impl Form {
    const fn noun(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Bool => "a boolean",
            Self::Sequence => "a list",
            Self::Mapping => "an object",
        }
    }

    /// The form that an expression has whatever a run brings.
    fn of(expression: &Expression) -> Option<Self> {
        match expression {
            Expression::String(_) | Expression::HeredocTemplate(_) => Some(Self::Text),
            Expression::StringTemplate(template) if !passes_value_on(template) => Some(Self::Text),
            Expression::Number(_) => Some(Self::Number),
            Expression::Bool(_) => Some(Self::Bool),
            Expression::ForExpr(each) if each.key_expr.is_some() => Some(Self::Mapping),
            Expression::Array(_) | Expression::ForExpr(_) => Some(Self::Sequence),
            Expression::Object(_) => Some(Self::Mapping),
            Expression::FuncCall(call) if !call.name.is_namespaced() => Self::returned_by(call.name.name.as_str()),
            _ => None,
        }
    }
}

impl Form {
    /// The form of what a function returns, where it is always the same.
    fn returned_by(function: &str) -> Option<Self> {
        match function {
            "base64encode" | "file" | "format" | "join" | "jsonencode" | "lower" | "replace" | "sha256" | "substr"
            | "tostring" | "trimspace" | "upper" | "yamlencode" => Some(Self::Text),
            "ceil" | "floor" | "length" | "tonumber" => Some(Self::Number),
            "alltrue" | "anytrue" | "can" | "contains" | "endswith" | "fileexists" | "startswith" | "strcontains"
            | "tobool" => Some(Self::Bool),
            "chunklist" | "compact" | "concat" | "distinct" | "flatten" | "formatlist" | "keys" | "range" | "sort"
            | "split" | "tolist" | "toset" | "values" => Some(Self::Sequence),
            "tomap" | "zipmap" => Some(Self::Mapping),
            _ => None,
        }
    }
}

/// `"${x}"` is `x`, of whatever type.
fn passes_value_on(template: &StringTemplate) -> bool {
    let mut elements = template.iter();
    matches!((elements.next(), elements.next()), (Some(Element::Interpolation(_)), None))
}

impl FileCheck<'_, '_> {
    /// Checks a value; `name` is what messages call it.
    pub(super) fn value(&mut self, expression: &Expression, kind: &Type, name: &str, grade: &Grade<'_>) {
        match expression {
            Expression::Parenthesis(inner) => return self.value(inner.inner(), kind, name, grade),
            Expression::Conditional(conditional) => {
                self.value(&conditional.true_expr, kind, name, grade);
                return self.value(&conditional.false_expr, kind, name, grade);
            }
            _ => {}
        }
        let Some(form) = Form::of(expression) else { return };
        if !fits(expression, form, kind) {
            let message = format!("`{name}` takes a value of type {kind}, not {}", form.noun());
            let span = self.document.span(expression);
            let mut diagnostic = self.error("wrong-type", message, span).label(format!("expected {kind}"));
            if matches!(kind, Type::List(_) | Type::Set(_)) && form != Form::Mapping {
                diagnostic = diagnostic.hint("write the value in brackets: `[…]`");
            }
            self.findings.outcome.diagnostics.extend(grade.firm(diagnostic));
            return;
        }
        match (expression, kind) {
            (Expression::Array(items), Type::List(element) | Type::Set(element)) => {
                items.iter().for_each(|item| self.value(item, element, name, grade));
            }
            (Expression::Object(object), Type::Map(element)) => {
                for (key, value) in object {
                    self.value(value.expr(), element, key_text(key).unwrap_or(name), grade);
                }
            }
            (Expression::Object(object), Type::Object(fields)) => self.object(expression, object, fields, name, grade),
            _ => {}
        }
    }

    fn object(
        &mut self,
        whole: &Expression,
        object: &Object,
        fields: &IndexMap<String, Field>,
        name: &str,
        grade: &Grade<'_>,
    ) {
        let mut is_open = false;
        for (key, value) in object {
            let Some(key_name) = key_text(key) else {
                is_open = true;
                continue;
            };
            if let Some(field) = fields.get(key_name) {
                self.value(value.expr(), &field.kind, key_name, grade);
            } else if !crate::hcl::is_masked(key_name) {
                // Terraform drops what an object type does not have; mostly it is a slip all the same.
                if let Some(close) = did_you_mean(key_name, fields.keys().map(String::as_str)) {
                    let message = format!("`{name}` has no attribute `{key_name}`, so Terraform drops it");
                    let span = self.span(key, whole);
                    let diagnostic = self.warning("unknown-key", message, span);
                    self.push(diagnostic.hint(format!("did you mean `{close}`?")));
                }
            }
        }
        let is_written = |name: &str| object.iter().any(|(key, _)| key_text(key) == Some(name));
        let missing = fields.iter().filter(|(name, field)| field.required && !is_written(name));
        let missing: Vec<String> = missing.map(|(name, _)| format!("`{name}`")).collect();
        if !missing.is_empty() && !is_open {
            let message = format!("the object for `{name}` lacks {}", missing.join(", "));
            let span = self.document.span(whole);
            let start = span.start..span.end.min(span.start + 1);
            let diagnostic =
                self.error("missing-key", message, start).hint("add what is missing, `null` where it is not set");
            self.findings.outcome.diagnostics.extend(grade.firm(diagnostic));
        }
    }
}

/// Whether Terraform could convert a value of this form.
fn fits(expression: &Expression, form: Form, kind: &Type) -> bool {
    match kind {
        Type::Dynamic => true,
        Type::String => matches!(form, Form::Text | Form::Number | Form::Bool),
        Type::Number => match form {
            Form::Number => true,
            Form::Text => expression.as_str().is_none_or(|text| text.trim() == text && text.parse::<f64>().is_ok()),
            _ => false,
        },
        Type::Bool => match form {
            Form::Bool => true,
            Form::Text => expression.as_str().is_none_or(|text| matches!(text, "true" | "false" | "1" | "0")),
            _ => false,
        },
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => form == Form::Sequence,
        Type::Map(_) | Type::Object(_) => form == Form::Mapping,
    }
}
