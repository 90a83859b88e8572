//! Makes up what a service would answer: every value that is unknown in a planned object gets one in the service's own
//! form.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};

use super::{
    overlay::{Overlay, Scope, render},
    provider::Settings,
    value::{Entries, Value},
};
use crate::schema::{Block, NestedBlock, Type};

/// Attributes that refer to each other in a circle would otherwise never end.
const MOST_STEPS: usize = 8;

/// The making of one object.
#[derive(Debug)]
pub(super) struct Synthesis<'a> {
    kind: &'a str,
    block: &'a Block,
    overlay: &'a Overlay,
    settings: &'a Settings,
    seed: Vec<u8>,
    object: Entries,
    steps: usize,
}

impl<'a> Synthesis<'a> {
    /// Starts with a planned object. Objects that are equal in everything need different `copy` numbers.
    pub(super) fn new(
        kind: &'a str,
        block: &'a Block,
        overlay: &'a Overlay,
        settings: &'a Settings,
        planned: &Value,
        copy: u32,
    ) -> Self {
        let object = planned.entries().cloned().unwrap_or_default();
        Self { kind, block, overlay, settings, seed: seed(kind, planned, copy), object, steps: 0 }
    }

    /// The object with nothing unknown in it.
    pub(super) fn complete(mut self) -> Value {
        for name in self.block.attributes.keys() {
            self.resolve(name);
        }
        let block = self.block;
        for (name, nested) in &block.blocks {
            if let Some(value) = self.object.remove(name) {
                let value = self.nested(nested, &format!("{name}."), value);
                self.object.insert(name.clone(), value);
            }
        }
        Value::Entries(self.object)
    }

    /// Computes a top-level attribute, unless it is known.
    fn resolve(&mut self, name: &str) {
        let Some(attribute) = self.block.attributes.get(name) else {
            return;
        };
        let Some(value) = self.object.get(name).filter(|value| value.has_unknown()).cloned() else {
            return;
        };
        let value = if value == Value::Unknown {
            self.computed(name, &attribute.kind)
        } else {
            // A list or map of which the configuration gave a part.
            known_parts(value)
        };
        self.object.insert(name.to_owned(), value);
    }

    fn nested(&mut self, nested: &NestedBlock, path: &str, value: Value) -> Value {
        match value {
            Value::List(items) => {
                let item = |(position, item): (usize, Value)| self.body(&nested.block, path, position, item);
                Value::List(items.into_iter().enumerate().map(item).collect())
            }
            Value::Entries(_) => self.body(&nested.block, path, 0, value),
            Value::Unknown => Value::List(Vec::new()),
            other => other,
        }
    }

    fn body(&mut self, block: &Block, path: &str, position: usize, value: Value) -> Value {
        let Value::Entries(mut entries) = value else {
            return value;
        };
        for (name, attribute) in &block.attributes {
            let Some(value) = entries.get_mut(name).filter(|value| value.has_unknown()) else {
                continue;
            };
            *value = if *value == Value::Unknown {
                let rule = self.overlay.computed.get(&format!("{path}{name}"));
                match rule {
                    Some(rule) => render(rule, &format!("{path}{name}.{position}"), self),
                    None => zero(&attribute.kind),
                }
            } else {
                known_parts(value.clone())
            };
        }
        for (name, nested) in &block.blocks {
            if let Some(value) = entries.remove(name) {
                let value = self.nested(nested, &format!("{path}{name}."), value);
                entries.insert(name.clone(), value);
            }
        }
        Value::Entries(entries)
    }

    fn computed(&mut self, name: &str, kind: &Type) -> Value {
        // Whatever asks for this attribute while it is computed finds it empty.
        self.object.insert(name.to_owned(), Value::Null);
        if let Some(rule) = self.overlay.computed.get(name) {
            return render(rule, name, self);
        }
        match by_name(self.kind, name, &self.object) {
            Some(template) if *kind == Type::String => render(&template.into(), name, self),
            _ => zero(kind),
        }
    }
}

