//! References, attribute access, indexes and splats.

use std::ops::Range;

use hcl_edit::{
    Decorated, Span,
    expr::{Expression, Traversal, TraversalOperator},
};

use super::{
    Scope, Step, convert,
    convert::article,
    evaluator::Evaluator,
    failure::{Outcome, wrong},
    value::{Value, quoted},
};

impl Evaluator {
    pub(super) fn traversal(&mut self, traversal: &Traversal, scope: &dyn Scope) -> Value {
        let operators = &traversal.operators;
        if let Expression::Variable(root) = &traversal.expr {
            let path = self.path(operators, scope);
            let value = self.reference(root.as_str(), &path, scope);
            return self.operators(value, &operators[path.len()..], scope);
        }
        let value = self.value(&traversal.expr, scope);
        self.operators(value, operators, scope)
    }

    /// The steps up to the first splat or unknown index.
    fn path<'a>(&mut self, operators: &'a [Decorated<TraversalOperator>], scope: &dyn Scope) -> Vec<Step<'a>> {
        let mut path = Vec::with_capacity(operators.len());
        for operator in operators {
            match operator.value() {
                TraversalOperator::GetAttr(name) => path.push(Step::Attribute(name.as_str())),
                TraversalOperator::LegacyIndex(index) => path.push(Step::Index(Value::integer(**index))),
                TraversalOperator::Index(expression) => {
                    let before = self.problems.len();
                    let key = self.value(expression, scope);
                    if key.first_unknown().is_some() || key.is_sensitive() {
                        // Neither can be part of a name. It is evaluated again as an operator, and its problems recorded then.
                        self.problems.truncate(before);
                        break;
                    }
                    path.push(Step::Index(key));
                }
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => break,
            }
        }
        path
    }

    /// The value of a name and the known steps behind it.
    pub(super) fn reference(&mut self, root: &str, path: &[Step<'_>], scope: &dyn Scope) -> Value {
        let Some((mut value, taken)) = scope.resolve(root, path) else {
            if scope.is_complete() {
                return self.settle(wrong(format!("there is no variable \"{root}\"")), None);
            }
            return Value::unknown(written(root, path));
        };
        for step in path.get(taken..).unwrap_or_default() {
            let outcome = match step {
                Step::Attribute(name) => attribute(&value, name),
                Step::Index(key) => index(&value, key),
            };
            value = self.settle(outcome, None);
        }
        value
    }

    fn operators(&mut self, mut value: Value, operators: &[Decorated<TraversalOperator>], scope: &dyn Scope) -> Value {
        for (position, operator) in operators.iter().enumerate() {
            let rest = &operators[position + 1..];
            value = match operator.value() {
                TraversalOperator::AttrSplat(_) => {
                    // Only attributes belong to each element; an index picks from the result.
                    let attributes = rest
                        .iter()
                        .take_while(|operator| matches!(operator.value(), TraversalOperator::GetAttr(_)))
                        .count();
                    let elements = self.splat(&value, &rest[..attributes], scope);
                    return self.operators(elements, &rest[attributes..], scope);
                }
                TraversalOperator::FullSplat(_) => return self.splat(&value, rest, scope),
                TraversalOperator::GetAttr(name) => self.settle(attribute(&value, name.as_str()), span(operator)),
                TraversalOperator::LegacyIndex(key) => {
                    self.settle(index(&value, &Value::integer(**key)), span(operator))
                }
                TraversalOperator::Index(expression) => {
                    let key = self.value(expression, scope);
                    self.settle(index(&value, &key), expression.span())
                }
            };
        }
        value
    }

    /// Applies operators to every element; null is no element, anything that is no sequence is one.
    fn splat(&mut self, value: &Value, operators: &[Decorated<TraversalOperator>], scope: &dyn Scope) -> Value {
        let mut each = |elements: &[Value]| -> Vec<Value> {
            elements.iter().map(|element| self.operators(element.clone(), operators, scope)).collect()
        };
        match value {
            Value::Null => Value::tuple([]),
            Value::Sensitive(inner) => self.splat(inner, operators, scope).sensitive(),
            Value::Unknown(unknown) if !unknown.is_object() => value.clone(),
            Value::Tuple(elements) => Value::tuple(each(elements)),
            Value::List(elements) | Value::Set(elements) => Value::list(each(elements)),
            single => Value::tuple(each(std::slice::from_ref(single))),
        }
    }
}

fn span(operator: &Decorated<TraversalOperator>) -> Option<Range<usize>> {
    operator.span().or_else(|| operator.value().span())
}

/// The value's attribute, as `value.name`.
pub(super) fn attribute(value: &Value, name: &str) -> Outcome {
    match value {
        Value::Sensitive(inner) => attribute(inner, name).map(Value::sensitive),
        Value::Unknown(unknown) => Ok(unknown.attribute(name)),
        Value::Object(entries) | Value::Map(entries) => match entries.get(name) {
            Some(value) => Ok(value.clone()),
            None => wrong(format!("there is no attribute or key \"{name}\"")),
        },
        other => wrong(format!("{} has no attributes, such as \"{name}\"", article(other.kind()))),
    }
}

/// The value's element, as `value[key]`.
pub(super) fn index(value: &Value, key: &Value) -> Outcome {
    match value {
        Value::Sensitive(inner) => index(inner, key).map(Value::sensitive),
        Value::Unknown(unknown) => match convert::string(key) {
            Ok(name) if unknown.is_object() && !key.is_sensitive() => Ok(unknown.attribute(&name)),
            _ => Ok(value.clone()),
        },
        Value::Object(_) | Value::Map(_) if key.is_sensitive() => match attribute(value, &convert::string(key)?) {
            Ok(value) => Ok(value.sensitive()),
            Err(_) => wrong("there is no such attribute or key"),
        },
        Value::Object(_) | Value::Map(_) => attribute(value, &convert::string(key)?),
        Value::Tuple(elements) | Value::List(elements) => {
            let position = convert::number(key)?;
            match position.as_index().and_then(|position| elements.get(position)) {
                Some(element) => Ok(element.clone().marked(key.is_sensitive())),
                None if key.is_sensitive() => wrong("there is no such element"),
                None => wrong(format!("there is no element {position} among {}", elements.len())),
            }
        }
        Value::Set(_) => wrong("the elements of a set have no index"),
        other => wrong(format!("{} has no elements", article(other.kind()))),
    }
}

/// A reference as it is written.
fn written(root: &str, path: &[Step<'_>]) -> String {
    let mut text = root.to_owned();
    for step in path {
        match step {
            Step::Attribute(name) => {
                text.push('.');
                text.push_str(name);
            }
            Step::Index(Value::String(key)) => {
                text.push('[');
                text.push_str(&quoted(key));
                text.push(']');
            }
            Step::Index(key) => {
                text.push('[');
                text.push_str(&key.to_string());
                text.push(']');
            }
        }
    }
    text
}
