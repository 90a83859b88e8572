//! Checks the shape of a specification against the JSON Schema of its types, and takes out what does not fit so that
//! the rest can be judged too.

use std::{
    collections::{HashMap, HashSet},
    sync::{LazyLock, Mutex, OnceLock, PoisonError},
};

use regex::Regex;
use schemars::{Schema, generate::SchemaSettings};
use serde_json::{Map, Value};

use super::{
    config::EnvironmentConfig,
    literal::{Places, child},
};
use crate::diagnostic::{Diagnostic, did_you_mean};

/// The JSON Schema (draft 2020-12) of `environment.hcl`, for editors: a block is an object, a named block a map.
#[must_use]
pub fn json_schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
        settings.into_generator().into_root_schema_for::<EnvironmentConfig>()
    })
}

/// What the structural check found.
pub(super) struct Structure {
    pub(super) problems: Vec<Diagnostic>,
    /// Pointers whose value was missing or wrong, and was left out or replaced by a stand-in so that decoding goes on;
    /// nothing more may be said about them.
    pub(super) replaced: HashSet<String>,
}

/// Checks `value` and makes it fit; `unread` is what the file says and could not be read.
pub(super) fn check(value: &mut Value, places: &Places, unread: HashSet<String>) -> Structure {
    let mut checker = Checker { places, found: Structure { problems: Vec::new(), replaced: unread } };
    checker.check(value, json_schema().as_value(), "");
    checker.found
}

struct Checker<'a> {
    places: &'a Places,
    found: Structure,
}