impl Scope for Synthesis<'_> {
    fn attribute(&mut self, name: &str) -> String {
        if self.steps < MOST_STEPS {
            self.steps += 1;
            self.resolve(name);
            self.steps -= 1;
        }
        let mut parts = name.split('.');
        let first = parts.next().and_then(|name| self.object.get(name));
        let found = parts.fold(first, |value, part| match part.parse::<usize>() {
            Ok(position) => value?.items().get(position),
            Err(_) => value?.get(part),
        });
        found.and_then(Value::shown).unwrap_or_default()
    }

    fn region(&mut self) -> String {
        let own = self.object.get("region").and_then(Value::text).map(str::to_owned);
        own.or_else(|| self.settings.region.clone()).unwrap_or_default()
    }

    fn account(&self) -> String {
        self.settings.account.clone()
    }

    fn now(&self) -> String {
        timestamp(SystemTime::now())
    }

    fn seed(&self) -> &[u8] {
        &self.seed
    }
}

/// What an object's identifiers are made from.
pub(super) fn seed(kind: &str, planned: &Value, copy: u32) -> Vec<u8> {
    let seed = Sha256::new()
        .chain_update(kind)
        .chain_update([0])
        .chain_update(planned.clone().encode().msgpack)
        .chain_update(copy.to_be_bytes());
    seed.finalize().to_vec()
}

/// What an attribute without a rule is by its name, as the APIs of AWS name things.
fn by_name(kind: &str, name: &str, object: &Entries) -> Option<String> {
    let rest = kind.split_once('_').map_or(kind, |(_, rest)| rest);
    let (service, thing) = rest.split_once('_').unwrap_or((rest, rest));
    let prefixed = format!("{name}_prefix");
    if object.contains_key(&prefixed) {
        return Some(format!("{{{prefixed}|=terraform-}}{{stamp}}"));
    }
    match name {
        "id" if object.contains_key("name") => Some("{name}".to_owned()),
        "id" => Some(format!("{thing}-{{hex:17}}")),
        "arn" => Some(format!("arn:{{partition}}:{service}:{{region}}:{{account}}:{thing}/{{id|hex:17}}")),
        "region" => Some("{region}".to_owned()),
        "owner_id" | "registry_id" | "account_id" | "owner" => Some("{account}".to_owned()),
        _ if ["_at", "_date", "_time"].iter().any(|end| name.ends_with(end)) => Some("{now}".to_owned()),
        _ => None,
    }
}

/// What providers keep for a computed attribute that the service left out.
fn zero(kind: &Type) -> Value {
    match kind {
        Type::String => Value::Text(String::new()),
        Type::Number => Value::Number(0.into()),
        Type::Bool => Value::Bool(false),
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => Value::List(Vec::new()),
        Type::Map(_) => Value::Entries(Entries::new()),
        Type::Dynamic => Value::Null,
        Type::Object(fields) => {
            Value::Entries(fields.iter().map(|(name, field)| (name.clone(), zero(&field.kind))).collect())
        }
    }
}

fn known_parts(value: Value) -> Value {
    match value {
        Value::Unknown => Value::Null,
        Value::List(items) => Value::List(items.into_iter().map(known_parts).collect()),
        Value::Entries(entries) => {
            Value::Entries(entries.into_iter().map(|(key, value)| (key, known_parts(value))).collect())
        }
        other => other,
    }
}

/// A time in UTC as AWS writes it.
fn timestamp(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    // Years counted from March, so that the leap day is the last of its year; 400 such years have 146,097 days.
    let since = days + 719_468;
    let (era, day_of_era) = (since / 146_097, since % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", of_day / 3_600, of_day / 60 % 60, of_day % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_767_225_599, "2025-12-31T23:59:59Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(timestamp(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
    }
}
