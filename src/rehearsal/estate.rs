//! What exists in a rehearsal: the objects of every stack's state, and those made since.

use super::{overlay::Overlay, value::Value};

/// The objects there are.
#[derive(Debug, Default)]
pub(super) struct Estate {
    objects: Vec<(String, Value)>,
}

impl Estate {
    /// Adds the objects of a state file; one that is none adds nothing.
    pub(super) fn add_state(&mut self, state: &str) {
        let state: serde_json::Value = serde_json::from_str(state).unwrap_or_default();
        for resource in state["resources"].as_array().into_iter().flatten() {
            if resource["mode"] != "managed" {
                continue;
            }
            let kind = resource["type"].as_str().unwrap_or_default();
            for instance in resource["instances"].as_array().into_iter().flatten() {
                self.add(kind, Value::from_json(instance["attributes"].clone()));
            }
        }
    }

    /// Adds an object.
    pub(super) fn add(&mut self, kind: &str, object: Value) {
        self.objects.push((kind.to_owned(), object));
    }

    /// Takes an object away: the one with the same id, or the same ARN where the type has no id.
    pub(super) fn remove(&mut self, kind: &str, object: &Value) {
        let key = if object.get("id").is_some() { "id" } else { "arn" };
        let wanted = object.get(key);
        if let Some(position) = self.objects.iter().position(|(it, other)| it == kind && other.get(key) == wanted) {
            self.objects.swap_remove(position);
        }
    }

    /// The first object of a type whose attribute has this text.
    pub(super) fn find(&self, kind: &str, attribute: &str, text: &str) -> Option<&Value> {
        let mut objects = self.objects.iter().filter(|(it, _)| it == kind).map(|(_, object)| object);
        objects.find(|object| object.get(attribute).and_then(Value::text) == Some(text))
    }

    /// Whether the id of an object is another's.
    pub(super) fn has_id(&self, kind: &str, object: &Value) -> bool {
        object.get("id").and_then(Value::text).is_some_and(|id| self.find(kind, "id", id).is_some())
    }

    /// The argument that a new object has in common with one that exists, where no two can have the same.
    pub(super) fn taken<'a>(&self, kind: &str, overlay: &'a Overlay, object: &Value) -> Option<&'a str> {
        let names = overlay.unique.iter().map(String::as_str);
        names.into_iter().find(|name| {
            let Some(text) = object.get(name).and_then(Value::text) else {
                return false;
            };
            self.find(kind, name, text).is_some_and(|other| other.get("region") == object.get("region"))
        })
    }
}