impl Checker<'_> {
    /// Returns whether the value fits its schema; what is inside an object is mended in place.
    fn check(&mut self, value: &mut Value, schema: &Value, pointer: &str) -> bool {
        let schema = without_null(schema);
        if let Some(allowed) = enumeration(schema) {
            return self.one_of(value, &allowed, pointer);
        }
        match (type_name(schema), &mut *value) {
            (Some("object"), Value::Object(object)) => {
                self.object(object, schema, pointer);
                true
            }
            (Some("array"), Value::Array(elements)) => {
                self.array(elements, schema, pointer);
                true
            }
            (Some("string"), Value::String(text)) => self.pattern(text, schema, pointer),
            (Some("integer"), Value::Number(number)) if number.is_u64() || number.is_i64() => {
                self.range(value, schema, pointer)
            }
            (Some("number"), Value::Number(_)) => self.range(value, schema, pointer),
            (Some("boolean"), Value::Bool(_)) | (None, _) => true,
            (Some(kind), _) => {
                self.wrong_type(value, schema, kind, pointer);
                false
            }
        }
    }

    fn object(&mut self, object: &mut Map<String, Value>, schema: &Value, pointer: &str) {
        let Some(properties) = schema["properties"].as_object() else {
            let element = &schema["additionalProperties"];
            object.retain(|name, value| {
                let pointer = child(pointer, name);
                let fits = self.check(value, element, &pointer);
                self.kept(fits, pointer)
            });
            return;
        };
        object.retain(|name, value| {
            let pointer = child(pointer, name);
            let Some(property) = properties.get(name) else {
                self.unknown(name, properties, &pointer);
                return false;
            };
            if value.is_null() {
                return false;
            }
            let fits = self.written_as(property, name, &pointer) && self.check(value, property, &pointer);
            self.kept(fits, pointer)
        });
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !object.contains_key(name) {
                self.missing(object, name, &properties[name], pointer);
            }
        }
    }

    /// Whether a member can stay; where it cannot, nothing is to be said of what its absence leads to.
    fn kept(&mut self, fits: bool, pointer: String) -> bool {
        if !fits {
            self.found.replaced.insert(pointer);
        }
        fits
    }

    /// Fills in the example of a required value, saying that it is missing unless the file has a wrong one.
    fn missing(&mut self, object: &mut Map<String, Value>, name: &str, property: &Value, pointer: &str) {
        let inner = child(pointer, name);
        if !self.found.replaced.contains(&inner) {
            let place = self.places.nearest(&inner);
            let example = example(property).map(|example| format!("add `{name} = {example}`"));
            self.found.problems.push(
                Diagnostic::error("missing-argument", format!("`{name}` is missing"), &self.places.source, place.key)
                    .label(describe(property))
                    .hint_if(example),
            );
        }
        object.insert(name.to_owned(), example(property).cloned().unwrap_or(Value::Array(Vec::new())));
        self.found.replaced.insert(inner);
    }

    fn array(&mut self, elements: &mut [Value], schema: &Value, pointer: &str) {
        let count = elements.len();
        let (least, most) = (schema["minItems"].as_u64(), schema["maxItems"].as_u64());
        if least.is_some_and(|least| (count as u64) < least) || most.is_some_and(|most| count as u64 > most) {
            let wanted = match (least, most) {
                (Some(least), Some(most)) => format!("{least} to {most}"),
                (Some(least), None) => format!("at least {least}"),
                (None, most) => format!("at most {}", most.unwrap_or_default()),
            };
            let elements = if count == 1 { "element" } else { "elements" };
            let message = format!("`{}` has {count} {elements}, it needs {wanted}", last(pointer));
            let place = self.places.nearest(pointer);
            let problem = Diagnostic::error("wrong-length", message, &self.places.source, place.value);
            self.found.problems.push(problem.hint(describe(schema)));
            if count == 0 {
                self.found.replaced.insert(pointer.to_owned());
            }
        }
        // A wrong element stays as a stand-in, so that the others keep their places and their number.
        for (index, element) in elements.iter_mut().enumerate() {
            let pointer = child(pointer, &index.to_string());
            if self.found.replaced.contains(&pointer) || !self.check(element, &schema["items"], &pointer) {
                *element = Value::String(String::new());
                self.found.replaced.insert(pointer);
            }
        }
    }

    fn one_of(&mut self, value: &Value, allowed: &[&str], pointer: &str) -> bool {
        let Some(text) = value.as_str() else {
            let place = self.places.nearest(pointer);
            let message = format!("{} is {}, it must be a string", named(pointer), article(kind(value)));
            let problem = Diagnostic::error("wrong-type", message, &self.places.source, place.value);
            self.found.problems.push(problem.hint(format!("one of: {}", allowed.join(", "))));
            return false;
        };
        if allowed.contains(&text) {
            return true;
        }
        let hint = match did_you_mean(text, allowed.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("one of: {}", allowed.join(", ")),
        };
        let place = self.places.nearest(pointer);
        let message = format!("`{text}` is not a value of `{}`", last(pointer));
        self.found
            .problems
            .push(Diagnostic::error("unknown-value", message, &self.places.source, place.value).hint(hint));
        false
    }

    fn pattern(&mut self, text: &str, schema: &Value, pointer: &str) -> bool {
        let Some(pattern) = schema["pattern"].as_str() else {
            return true;
        };
        if matches(pattern, text) {
            return true;
        }
        let place = self.places.nearest(pointer);
        self.found.problems.push(
            Diagnostic::error(
                "wrong-value",
                format!("`{text}` is not a valid `{}`", last(pointer)),
                &self.places.source,
                place.value,
            )
            .hint(describe(schema)),
        );
        false
    }

    fn range(&mut self, value: &Value, schema: &Value, pointer: &str) -> bool {
        let number = value.as_f64().unwrap_or_default();
        let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
        if least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most) {
            return true;
        }
        let wanted = match (least, most) {
            (Some(least), Some(most)) => format!("from {least} to {most}"),
            (Some(least), None) => format!("{least} or more"),
            (None, most) => format!("{} or less", most.unwrap_or_default()),
        };
        let place = self.places.nearest(pointer);
        let message = format!("`{}` is {value}, it must be {wanted}", last(pointer));
        self.found
            .problems
            .push(Diagnostic::error("out-of-range", message, &self.places.source, place.value).hint(describe(schema)));
        false
    }

    fn unknown(&mut self, name: &str, properties: &Map<String, Value>, pointer: &str) {
        let place = self.places.nearest(pointer);
        let (code, kind) = if place.block { ("unknown-block", "block") } else { ("unknown-argument", "argument") };
        let names = || properties.keys().map(String::as_str);
        let hint = match did_you_mean(name, names()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("known here: {}", names().collect::<Vec<_>>().join(", ")),
        };
        let message = format!("unknown {kind} `{name}`");
        self.found.problems.push(Diagnostic::error(code, message, &self.places.source, place.key).hint(hint));
    }

    /// Whether a block is written as a block, with a name where it has one, and an argument as an argument.
    fn written_as(&mut self, schema: &Value, name: &str, pointer: &str) -> bool {
        let schema = without_null(schema);
        let is_block = |schema: &Value| schema["properties"].is_object();
        let named = is_block(&schema["additionalProperties"]);
        let place = self.places.nearest(pointer);
        let message = match (is_block(schema) || named, place.block) {
            (true, true) if named && !place.named => format!("block `{name}` needs a name"),
            (true, true) if !named && place.named => format!("block `{name}` takes no name"),
            (true, false) => format!("`{name}` must be a block, not an argument"),
            (false, true) => format!("`{name}` must be an argument, not a block"),
            _ => return true,
        };
        let hint = match (type_name(schema), named) {
            (_, true) => format!("write `{name} \"NAME\" {{ … }}`"),
            (Some("object"), _) if is_block(schema) => format!("write `{name} {{ … }}`"),
            (Some("object"), _) => format!("write `{name} = {{ … }}`"),
            _ => format!("write `{name} = …`"),
        };
        self.found.problems.push(Diagnostic::error("wrong-type", message, &self.places.source, place.key).hint(hint));
        false
    }

    fn wrong_type(&mut self, value: &Value, schema: &Value, wanted: &str, pointer: &str) {
        let place = self.places.nearest(pointer);
        let message = format!("{} is {}, it must be {}", named(pointer), article(kind(value)), article(noun(wanted)));
        let description = schema["description"].as_str().map(str::to_owned);
        self.found
            .problems
            .push(Diagnostic::error("wrong-type", message, &self.places.source, place.value).hint_if(description));
    }
}

