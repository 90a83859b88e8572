//! `aws_iam_policy_document`: the JSON that the provider makes of statements, in its order and layout.
//!
//! As the provider's documentation of the data source shows it: the elements in a fixed order, a single value as a
//! text, several sorted in reverse, values of conditions in their own order, `&{…}` for IAM's own variables.

use serde::Serialize;
use serde_json::{Map, Value as Json, ser::PrettyFormatter};

use super::Known;
use crate::rehearsal::value::{Entries, Value};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    statement: Vec<Json>,
}

/// Reads the data source.
pub(super) fn read(config: &Entries) -> Known {
    let text = |name: &str| config.get(name).and_then(Value::text).unwrap_or_default();
    let version = if text("version").is_empty() { "2012-10-17" } else { text("version") };
    let mut policy = Policy { version: version.to_owned(), id: text("policy_id").to_owned(), statement: Vec::new() };
    for source in documents(config, "source_policy_documents") {
        policy.statement.extend(source);
    }
    policy.statement.extend(config.get("statement").map(Value::items).unwrap_or_default().iter().map(statement));
    for overriding in documents(config, "override_policy_documents").into_iter().flatten() {
        let same = policy.statement.iter_mut().find(|it| !it["Sid"].is_null() && it["Sid"] == overriding["Sid"]);
        match same {
            Some(same) => *same = overriding,
            None => policy.statement.push(overriding),
        }
    }
    let pretty = escaped(&pretty(&policy));
    let minified = escaped(&serde_json::to_string(&policy).unwrap_or_default());
    vec![
        ("id", checksum(pretty.as_bytes()).to_string().into()),
        ("json", pretty.into()),
        ("minified_json", minified.into()),
    ]
}

/// The statements of each of the documents under a name.
fn documents(config: &Entries, name: &str) -> Vec<Vec<Json>> {
    let texts = config.get(name).map(Value::texts).unwrap_or_default();
    let statements = |text: &String| {
        let policy: Json = serde_json::from_str(text).unwrap_or_default();
        match &policy["Statement"] {
            Json::Array(statements) => statements.clone(),
            Json::Null => Vec::new(),
            single => vec![single.clone()],
        }
    };
    texts.iter().map(statements).collect()
}

fn statement(block: &Value) -> Json {
    let mut statement = Map::new();
    let sid = block.get("sid").and_then(Value::text).unwrap_or_default();
    if !sid.is_empty() {
        statement.insert("Sid".to_owned(), sid.into());
    }
    let effect = block.get("effect").and_then(Value::text).unwrap_or("Allow");
    statement.insert("Effect".to_owned(), effect.into());
    for (argument, element) in [
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ] {
        let values = block.get(argument).map(Value::texts).unwrap_or_default();
        if !values.is_empty() {
            statement.insert(element.to_owned(), in_reverse(values));
        }
    }
    for (blocks, element) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        let blocks = block.get(blocks).map(Value::items).unwrap_or_default();
        if !blocks.is_empty() {
            statement.insert(element.to_owned(), principals(blocks));
        }
    }
    let conditions = block.get("condition").map(Value::items).unwrap_or_default();
    if !conditions.is_empty() {
        statement.insert("Condition".to_owned(), self::conditions(conditions));
    }
    Json::Object(statement)
}

fn principals(blocks: &[Value]) -> Json {
    let mut by_type: std::collections::BTreeMap<String, Vec<String>> = std::collections::BTreeMap::new();
    for block in blocks {
        let kind = block.get("type").and_then(Value::text).unwrap_or_default();
        let identifiers = block.get("identifiers").map(Value::texts).unwrap_or_default();
        by_type.entry(kind.to_owned()).or_default().extend(identifiers);
    }
    // Only `{"*": "*"}` means everybody; IAM wants `{"AWS": "*"}` as it is.
    if by_type.len() == 1 && by_type.get("*").is_some_and(|identifiers| identifiers == &["*"]) {
        return "*".into();
    }
    by_type.into_iter().map(|(kind, identifiers)| (kind, in_reverse(identifiers))).collect()
}

