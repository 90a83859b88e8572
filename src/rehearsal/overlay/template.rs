//! Templates of computed values.
//!
//! A template is a JSON value whose texts may hold `{…}`: the name of an attribute of the same object, `partition`,
//! `region`, `account`, `suffix` (of host names), `now`, `stamp` (26 digits, as Terraform appends to name prefixes),
//! `uuid`, `address` (a public one, from the range for documentation), and
//!
//! - `hex:N`, `HEX:N`, `upper:N`, `digits:N`: so many characters that differ from object to object, and from attribute
//!   to attribute unless both give them the same label, as in `hex:N:label`;
//! - `last:NAME`: what follows the last `/` of an attribute, `path:NAME`: what follows the first;
//! - `host:NAME`: a URL without its scheme;
//! - `swap:NAME:FROM:TO`: an attribute with one text replaced by another;
//! - `when:NAME:VALUE:TEXT`: a text, where an attribute has this value.
//!
//! `{a|b|=text}` is the first of these that is not empty.

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::{catalog::regions::partition, rehearsal::value::Value};

/// What a template may name.
pub(in crate::rehearsal) trait Scope {
    /// The text of an attribute of the object, computed first where that is due; empty where there is none.
    fn attribute(&mut self, name: &str) -> String;
    /// The region of the object.
    fn region(&mut self) -> String;
    /// The account of the rehearsal.
    fn account(&self) -> String;
    /// The current time in UTC, as `2026-01-31T12:34:56Z`.
    fn now(&self) -> String;
    /// What makes the object's identifiers differ from those of others.
    fn seed(&self) -> &[u8];
}

/// The value of a template; `path` is that of the attribute it is for.
pub(in crate::rehearsal) fn render(template: &Json, path: &str, scope: &mut dyn Scope) -> Value {
    match template {
        Json::String(text) => Value::Text(fill(text, path, scope)),
        Json::Array(items) => {
            let items = items.iter().enumerate();
            Value::List(items.map(|(at, item)| render(item, &format!("{path}.{at}"), scope)).collect())
        }
        Json::Object(entries) => {
            let entries = entries.iter();
            Value::Entries(
                entries.map(|(name, item)| (name.clone(), render(item, &format!("{path}.{name}"), scope))).collect(),
            )
        }
        other => Value::from_json(other.clone()),
    }
}

/// A text with its placeholders filled.
pub(in crate::rehearsal) fn fill(text: &str, path: &str, scope: &mut dyn Scope) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled += before;
        let Some((expression, after)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        let alternatives = expression.split('|').map(|alternative| placeholder(alternative, path, scope));
        filled += &alternatives.into_iter().find(|value| !value.is_empty()).unwrap_or_default();
        rest = after;
    }
    filled + rest
}

fn placeholder(expression: &str, path: &str, scope: &mut dyn Scope) -> String {
    if let Some(text) = expression.strip_prefix('=') {
        return text.to_owned();
    }
    let (word, argument) = expression.split_once(':').unwrap_or((expression, ""));
    let (length, label) = argument.split_once(':').unwrap_or((argument, path));
    let length = length.parse().unwrap_or_default();
    match word {
        "partition" => partition(&scope.region()).to_owned(),
        "region" => scope.region(),
        "account" => scope.account(),
        "suffix" => suffix(&scope.region()).to_owned(),
        "now" => scope.now(),
        "stamp" => format!("2026{}", drawn(path, scope, 22, b"0123456789")),
        "uuid" => uuid(&drawn(path, scope, 32, b"0123456789abcdef")),
        "address" => format!("203.0.113.{}", digest(path, scope)[0]),
        "hex" => drawn(label, scope, length, b"0123456789abcdef"),
        "HEX" => drawn(label, scope, length, b"0123456789ABCDEF"),
        "upper" => drawn(label, scope, length, b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789"),
        "digits" => drawn(label, scope, length, b"123456789"),
        "last" => scope.attribute(argument).rsplit('/').next().unwrap_or_default().to_owned(),
        "path" => scope.attribute(argument).split_once('/').map(|(_, path)| path.to_owned()).unwrap_or_default(),
        "host" => scope.attribute(argument).trim_start_matches("https://").to_owned(),
        "swap" => {
            let [name, from, to] = three(argument);
            scope.attribute(name).replacen(from, to, 1)
        }
        "when" => {
            let [name, value, text] = three(argument);
            if scope.attribute(name) == value { text.to_owned() } else { String::new() }
        }
        name => scope.attribute(name),
    }
}

fn three(argument: &str) -> [&str; 3] {
    let mut parts = argument.splitn(3, ':');
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// The end of AWS's host names in a region's partition.
pub(in crate::rehearsal) fn suffix(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}

fn digest(path: &str, scope: &dyn Scope) -> Vec<u8> {
    Sha256::new().chain_update(scope.seed()).chain_update([0]).chain_update(path).finalize().to_vec()
}

/// Characters that depend on the object and the attribute alone, so that the same rehearsal gives the same values.
fn drawn(path: &str, scope: &dyn Scope, length: usize, letters: &[u8]) -> String {
    let mut text = String::with_capacity(length);
    let mut block = digest(path, scope);
    while text.len() < length {
        for byte in &block {
            text.push(char::from(letters[usize::from(*byte) % letters.len()]));
        }
        block = Sha256::digest(&block).to_vec();
    }
    text.truncate(length);
    text
}

fn uuid(hex: &str) -> String {
    let part = |range| hex.get(range).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", part(0..8), part(8..12), part(13..16), part(17..20), part(20..32))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;

    impl Scope for Fixed {
        fn attribute(&mut self, name: &str) -> String {
            match name {
                "name" => "models".to_owned(),
                "arn" => "arn:aws:x:loadbalancer/app/models/1".to_owned(),
                _ => String::new(),
            }
        }
        fn region(&mut self) -> String {
            "cn-north-1".to_owned()
        }
        fn account(&self) -> String {
            "111122223333".to_owned()
        }
        fn now(&self) -> String {
            "2026-01-31T12:34:56Z".to_owned()
        }
        fn seed(&self) -> &[u8] {
            b"seed"
        }
    }

    #[test]
    fn placeholders() {
        for (template, value) in [
            ("{name}.{region}.{suffix}", "models.cn-north-1.amazonaws.com.cn"),
            ("{partition}:{account}", "aws-cn:111122223333"),
            ("{none|name}-{none|=other}", "models-other"),
            ("{last:arn}", "1"),
            ("{path:arn}", "app/models/1"),
            ("{swap:arn:loadbalancer:listener}", "arn:aws:x:listener/app/models/1"),
            ("{when:name:models:yes}{when:name:other:no}", "yes"),
            ("open { brace", "open { brace"),
        ] {
            assert_eq!(fill(template, "id", &mut Fixed), value, "{template}");
        }
        let id = fill("vpc-{hex:17}", "id", &mut Fixed);
        assert_eq!(id.len(), 21);
        assert_eq!(id, fill("vpc-{hex:17}", "id", &mut Fixed), "the same object has the same id");
        assert_ne!(id, fill("vpc-{hex:17}", "other", &mut Fixed));
        let labelled = |path| fill("{HEX:8:same}", path, &mut Fixed);
        assert_eq!(labelled("endpoint"), labelled("issuer"));
    }
}