/// Whether a text matches one of the schema's patterns; each is compiled once per process.
fn matches(pattern: &str, text: &str) -> bool {
    static COMPILED: LazyLock<Mutex<HashMap<String, Option<Regex>>>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let regex = compiled.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).ok());
    regex.as_ref().is_none_or(|regex| regex.is_match(text))
}

/// The name a pointer ends with; for an element of a list, the list's.
fn last(pointer: &str) -> &str {
    pointer.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap_or(pointer)
}

/// What a message calls the value at a pointer.
fn named(pointer: &str) -> String {
    let is_element = pointer.rsplit('/').next().is_some_and(|part| part.parse::<usize>().is_ok());
    if is_element { format!("an element of `{}`", last(pointer)) } else { format!("`{}`", last(pointer)) }
}

/// The schema of a value that is there, where the type says it may be left out.
fn without_null(schema: &Value) -> &Value {
    match schema["anyOf"].as_array() {
        Some(choices) => choices.iter().find(|choice| choice["type"] != "null").unwrap_or(schema),
        None => schema,
    }
}

/// The type of a value that is there, where the schema lists it beside `null`.
fn type_name(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::String(name) => Some(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        _ => None,
    }
}

/// The allowed strings, where the type is a plain enumeration.
fn enumeration(schema: &Value) -> Option<Vec<&str>> {
    if let Some(values) = schema["enum"].as_array() {
        return Some(values.iter().filter_map(Value::as_str).collect());
    }
    let variants = schema["oneOf"].as_array()?;
    Some(variants.iter().filter_map(|variant| variant["const"].as_str()).collect())
}

fn example(schema: &Value) -> Option<&Value> {
    schema["examples"].get(0)
}

/// The first paragraph of a type's documentation, on one line.
fn describe(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or("required").split("\n\n").next().unwrap_or_default().replace('\n', " ")
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

fn noun(json_type: &str) -> &str {
    match json_type {
        "array" => "list",
        "boolean" => "bool",
        "integer" => "whole number",
        other => other,
    }
}

fn article(noun: &str) -> String {
    match noun {
        "null" => noun.to_owned(),
        _ if noun.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {noun}"),
        _ => format!("a {noun}"),
    }
}
