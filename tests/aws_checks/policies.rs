//! Policy documents: data sources as they are written, and JSON texts.

use deployer::hcl::expand::Configuration;

use crate::environments::{Resource, lookup, texts};

/// A statement of an `aws_iam_policy_document`.
pub(crate) struct Statement<'a>(&'a Configuration);

/// The statements of a document.
pub(crate) fn statements<'a>(document: &Resource<'a>) -> Vec<Statement<'a>> {
    assert_eq!(document.kind, "aws_iam_policy_document", "{}", document.place());
    let blocks = &document.configuration().blocks;
    blocks.iter().filter(|block| block.kind == "statement").map(|block| Statement(&block.configuration)).collect()
}

impl<'a> Statement<'a> {
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        lookup(self.0, name)?.as_str()
    }

    pub(crate) fn actions(&self) -> Vec<&'a str> {
        texts(lookup(self.0, "actions"))
    }

    pub(crate) fn resources(&self) -> Vec<&'a str> {
        texts(lookup(self.0, "resources"))
    }

    /// Whether it allows everything but something.
    pub(crate) fn is_negated(&self) -> bool {
        ["not_actions", "not_resources", "not_principals"]
            .iter()
            .any(|name| lookup(self.0, name).is_some() || self.0.block(name).is_some())
    }

    /// Whether it takes away instead of giving, so that what it names can only be too little.
    pub(crate) fn denies(&self) -> bool {
        self.text("effect") == Some("Deny")
    }

    /// Whether it names principals, as policies of resources do.
    pub(crate) fn has_principals(&self) -> bool {
        self.0.block("principals").is_some()
    }

    /// Principals of a type.
    pub(crate) fn principals(&self, kind: &str) -> Vec<&'a str> {
        let of_kind = self
            .0
            .blocks("principals")
            .filter(|it| lookup(&it.configuration, "type").and_then(|it| it.as_str()) == Some(kind));
        of_kind.flat_map(|it| texts(lookup(&it.configuration, "identifiers"))).collect()
    }

    /// How its conditions compare.
    pub(crate) fn operators(&self) -> Vec<&'a str> {
        self.0.blocks("condition").flat_map(|it| texts(lookup(&it.configuration, "test"))).collect()
    }

    /// Values of the conditions on a variable.
    pub(crate) fn condition(&self, variable: &str) -> Vec<&'a str> {
        let on = self
            .0
            .blocks("condition")
            .filter(|it| lookup(&it.configuration, "variable").and_then(|it| it.as_str()) == Some(variable));
        on.flat_map(|it| texts(lookup(&it.configuration, "values"))).collect()
    }
}

/// Whether a pattern with `*` matches a text, or another pattern that it includes.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<_> = parts.collect();
    let Some((last, inner)) = parts.split_last() else { return rest.is_empty() };
    for part in inner {
        match rest.find(part) {
            Some(place) => rest = &rest[place + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[test]
fn patterns_match_as_iam_does() {
    assert!(matches("arn:*:group:/aws/eks/*", "arn:aws:group:/aws/eks/chat/cluster"));
    assert!(matches("same", "same") && matches("*", "") && matches("a*a", "aba"));
    assert!(!matches("same", "samer") && !matches("a*b", "abc") && !matches("a*a", "a"));
}