fn conditions(blocks: &[Value]) -> Json {
    let mut by_test: std::collections::BTreeMap<String, std::collections::BTreeMap<String, Vec<String>>> =
        std::collections::BTreeMap::new();
    for block in blocks {
        let text = |name: &str| block.get(name).and_then(Value::text).unwrap_or_default().to_owned();
        let values = block.get("values").map(Value::texts).unwrap_or_default();
        by_test.entry(text("test")).or_default().entry(text("variable")).or_default().extend(values);
    }
    let variables = |variables: std::collections::BTreeMap<String, Vec<String>>| -> Json {
        variables.into_iter().map(|(variable, values)| (variable, one_or_many(values))).collect()
    };
    by_test.into_iter().map(|(test, tested)| (test, variables(tested))).collect()
}

fn in_reverse(mut values: Vec<String>) -> Json {
    values.sort_by(|left, right| right.cmp(left));
    one_or_many(values)
}

fn one_or_many(values: Vec<String>) -> Json {
    let mut values: Vec<Json> = values.into_iter().map(|value| value.replace("&{", "${").into()).collect();
    if values.len() == 1 { values.remove(0) } else { Json::Array(values) }
}

fn pretty(policy: &Policy) -> String {
    let mut text = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b"  "));
    // Writing to memory does not fail.
    let _ = policy.serialize(&mut serializer);
    String::from_utf8(text).unwrap_or_default()
}

/// What the provider's JSON library does to the letters that mean something in HTML; they only stand in texts.
fn escaped(json: &str) -> String {
    json.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}

/// CRC-32 as in ISO 3309, which the provider uses as the id.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |checksum, byte| {
        (0..8).fold(checksum ^ u32::from(*byte), |it, _| if it & 1 == 1 { it >> 1 ^ 0xedb8_8320 } else { it >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(config: serde_json::Value) -> String {
        let config = Value::from_json(config);
        let known = read(config.entries().unwrap());
        known.iter().find(|(name, _)| *name == "json").and_then(|(_, value)| value.text()).unwrap().to_owned()
    }

    #[test]
    fn the_order_and_layout_of_the_provider() {
        let document = json(serde_json::json!({"statement": [{
            "sid": "Read", "effect": null, "actions": ["s3:GetObject", "s3:ListBucket"], "resources": ["arn:aws:s3:::a"],
            "principals": [
                {"type": "Service", "identifiers": ["ec2.amazonaws.com"]},
                {"type": "AWS", "identifiers": ["1", "2"]},
            ],
            "condition": [{"test": "StringLike", "variable": "s3:prefix", "values": ["", "home/&{aws:username}/<&>"]}],
        }]}));
        insta::assert_snapshot!(document, @r#"
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Sid": "Read",
              "Effect": "Allow",
              "Action": [
                "s3:ListBucket",
                "s3:GetObject"
              ],
              "Resource": "arn:aws:s3:::a",
              "Principal": {
                "AWS": [
                  "2",
                  "1"
                ],
                "Service": "ec2.amazonaws.com"
              },
              "Condition": {
                "StringLike": {
                  "s3:prefix": [
                    "",
                    "home/${aws:username}/\u003c\u0026\u003e"
                  ]
                }
              }
            }
          ]
        }
        "#);
    }

    #[test]
    fn everybody_is_a_text_and_documents_are_merged() {
        let everybody = serde_json::json!([{"type": "*", "identifiers": ["*"]}]);
        let first = json(serde_json::json!({"statement": [{"sid": "A", "principals": everybody}]}));
        assert!(first.contains(r#""Principal": "*""#), "{first}");
        let merged = json(serde_json::json!({
            "source_policy_documents": [first],
            "statement": [{"sid": "B"}],
            "override_policy_documents": [r#"{"Statement": {"Sid": "A", "Effect": "Deny"}}"#],
        }));
        assert!(merged.contains(r#""Effect": "Deny""#) && merged.contains(r#""Sid": "B""#), "{merged}");
        assert!(!merged.contains("Principal"), "{merged}");
    }

    #[test]
    fn checksums() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
    }
}
