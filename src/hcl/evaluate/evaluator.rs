//! One evaluation: walks an expression and collects what is wrong with it.

use std::{ops::Range, sync::Arc};

use hcl_edit::{
    Span,
    expr::{Array, Conditional, Expression, FuncCall, Object, ObjectKey},
    template::Template,
};

use super::{
    Problem, Scope, convert,
    failure::{Failure, Outcome},
    invalid,
    number::Number,
    types::unify,
    value::{Entries, Value},
};
use crate::hcl::functions;

/// The state of one evaluation.
#[derive(Default)]
pub(super) struct Evaluator {
    pub(super) problems: Vec<Problem>,
    /// Whether a template from a file or a string is being filled in.
    pub(super) within_template: bool,
}

impl Evaluator {
    /// The value of an expression in a scope.
    pub(super) fn value(&mut self, expression: &Expression, scope: &dyn Scope) -> Value {
        match expression {
            Expression::Null(_) => Value::Null,
            Expression::Bool(value) => Value::Bool(**value),
            Expression::Number(number) => Self::literal(number.value()),
            Expression::String(text) => Value::string(text.as_str()),
            Expression::Array(array) => self.tuple(array, scope),
            Expression::Object(object) => self.object(object, scope),
            Expression::StringTemplate(template) => self.quoted_template(template, scope),
            Expression::HeredocTemplate(heredoc) => self.heredoc(heredoc, scope),
            Expression::Parenthesis(inner) => self.value(inner.inner(), scope),
            Expression::Variable(name) => self.reference(name.as_str(), &[], scope),
            Expression::Conditional(conditional) => self.conditional(conditional, scope),
            Expression::FuncCall(call) => self.call(call, scope),
            Expression::Traversal(traversal) => self.traversal(traversal, scope),
            Expression::UnaryOp(operation) => {
                let operand = self.value(&operation.expr, scope);
                self.settle(super::operator::unary(*operation.operator.value(), &operand), expression.span())
            }
            Expression::BinaryOp(operation) => {
                let left = self.value(&operation.lhs_expr, scope);
                let right = self.value(&operation.rhs_expr, scope);
                self.settle(super::operator::binary(&left, *operation.operator.value(), &right), expression.span())
            }
            Expression::ForExpr(iteration) => self.iteration(iteration, scope),
        }
    }

    fn literal(number: &hcl_edit::Number) -> Value {
        let exact = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
        exact
            .map(Number::integer)
            .or_else(|| number.as_f64().and_then(Number::from_float))
            .map_or_else(|| Value::unknown(format!("a number out of range: {number}")), Value::Number)
    }

    fn tuple(&mut self, array: &Array, scope: &dyn Scope) -> Value {
        Value::Tuple(array.iter().map(|element| self.value(element, scope)).collect())
    }

    fn object(&mut self, object: &Object, scope: &dyn Scope) -> Value {
        let mut entries = Entries::new();
        let mut unknown_key = None;
        let mut sensitive = false;
        for (key, member) in object {
            let value = self.value(member.expr(), scope);
            let key = match key {
                ObjectKey::Ident(name) => Ok(Arc::from(name.as_str())),
                ObjectKey::Expression(expression) => {
                    let key = self.value(expression, scope);
                    sensitive |= key.is_sensitive();
                    convert::string(&key).map_err(|failure| (failure, expression.span()))
                }
            };
            match key {
                Ok(key) => {
                    entries.insert(key, value);
                }
                // Without the name of an attribute nothing is known about the object.
                Err((failure, span)) => unknown_key = unknown_key.or(Some(self.settle(Err(failure), span))),
            }
        }
        // Who sees the names sees a sensitive one, so the whole is.
        unknown_key.unwrap_or_else(|| Value::Object(Arc::new(entries))).marked(sensitive)
    }

    /// A template in quotes. One that is a single interpolation has the type of what is interpolated.
    fn quoted_template(&mut self, template: &Template, scope: &dyn Scope) -> Value {
        match template.as_single_element().and_then(hcl_edit::template::Element::as_interpolation) {
            Some(interpolation) => self.value(&interpolation.expr, scope),
            None => self.template(template, scope),
        }
    }

