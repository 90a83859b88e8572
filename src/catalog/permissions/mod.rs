//! The smallest IAM policy for a set of Terraform resources: what the deploy role must be allowed, and no more.
//!
//! A table says for each type of resource and data source which actions the provider calls on what. [`policies`] joins
//! the grants of the types in use:
//!
//! 1. placeholders are filled in;
//! 2. with a permissions boundary, what changes roles is granted for roles under it alone;
//! 3. an action is granted once for each condition, on all the resources it is wanted for;
//! 4. a grant that another one includes is dropped, and so is a resource that another pattern matches;
//! 5. actions of a service that share resources and conditions become one statement;
//! 6. statements are packed into documents that IAM accepts as managed policies.
//!
//! The result allows what the grants together allow, does not depend on the order of anything, and is the same each
//! time.

mod document;
mod pattern;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

pub use document::{PolicyDocument, SIZE_LIMIT, Statement};
pub use table::{Grant, Scope, Table, table};

use table::Conditions;

/// What a configuration is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Types of resources, such as `aws_vpc`; those of other providers than `aws` need nothing from IAM.
    pub resources: BTreeSet<String>,
    /// Types of data sources, such as `aws_caller_identity`.
    pub data: BTreeSet<String>,
    /// Types of state backends, such as `s3`.
    pub backends: BTreeSet<String>,
}

/// What the role is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Creating, changing and deleting.
    Deploy,
    /// Planning: reading everything, and writing only the lock on the state.
    Plan,
}

/// Why there is no policy.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PermissionsError {
    /// The table does not say what these need.
    #[error("the permissions table lacks {}", .0.join(", "))]
    UnknownTypes(Vec<String>),
    /// The table uses placeholders that nothing fills in.
    #[error("the permissions table has unknown placeholders: {}", .0.join(", "))]
    UnknownPlaceholders(Vec<String>),
    /// One action alone does not fit a document, because it names too many resources.
    #[error("`{0}` names too many resources for one policy document")]
    StatementTooLong(String),
}

/// The policy documents for these needs, to attach to one role together.
pub fn policies(
    table: &Table,
    needs: &Needs,
    scope: &Scope,
    access: Access,
) -> Result<Vec<PolicyDocument>, PermissionsError> {
    let grants = wanted_grants(table, needs, access)?;
    let grants = scope.fill_in(grants)?;
    let grants = match &scope.permissions_boundary {
        Some(boundary) => grants.into_iter().flat_map(|grant| bounded(grant, boundary)).collect(),
        None => grants,
    };
    document::pack(statements(minimal(granted(grants))))
}

/// What makes a role or gives it more. `iam:PermissionsBoundary` is then the boundary of the role, or for the first two
/// the one that it is to have (IAM user guide, "permissions boundaries", delegation to others).
const BOUNDED: [&str; 6] = [
    "iam:CreateRole",
    "iam:PutRolePermissionsBoundary",
    "iam:AttachRolePolicy",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePolicy",
];

/// Divides a grant, so that whoever has it can neither make a role without the boundary nor take one out from under it.
fn bounded(grant: Grant, boundary: &str) -> Vec<Grant> {
    let (held, free): (Vec<_>, Vec<_>) =
        grant.actions.iter().cloned().partition(|action| BOUNDED.contains(&action.as_str()));
    let free = free.into_iter().filter(|action| action != "iam:DeleteRolePermissionsBoundary").collect();
    let mut conditions = grant.conditions.clone();
    let equals = conditions.entry("StringEquals".to_owned()).or_default();
    equals.insert("iam:PermissionsBoundary".to_owned(), BTreeSet::from([boundary.to_owned()]));
    let held = Grant { actions: held, resources: grant.resources.clone(), conditions };
    [Grant { actions: free, ..grant }, held].into_iter().filter(|grant| !grant.actions.is_empty()).collect()
}

/// The grants of every type in use; all types that the table lacks are reported together.
fn wanted_grants(table: &Table, needs: &Needs, access: Access) -> Result<Vec<Grant>, PermissionsError> {
    let mut grants = Vec::new();
    let mut unknown = Vec::new();
    let sections = [
        ("", &table.resources, &needs.resources, false),
        ("data ", &table.data, &needs.data, false),
        ("backend ", &table.backend, &needs.backends, true),
    ];
    for (prefix, known, wanted, backend) in sections {
        for name in wanted.iter().filter(|name| backend || name.starts_with("aws_")) {
            match known.get(name) {
                Some(found) => grants.extend(found.iter().flat_map(|grant| match access {
                    Access::Deploy => vec![grant.clone()],
                    Access::Plan if backend => grant.planning(),
                    Access::Plan => grant.reading().into_iter().collect(),
                })),
                None => unknown.push(format!("{prefix}{name}")),
            }
        }
    }
    if unknown.is_empty() { Ok(grants) } else { Err(PermissionsError::UnknownTypes(unknown)) }
}

/// An action and the conditions on it.
type Permission = (String, Conditions);
/// The resources of each permission.
type Granted = BTreeMap<Permission, BTreeSet<String>>;

fn granted(grants: Vec<Grant>) -> Granted {
    let mut granted = Granted::new();
    for Grant { actions, resources, conditions } in grants {
        for action in actions {
            granted.entry((action, conditions.clone())).or_default().extend(resources.iter().cloned());
        }
    }
    granted
}

/// Drops what is included in the rest.
fn minimal(mut granted: Granted) -> Granted {
    for resources in granted.values_mut() {
        *resources = pattern::without_covered(resources);
    }
    let permissions: Vec<Permission> = granted.keys().cloned().collect();
    // Only a pattern or the same action under other conditions can include an action; comparing all with all is slow.
    let wide: Vec<&Permission> = permissions.iter().filter(|(action, _)| action.contains(['*', '?'])).collect();
    for same_action in permissions.chunk_by(|a, b| a.0 == b.0) {
        for permission in same_action {
            // One at a time, so that of two permissions that include each other one stays.
            let mut others = same_action.iter().chain(wide.iter().copied()).filter(|other| *other != permission);
            if others.any(|other| includes(&granted, other, permission)) {
                granted.remove(permission);
            }
        }
    }
    granted
}

/// Whether a permission that is still granted allows all that another one does.
fn includes(granted: &Granted, general: &Permission, specific: &Permission) -> bool {
    let (Some(wide), Some(narrow)) = (granted.get(general), granted.get(specific)) else {
        return false;
    };
    (general.1.is_empty() || general.1 == specific.1)
        && pattern::covers(&general.0, &specific.0)
        && narrow.iter().all(|narrow| wide.iter().any(|wide| pattern::covers(wide, narrow)))
}

/// One statement for each service, set of resources and conditions.
fn statements(granted: Granted) -> Vec<Statement> {
    let mut groups: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for ((action, conditions), resources) in granted {
        let service = action.split_once(':').map_or("*", |(service, _)| service).to_owned();
        groups.entry((service, resources, conditions)).or_default().push(action);
    }
    groups
        .into_iter()
        .map(|((service, resources, conditions), actions)| Statement {
            sid: service,
            effect: "Allow",
            actions,
            resources: resources.into_iter().collect(),
            conditions,
        })
        .collect()
}
