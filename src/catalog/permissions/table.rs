//! The table of what each type needs, and the placeholders in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use serde::{Deserialize, Deserializer};

use super::PermissionsError;
use crate::catalog::embedded;

/// Condition operators to keys to values, as in a policy document.
pub(super) type Conditions = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// The table of the AWS provider, parsed on first use.
pub fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| embedded("permissions.json", include_str!("../../../assets/permissions.json")))
}

/// What each type of resource, data source and backend needs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// When and where the facts were taken.
    pub source: String,
    /// By type of resource, over its whole life: create, read, update, tag, delete.
    pub resources: BTreeMap<String, Vec<Grant>>,
    /// By type of data source.
    pub data: BTreeMap<String, Vec<Grant>>,
    /// By type of backend.
    pub backend: BTreeMap<String, Vec<Grant>>,
}

/// Some actions on some resources under some conditions.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// For example `ec2:CreateVpc`.
    pub actions: Vec<String>,
    /// Patterns of ARNs, with [`Scope`]'s placeholders.
    pub resources: Vec<String>,
    /// Empty for a grant that always holds.
    #[serde(default, deserialize_with = "conditions")]
    pub conditions: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

/// IAM takes a single value for a list of one.
fn conditions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Conditions, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Values {
        One(String),
        Many(BTreeSet<String>),
    }
    let text: BTreeMap<String, BTreeMap<String, Values>> = BTreeMap::deserialize(deserializer)?;
    let keys = |keys: BTreeMap<String, Values>| {
        keys.into_iter().map(|(key, values)| match values {
            Values::One(value) => (key, BTreeSet::from([value])),
            Values::Many(values) => (key, values),
        })
    };
    Ok(text.into_iter().map(|(operator, found)| (operator, keys(found).collect())).collect())
}

impl Table {
    /// Reads the text of a table.
    pub fn parse(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }
}

impl Grant {
    /// The part of it that only reads, if there is one.
    pub(super) fn reading(&self) -> Option<Self> {
        let actions: Vec<_> = self.actions.iter().filter(|action| reads(action)).cloned().collect();
        (!actions.is_empty()).then(|| Self { actions, ..self.clone() })
    }

    /// What planning needs of a grant on the state: reading it, and all of the grant on lock files.
    pub(super) fn planning(&self) -> Vec<Self> {
        let (locks, rest): (Vec<_>, Vec<_>) =
            self.resources.iter().cloned().partition(|resource| resource.ends_with(LOCK_ENDING));
        let writes_lock = |action: &&String| reads(action) || action.eq_ignore_ascii_case("kms:GenerateDataKey");
        let actions: Vec<_> = self.actions.iter().filter(writes_lock).cloned().collect();
        [Self { resources: locks, ..self.clone() }, Self { actions, resources: rest, ..self.clone() }]
            .into_iter()
            .filter(|grant| !grant.actions.is_empty() && !grant.resources.is_empty())
            .collect()
    }
}

/// What Terraform's S3 backend adds to the key of a state for its lock.
const LOCK_ENDING: &str = ".tflock";

/// Whether an action changes nothing, by the verbs that AWS uses for that.
///
/// Decryption is reading: without it encrypted state and secrets cannot be refreshed.
fn reads(action: &str) -> bool {
    const VERBS: [&str; 6] = ["get", "list", "describe", "batchget", "lookup", "search"];
    let action = action.to_ascii_lowercase();
    let verb = action.split_once(':').map_or("", |(_, verb)| verb);
    action == "kms:decrypt" || VERBS.iter().any(|reading| verb.starts_with(reading))
}

/// What the placeholders of the table stand for, each under its own name: `${partition}` and so on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// The region deployed to.
    pub region: String,
    /// The account's twelve digits, or `*` where they are not known.
    pub account: String,
    /// The project.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// What names of resources begin with.
    pub name: String,
    /// The bucket of the state.
    pub state_bucket: String,
    /// What the keys of all states of the environment begin with, without a slash at the end.
    pub state_prefix: String,
    /// The key of a state; a pattern for a policy over several.
    pub state_key: String,
    /// ARN of the policy that bounds every role made, where there is one. No placeholder stands for it.
    pub permissions_boundary: Option<String>,
}

impl Scope {
    fn value(&self, placeholder: &str) -> Option<&str> {
        Some(match placeholder {
            "partition" => &self.partition,
            "region" => &self.region,
            "account" => &self.account,
            "project" => &self.project,
            "environment" => &self.environment,
            "name" => &self.name,
            "state_bucket" => &self.state_bucket,
            "state_prefix" => &self.state_prefix,
            "state_key" => &self.state_key,
            _ => return None,
        })
    }

    /// Fills in the placeholders of resources and condition values.
    pub(super) fn fill_in(&self, grants: Vec<Grant>) -> Result<Vec<Grant>, PermissionsError> {
        let mut unknown = BTreeSet::new();
        let mut fill = |text: &String| self.fill(text, &mut unknown);
        let mut filled = Vec::with_capacity(grants.len());
        for Grant { actions, resources, conditions } in grants {
            let resources = resources.iter().map(&mut fill).collect();
            let mut filled_conditions = Conditions::new();
            for (operator, keys) in conditions {
                for (key, values) in keys {
                    let values = values.iter().map(&mut fill).collect();
                    filled_conditions.entry(operator.clone()).or_default().insert(key, values);
                }
            }
            filled.push(Grant { actions, resources, conditions: filled_conditions });
        }
        if unknown.is_empty() {
            Ok(filled)
        } else {
            Err(PermissionsError::UnknownPlaceholders(unknown.into_iter().collect()))
        }
    }

    fn fill(&self, text: &str, unknown: &mut BTreeSet<String>) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            filled.push_str(before);
            let (placeholder, after) = after.split_once('}').unwrap_or((after, ""));
            match self.value(placeholder) {
                Some(value) => filled.push_str(value),
                // IAM's own variables, such as `${aws:PrincipalAccount}`, are for IAM to fill in.
                None if placeholder.contains(':') => {
                    filled.push_str("${");
                    filled.push_str(placeholder);
                    filled.push('}');
                }
                None => {
                    unknown.insert(format!("${{{placeholder}}}"));
                }
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_is_told_by_the_verb() {
        for action in ["ec2:DescribeVpcs", "iam:ListRoles", "apigateway:GET", "ecr:BatchGetImage", "kms:Decrypt"] {
            assert!(reads(action), "{action}");
        }
        for action in ["ec2:CreateVpc", "iam:PassRole", "ec2:*", "*", "apigateway:POST", "kms:Encrypt"] {
            assert!(!reads(action), "{action}");
        }
    }

    #[test]
    fn placeholders_are_filled_in_and_variables_of_iam_kept() {
        let scope = Scope { partition: "aws".into(), account: "111122223333".into(), ..Scope::default() };
        let mut unknown = BTreeSet::new();
        let text = "arn:${partition}:iam::${account}:role/${aws:username}-x";
        assert_eq!(scope.fill(text, &mut unknown), "arn:aws:iam::111122223333:role/${aws:username}-x");
        assert!(unknown.is_empty());
        scope.fill("${acount}", &mut unknown);
        assert_eq!(unknown, BTreeSet::from(["${acount}".to_owned()]));
    }
}
