//! Policy documents as IAM reads them, and how statements are packed into them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{PermissionsError, table::Conditions};

/// Characters that a managed policy may have; IAM does not count white space.
pub const SIZE_LIMIT: usize = 6144;

/// One policy document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyDocument {
    /// Version of the policy language.
    #[serde(rename = "Version")]
    pub version: &'static str,
    /// What it allows.
    #[serde(rename = "Statement")]
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Its name: the service, and a number where the service has several.
    #[serde(rename = "Sid")]
    pub sid: String,
    /// Always `Allow`.
    #[serde(rename = "Effect")]
    pub effect: &'static str,
    /// Actions of one service, sorted.
    #[serde(rename = "Action")]
    pub actions: Vec<String>,
    /// Patterns of ARNs, sorted.
    #[serde(rename = "Resource")]
    pub resources: Vec<String>,
    /// Operators to keys to values.
    #[serde(rename = "Condition", skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: Conditions,
}

impl PolicyDocument {
    fn new(statements: Vec<Statement>) -> Self {
        Self { version: "2012-10-17", statements }
    }

    /// Its size as IAM counts it against [`SIZE_LIMIT`].
    #[must_use]
    pub fn size(&self) -> usize {
        let text = serde_json::to_string(self).unwrap_or_default();
        text.chars().filter(|character| !character.is_whitespace()).count()
    }
}

/// Names the statements after their service, which they carry as Sid, and packs them into as few documents as the
/// first fit finds; order is kept within a document.
pub(super) fn pack(statements: Vec<Statement>) -> Result<Vec<PolicyDocument>, PermissionsError> {
    let statements = named(split(statements)?);
    let mut documents: Vec<(PolicyDocument, usize)> = Vec::new();
    let frame = PolicyDocument::new(Vec::new()).size();
    for statement in statements {
        // A comma comes with each but the first; counting it always costs one character of a document.
        let size = PolicyDocument::new(vec![statement.clone()]).size() - frame + 1;
        match documents.iter_mut().find(|(_, used)| used + size <= SIZE_LIMIT) {
            Some((document, used)) => {
                document.statements.push(statement);
                *used += size;
            }
            None => documents.push((PolicyDocument::new(vec![statement]), frame + size)),
        }
    }
    Ok(documents.into_iter().map(|(document, _)| document).collect())
}

/// Halves statements that are too long for a document of their own.
fn split(statements: Vec<Statement>) -> Result<Vec<Statement>, PermissionsError> {
    // Names get longer when they are numbered.
    const ROOM_FOR_NAME: usize = 32;
    let mut waiting: Vec<_> = statements.into_iter().rev().collect();
    let mut done = Vec::new();
    while let Some(mut statement) = waiting.pop() {
        if PolicyDocument::new(vec![statement.clone()]).size() + ROOM_FOR_NAME <= SIZE_LIMIT {
            done.push(statement);
        } else if statement.actions.len() > 1 {
            let second = statement.actions.split_off(statement.actions.len() / 2);
            waiting.push(Statement { actions: second, ..statement.clone() });
            waiting.push(statement);
        } else {
            return Err(PermissionsError::StatementTooLong(statement.actions.concat()));
        }
    }
    Ok(done)
}

/// Turns services into statement names, which may have only letters and digits and must differ.
fn named(mut statements: Vec<Statement>) -> Vec<Statement> {
    let mut totals: BTreeMap<String, usize> = BTreeMap::new();
    for statement in &mut statements {
        statement.sid = sid(&statement.sid);
        *totals.entry(statement.sid.clone()).or_default() += 1;
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for statement in &mut statements {
        if totals.get(&statement.sid).is_some_and(|total| *total > 1) {
            let number = seen.entry(statement.sid.clone()).and_modify(|number| *number += 1).or_insert(1);
            statement.sid = format!("{}Part{number}", statement.sid);
        }
    }
    statements
}

/// `execute-api` becomes `ExecuteApi`.
fn sid(service: &str) -> String {
    let mut name = String::new();
    for word in service.split(|character: char| !character.is_ascii_alphanumeric()) {
        let mut characters = word.chars();
        name.extend(characters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(characters.as_str());
    }
    if name.is_empty() { "Everything".to_owned() } else { name }
}
