//! Plans changes as providers do: what only the service decides is unknown, defaults are filled in, and what cannot be
//! changed in place demands a replacement.

use super::{
    overlay::Overlay,
    provider::Settings,
    value::{Entries, Value},
};
use crate::schema::{Attribute, Block, NestedBlock};

/// A planned change.
#[derive(Debug)]
pub(super) struct Planned {
    /// The object as it will be.
    pub(super) state: Value,
    /// Paths of the arguments whose change demands a replacement, attribute names from the outside in.
    pub(super) replace: Vec<Vec<String>>,
}

/// What a plan is made with.
#[derive(Clone, Copy)]
pub(super) struct Planner<'a> {
    pub(super) block: &'a Block,
    pub(super) overlay: &'a Overlay,
    pub(super) settings: &'a Settings,
}

impl Planner<'_> {
    /// Plans the change of an object from its prior state, null for none, to what Terraform proposes, null for none.
    pub(super) fn plan(self, prior: &Value, proposed: Value) -> Planned {
        if proposed == Value::Null {
            return Planned { state: Value::Null, replace: Vec::new() };
        }
        let mut state = self.body(self.block, "", prior, proposed);
        self.provider_wide(prior, &mut state);
        if *prior == Value::Null {
            return Planned { state, replace: Vec::new() };
        }
        if state != *prior {
            self.renew(&mut state);
        }
        let replace = self.overlay.replace.iter().map(|path| split(path));
        let replace = replace.filter(|path| at(prior, path) != at(&state, path)).collect();
        Planned { state, replace }
    }

    /// One object; `path` is empty or ends in a dot.
    fn body(self, block: &Block, path: &str, prior: &Value, proposed: Value) -> Value {
        let Value::Entries(mut entries) = proposed else {
            return proposed;
        };
        for (name, attribute) in &block.attributes {
            let value = entries.entry(name.clone()).or_insert(Value::Null);
            if *value == Value::Null || attribute.write_only {
                *value = self.absent(attribute, &format!("{path}{name}"), *prior == Value::Null);
            }
        }
        for (name, nested) in &block.blocks {
            let path = format!("{path}{name}.");
            let before = prior.get(name).unwrap_or(&Value::Null);
            if let Some(value) = entries.remove(name) {
                entries.insert(name.clone(), self.nested(nested, &path, before, value));
            }
        }
        Value::Entries(entries)
    }

    /// What stands for an argument that nothing is proposed for.
    fn absent(self, attribute: &Attribute, path: &str, is_new: bool) -> Value {
        if attribute.write_only {
            return Value::Null;
        }
        match self.overlay.defaults.get(path) {
            Some(default) if is_new || !attribute.computed => Value::from_json(default.clone()),
            _ if attribute.computed && is_new => Value::Unknown,
            _ => Value::Null,
        }
    }

    fn nested(self, nested: &NestedBlock, path: &str, before: &Value, value: Value) -> Value {
        match value {
            Value::List(items) => {
                // Elements of a list are told by their position, which for a set is right unless one was put between.
                let prior = |position: usize| before.items().get(position).unwrap_or(&Value::Null);
                let items = items.into_iter().enumerate();
                Value::List(items.map(|(at, item)| self.body(&nested.block, path, prior(at), item)).collect())
            }
            Value::Entries(_) => self.body(&nested.block, path, before, value),
            other => other,
        }
    }

    /// The arguments that the provider's own configuration decides about.
    fn provider_wide(self, prior: &Value, state: &mut Value) {
        let Value::Entries(entries) = state else {
            return;
        };
        if let Some(region @ Value::Unknown) = entries.get_mut("region")
            && *prior == Value::Null
            && let Some(configured) = &self.settings.region
        {
            *region = configured.as_str().into();
        }
        if let (Some(tags), true) = (entries.get("tags"), entries.contains_key("tags_all")) {
            let all = all_tags(&self.settings.default_tags, tags);
            entries.insert("tags_all".to_owned(), all);
        }
    }

    fn renew(self, state: &mut Value) {
        let Value::Entries(entries) = state else {
            return;
        };
        for name in &self.overlay.renews {
            if entries.contains_key(name) {
                entries.insert(name.clone(), Value::Unknown);
            }
        }
    }
}

/// The provider's default tags with the resource's own over them.
fn all_tags(defaults: &Entries, tags: &Value) -> Value {
    match tags {
        Value::Unknown => Value::Unknown,
        _ => {
            let own = tags.entries().into_iter().flatten();
            let both = defaults.iter().chain(own).filter(|(_, value)| **value != Value::Null);
            Value::Entries(both.map(|(key, value)| (key.clone(), value.clone())).collect())
        }
    }
}

fn split(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}

/// The value at a path of attributes and single blocks.
fn at<'a>(value: &'a Value, path: &[String]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    let found = value.get(first)?;
    if rest.is_empty() {
        return Some(found);
    }
    at(found.items().first().unwrap_or(found), rest)
}
