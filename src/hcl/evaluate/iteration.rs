//! `for` expressions.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use hcl_edit::{Span, expr::ForExpr};

use super::{
    Bound, Scope, convert,
    convert::article,
    evaluator::Evaluator,
    failure::{Failure, wrong},
    value::{Entries, Value},
};

/// What a `for` expression has made so far.
#[derive(Default)]
struct Collected {
    elements: Vec<Value>,
    entries: Entries,
    groups: BTreeMap<Arc<str>, Vec<Value>>,
    sensitive: bool,
}

/// The keys and values that something iterates over, in Terraform's order.
pub(crate) fn pairs(collection: &Value) -> Result<Vec<(Value, Value)>, Failure> {
    match collection.revealed() {
        Value::Tuple(elements) | Value::List(elements) => {
            Ok(elements.iter().enumerate().map(|(index, value)| (Value::count(index), value.clone())).collect())
        }
        Value::Set(elements) => Ok(elements.iter().map(|element| (element.clone(), element.clone())).collect()),
        Value::Object(entries) | Value::Map(entries) => {
            Ok(entries.iter().map(|(key, value)| (Value::String(Arc::clone(key)), value.clone())).collect())
        }
        Value::Unknown(unknown) => Err(Failure::Waits(unknown.clone())),
        other => wrong(format!("for needs a collection, not {}", article(other.kind()))),
    }
}

impl Evaluator {
    pub(super) fn iteration(&mut self, iteration: &ForExpr, scope: &dyn Scope) -> Value {
        let collection = self.value(&iteration.intro.collection_expr, scope);
        let pairs = match pairs(&collection) {
            Ok(pairs) => pairs,
            Err(failure) => return self.settle(Err(failure), iteration.intro.collection_expr.span()),
        };
        let mut collected = Collected { sensitive: collection.is_sensitive(), ..Collected::default() };
        let mut failed = None;
        for (key, value) in pairs {
            let value = value.marked(collection.is_sensitive());
            let bound = Bound { parent: scope, name: iteration.intro.value_var.as_str(), value: &value };
            let outcome = match &iteration.intro.key_var {
                Some(name) => {
                    let both = Bound { parent: &bound, name: name.as_str(), value: &key };
                    self.element(iteration, &both, &mut collected)
                }
                None => self.element(iteration, &bound, &mut collected),
            };
            // The other elements are still looked at, for what is wrong with them.
            if let Err(failure) = outcome {
                let value = self.settle(Err(failure), iteration.span());
                failed = failed.or(Some(value));
            }
        }
        failed.unwrap_or_else(|| collected.into_value(iteration)).marked(collection.is_sensitive())
    }

    fn element(&mut self, iteration: &ForExpr, scope: &dyn Scope, collected: &mut Collected) -> Result<(), Failure> {
        if let Some(condition) = &iteration.cond {
            let condition = self.value(&condition.expr, scope);
            collected.sensitive |= condition.is_sensitive();
            if !convert::boolean(&condition)? {
                return Ok(());
            }
        }
        let Some(key) = &iteration.key_expr else {
            let element = self.value(&iteration.value_expr, scope);
            collected.elements.push(element);
            return Ok(());
        };
        let key = self.value(key, scope);
        let hidden = key.is_sensitive();
        collected.sensitive |= hidden;
        let key = convert::string(&key)?;
        let value = self.value(&iteration.value_expr, scope);
        if iteration.grouping {
            collected.groups.entry(key).or_default().push(value);
            return Ok(());
        }
        match collected.entries.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(value);
                Ok(())
            }
            Entry::Occupied(entry) => {
                let key = if hidden { "(sensitive value)" } else { &**entry.key() };
                wrong(format!("the key \"{key}\" comes up twice; group the values with ... or make keys distinct"))
            }
        }
    }
}

impl Collected {
    fn into_value(self, iteration: &ForExpr) -> Value {
        let value = if iteration.key_expr.is_none() {
            Value::tuple(self.elements)
        } else if iteration.grouping {
            Value::object(self.groups.into_iter().map(|(key, values)| (key, Value::tuple(values))))
        } else {
            Value::Object(Arc::new(self.entries))
        };
        value.marked(self.sensitive)
    }
}
