//! What is inside a value, however deep: unknown parts, sensitive parts, and text that stands in for unknown parts.

use std::sync::Arc;

use super::value::{Entries, Unknown, Value};

/// Begins text that stands in for an unknown value; nothing in a cloud is named like that.
const STAND_IN: char = '‹';

impl Value {
    /// The first thing that `look` finds in the value itself or inside.
    fn find<'a, T>(&'a self, look: fn(&'a Self) -> Option<T>) -> Option<T> {
        look(self).or_else(|| match self {
            Self::Sensitive(inner) => inner.find(look),
            Self::Tuple(elements) | Self::List(elements) | Self::Set(elements) => {
                elements.iter().find_map(|element| element.find(look))
            }
            Self::Object(entries) | Self::Map(entries) => entries.values().find_map(|value| value.find(look)),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Unknown(_) => None,
        })
    }

    /// The value with other values directly inside.
    fn with_parts(&self, change: impl Fn(&Self) -> Self) -> Self {
        let elements = |elements: &[Self]| elements.iter().map(&change).collect();
        let entries =
            |entries: &Entries| Arc::new(entries.iter().map(|(key, value)| (Arc::clone(key), change(value))).collect());
        match self {
            Self::Sensitive(inner) => change(inner).sensitive(),
            Self::Tuple(values) => Self::Tuple(elements(values)),
            Self::List(values) => Self::List(elements(values)),
            Self::Set(values) => Self::Set(elements(values)),
            Self::Object(values) => Self::Object(entries(values)),
            Self::Map(values) => Self::Map(entries(values)),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Unknown(_) => self.clone(),
        }
    }

    /// The first thing inside, or the value itself, that is not known.
    #[must_use]
    pub fn first_unknown(&self) -> Option<&Unknown> {
        self.find(|value| if let Self::Unknown(unknown) = value { Some(unknown) } else { None })
    }

    /// Whether the value or anything inside is marked as sensitive.
    #[must_use]
    pub fn holds_sensitive(&self) -> bool {
        self.find(|value| value.is_sensitive().then_some(())).is_some()
    }

    /// The value without any marks, inside and out.
    #[must_use]
    pub fn unmarked(&self) -> Self {
        match self {
            Self::Sensitive(inner) => inner.unmarked(),
            value if value.holds_sensitive() => value.with_parts(Self::unmarked),
            value => value.clone(),
        }
    }

    /// The value with text such as `‹aws_vpc.this.id›` in place of what is unknown but certainly not null.
    ///
    /// Values of one state are known by the time the next one is planned. With such text in their place a preview can
    /// count what is keyed by them. `before` says for an origin what to write before it, for modules that take the text
    /// apart: of an ARN the partition, service, region and account.
    #[must_use]
    pub fn with_stand_ins(&self, before: &dyn Fn(&str) -> String) -> Self {
        match self {
            Self::Unknown(unknown) if unknown.is_present() && !unknown.is_object() => {
                Self::string(format!("{}{STAND_IN}{}›", before(unknown.origin()), unknown.origin()))
            }
            value => value.with_parts(|part| part.with_stand_ins(before)),
        }
    }

    /// Whether [`Value::with_stand_ins`] put text into the value.
    #[must_use]
    pub fn holds_stand_in(&self) -> bool {
        let found = self.find(|value| match value {
            Self::String(text) => text.contains(STAND_IN).then_some(()),
            Self::Object(entries) | Self::Map(entries) => {
                entries.keys().any(|key| key.contains(STAND_IN)).then_some(())
            }
            _ => None,
        });
        found.is_some()
    }
}
