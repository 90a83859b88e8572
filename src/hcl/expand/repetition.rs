//! How often something is declared: `count` and `for_each`.

use std::{rc::Rc, sync::Arc};

use hcl_edit::{Span, structure::Block};

use super::{Expander, instance::Key, names::Names, origin, source::Declared};
use crate::hcl::evaluate::{Value, article, number};

/// How many instances there are, and with which keys.
#[derive(Clone, Debug)]
pub(super) enum Repetition {
    /// Neither `count` nor `for_each`.
    Single,
    Count(usize),
    Each(Vec<(Arc<str>, Value)>),
    /// The keys are numbers or texts, but which ones depends on something unknown.
    Unknown {
        texts: bool,
        origin: Arc<str>,
    },
}

/// A repetition and its instances, of which an unknown number is one that stands for all.
#[derive(Debug)]
pub(super) struct Repeats {
    pub(super) repetition: Repetition,
    pub(super) instances: Vec<Repeated>,
}

impl Repeats {
    pub(super) fn new(repetition: Repetition) -> Rc<Self> {
        let instances = repetition.instances();
        Rc::new(Self { repetition, instances })
    }
}

/// One instance of something repeated.
#[derive(Clone, Debug)]
pub(super) struct Repeated {
    pub(super) key: Key,
    /// `each.value`
    pub(super) value: Value,
    pub(super) waits_for: Option<Arc<str>>,
}

impl Repeated {
    /// The one instance of something that is not repeated.
    pub(super) const SINGLE: Self = Self { key: Key::None, value: Value::Null, waits_for: None };
}

/// More instances than this are not counted out; people who mean it are told so.
const MOST_INSTANCES: usize = 10_000;

impl Repetition {
    fn instances(&self) -> Vec<Repeated> {
        match self {
            Self::Single => vec![Repeated::SINGLE],
            Self::Count(count) => (0..*count)
                .map(|number| Repeated { key: Key::Number(number), value: Value::Null, waits_for: None })
                .collect(),
            Self::Each(entries) => entries
                .iter()
                .map(|(key, value)| Repeated { key: Key::Text(Arc::clone(key)), value: value.clone(), waits_for: None })
                .collect(),
            Self::Unknown { texts, origin } => vec![Repeated {
                key: if *texts { Key::AnyText } else { Key::AnyNumber },
                value: Value::unknown(Arc::clone(origin)),
                waits_for: Some(Arc::clone(origin)),
            }],
        }
    }

    /// The number of the instance that a known key means.
    pub(super) fn position(&self, key: &Value) -> Option<usize> {
        match self {
            Self::Count(count) => number(key).ok()?.as_index().filter(|index| index < count),
            Self::Each(entries) => entries.iter().position(|(candidate, _)| Some(&**candidate) == key.as_str()),
            Self::Single | Self::Unknown { .. } => None,
        }
    }

    /// Puts the values of the instances together as a reference to all of them sees them.
    pub(super) fn collect(&self, mut value: impl FnMut(usize) -> Value) -> Value {
        match self {
            Self::Single => value(0),
            Self::Count(count) => Value::tuple((0..*count).map(value)),
            Self::Each(entries) => {
                let keys = entries.iter().map(|(key, _)| Arc::clone(key));
                Value::object(keys.enumerate().map(|(position, key)| (key, value(position))).collect::<Vec<_>>())
            }
            Self::Unknown { origin, .. } => Value::unknown(Arc::clone(origin)),
        }
    }
}

impl Expander<'_, '_> {
    /// Evaluates a block's `count` or `for_each`.
    pub(super) fn repetition(&self, block: Declared<'_, Block>, names: &Names<'_, '_, '_>) -> Repetition {
        let Declared { document, item } = block;
        let (argument, texts) = match (item.body.get_attribute("count"), item.body.get_attribute("for_each")) {
            (Some(count), _) => (count, false),
            (None, Some(each)) => (each, true),
            (None, None) => return Repetition::Single,
        };
        let value = self.evaluate(&argument.value, document, names);
        let repetition = if texts { each(&value) } else { count(&value) };
        repetition.unwrap_or_else(|message| {
            self.report("repetition", message, document, argument.value.span().unwrap_or_default());
            Repetition::Unknown { texts, origin: Arc::from("an invalid expression") }
        })
    }
}

fn count(value: &Value) -> Result<Repetition, String> {
    if let Some(origin) = origin(value) {
        return Ok(Repetition::Unknown { texts: false, origin });
    }
    let count = number(value).ok().and_then(crate::hcl::evaluate::Number::as_index);
    match count {
        Some(count) if count > MOST_INSTANCES => Err(format!("count is {count}, more than {MOST_INSTANCES}")),
        Some(count) => Ok(Repetition::Count(count)),
        None => Err(format!("count must be a whole number from 0, not {value}")),
    }
}

fn each(value: &Value) -> Result<Repetition, String> {
    match value {
        Value::Sensitive(_) => Err("for_each would show the keys of a sensitive value".to_owned()),
        Value::Unknown(unknown) => Ok(Repetition::Unknown { texts: true, origin: Arc::from(unknown.origin()) }),
        Value::Object(entries) | Value::Map(entries) => {
            Ok(Repetition::Each(entries.iter().map(|(key, value)| (Arc::clone(key), value.clone())).collect()))
        }
        Value::Set(elements) => {
            if let Some(origin) = origin(value) {
                return Ok(Repetition::Unknown { texts: true, origin });
            }
            let keys = elements.iter().map(|element| match element {
                Value::String(key) => Ok((Arc::clone(key), element.clone())),
                other => Err(format!("for_each needs a set of strings, not one with {}", article(other.kind()))),
            });
            Ok(Repetition::Each(keys.collect::<Result<_, _>>()?))
        }
        other => Err(format!("for_each needs a map or a set of strings, not {}", article(other.kind()))),
    }
}