    fn conditional(&mut self, conditional: &Conditional, scope: &dyn Scope) -> Value {
        let condition = self.value(&conditional.cond_expr, scope);
        let (chosen, other) = match convert::boolean(&condition) {
            Ok(true) => (&conditional.true_expr, &conditional.false_expr),
            Ok(false) => (&conditional.false_expr, &conditional.true_expr),
            Err(failure) => {
                let sides = [&conditional.true_expr, &conditional.false_expr].map(|side| self.value(side, scope));
                // Whatever the condition is, two equal sides have one value.
                if sides[0] == sides[1] && sides[0].first_unknown().is_none() {
                    return sides[0].clone();
                }
                return self.settle(Err(failure), conditional.cond_expr.span());
            }
        };
        let value = self.value(chosen, scope);
        // The sides convert to a common type. A string is what everything converts to, so it stays.
        let value = if matches!(value, Value::String(_) | Value::Null | Value::Unknown(_)) {
            value
        } else {
            let before = self.problems.len();
            let other = self.value(other, scope);
            // What is wrong with the side not taken is not wrong with the result.
            self.problems.truncate(before);
            self.common(value, other, conditional.span())
        };
        value.marked(condition.is_sensitive())
    }

    fn common(&mut self, value: Value, other: Value, span: Option<Range<usize>>) -> Value {
        match unify(&[value, other]) {
            Ok(mut sides) => sides.swap_remove(0),
            Err(Failure::Waits(unknown)) => Value::Unknown(unknown),
            Err(Failure::Wrong(_)) => {
                let message = "the two results of the conditional have no common type".to_owned();
                self.settle(Err(Failure::Wrong(message)), span)
            }
        }
    }

    fn call(&mut self, call: &FuncCall, scope: &dyn Scope) -> Value {
        let name = call.name.name.as_str();
        match call.name.namespace.first().map(|namespace| namespace.as_str()) {
            None | Some("core") => {}
            // A provider's own function.
            Some(_) => return Value::unknown(format!("{name}(…)")),
        }
        match name {
            "try" => self.first_valid(call, scope),
            "can" => self.is_valid(call, scope),
            "templatestring" => self.template_string(call, scope),
            "file" => self.file(call, scope),
            "templatefile" => self.template_file(call, scope),
            _ => {
                let outcome = match self.arguments(call, scope) {
                    Ok(arguments) => functions::call(name, &arguments),
                    Err(value) => return value,
                };
                let outcome = outcome.map_err(|failure| match failure {
                    Failure::Wrong(message) => Failure::Wrong(format!("{name}: {message}")),
                    waits @ Failure::Waits(_) => waits,
                });
                self.settle(outcome, call.span())
            }
        }
    }

    /// The values of a call's arguments, the last one expanded where it ends with `...`.
    fn arguments(&mut self, call: &FuncCall, scope: &dyn Scope) -> Result<Vec<Value>, Value> {
        let mut arguments: Vec<Value> = call.args.iter().map(|argument| self.value(argument, scope)).collect();
        if call.args.expand_final()
            && let Some(last) = arguments.pop()
        {
            if let Value::Unknown(unknown) = last.revealed() {
                return Err(Value::Unknown(unknown.clone()));
            }
            let Some(elements) = last.elements() else {
                let message = "only a list, tuple or set can be expanded with ...".to_owned();
                return Err(self.settle(Err(Failure::Wrong(message)), call.span()));
            };
            arguments.extend(elements.iter().map(|element| element.clone().marked(last.is_sensitive())));
        }
        Ok(arguments)
    }

    /// `try`: the first argument that has nothing wrong with it.
    fn first_valid(&mut self, call: &FuncCall, scope: &dyn Scope) -> Value {
        let before = self.problems.len();
        for argument in &call.args {
            self.problems.truncate(before);
            let value = self.value(argument, scope);
            if self.problems.len() == before {
                return value;
            }
        }
        self.problems.truncate(before);
        self.settle(Err(Failure::Wrong("try: no argument is valid".to_owned())), call.span())
    }

    fn is_valid(&mut self, call: &FuncCall, scope: &dyn Scope) -> Value {
        let Some(argument) = call.args.get(0) else {
            return self.settle(Err(Failure::Wrong("can: an argument is missing".to_owned())), call.span());
        };
        let before = self.problems.len();
        let value = self.value(argument, scope);
        let valid = self.problems.len() == before;
        self.problems.truncate(before);
        match value {
            // What is wrong is wrong whatever the unknown parts will be; what is right may still turn out wrong.
            Value::Unknown(unknown) if valid => Value::Unknown(unknown),
            _ => Value::Bool(valid),
        }
    }

    /// An outcome's value; what is wrong is recorded and unknown.
    pub(super) fn settle(&mut self, outcome: Outcome, span: Option<Range<usize>>) -> Value {
        match outcome {
            Ok(value) => value,
            Err(Failure::Waits(unknown)) => Value::Unknown(unknown),
            Err(Failure::Wrong(message)) => {
                self.problems.push(Problem { message, span });
                Value::unknown(invalid())
            }
        }
    }
}
