//! The least-privilege policy: what is in it, what is not, and that it fits what IAM takes.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails it by panicking, as the test itself does")]

use std::collections::{BTreeMap, BTreeSet};

use deployer::catalog::permissions::{
    Access, Grant, Needs, PermissionsError, PolicyDocument, SIZE_LIMIT, Scope, Statement, Table, policies, table,
};
use proptest::prelude::*;

const SMALL: &str = r#"{
  "source": "a test",
  "resources": {
    "aws_vpc": [
      {"actions": ["ec2:CreateVpc", "ec2:DeleteVpc"], "resources": ["arn:${partition}:ec2:${region}:${account}:vpc/*"]},
      {"actions": ["ec2:DescribeVpcs"], "resources": ["*"]}
    ],
    "aws_subnet": [
      {"actions": ["ec2:CreateSubnet"], "resources": ["arn:${partition}:ec2:${region}:${account}:vpc/*"]},
      {"actions": ["ec2:DescribeVpcs", "ec2:DescribeSubnets"], "resources": ["*"]}
    ],
    "aws_iam_role": [
      {"actions": ["iam:CreateRole", "iam:GetRole"], "resources": ["arn:${partition}:iam::${account}:role/${name}-*"]},
      {"actions": ["iam:PassRole"], "resources": ["arn:${partition}:iam::${account}:role/${name}-*"],
       "conditions": {"StringEquals": {"iam:PassedToService": "eks.amazonaws.com"}}}
    ],
    "aws_broken": [{"actions": ["ec2:Run"], "resources": ["${nmae}", "${acount}"]}]
  },
  "data": {"aws_caller_identity": [{"actions": ["sts:GetCallerIdentity"], "resources": ["*"]}]},
  "backend": {"s3": [
    {"actions": ["s3:GetObject", "s3:PutObject"],
     "resources": ["arn:${partition}:s3:::${state_bucket}/${state_key}", "arn:${partition}:s3:::${state_bucket}/${state_key}.tflock"]}
  ]}
}"#;

fn small() -> Table {
    Table::parse(SMALL).unwrap()
}

fn scope() -> Scope {
    Scope {
        partition: "aws".to_owned(),
        region: "eu-west-1".to_owned(),
        account: "111122223333".to_owned(),
        project: "hub".to_owned(),
        environment: "dev".to_owned(),
        name: "hub-dev".to_owned(),
        state_bucket: "hub-state".to_owned(),
        state_prefix: "hub/dev".to_owned(),
        state_key: "hub/dev/*".to_owned(),
        permissions_boundary: None,
    }
}

fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

fn json(documents: &[PolicyDocument]) -> String {
    serde_json::to_string_pretty(documents).unwrap()
}

/// The statements that allow an action, with their conditions.
fn allowing<'a>(documents: &'a [PolicyDocument], action: &str) -> Vec<&'a Statement> {
    let statements = documents.iter().flat_map(|document| &document.statements);
    statements.filter(|statement| statement.actions.iter().any(|it| it == action)).collect()
}

#[test]
fn a_boundary_holds_for_every_role_made() {
    let boundary = "arn:aws:iam::111122223333:policy/boundary".to_owned();
    let scope = Scope { permissions_boundary: Some(boundary.clone()), ..scope() };
    let resources = set(["aws_iam_role", "aws_iam_role_policy", "aws_iam_role_policy_attachment"]);
    let documents = policies(table(), &Needs { resources, ..Needs::default() }, &scope, Access::Deploy).unwrap();
    for action in ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:AttachRolePolicy"] {
        let statements = allowing(&documents, action);
        assert!(!statements.is_empty(), "{action} is not allowed at all");
        for statement in statements {
            let held = &statement.conditions["StringEquals"]["iam:PermissionsBoundary"];
            assert_eq!(*held, BTreeSet::from([boundary.clone()]), "{action}");
        }
    }
    // What was conditional before still is.
    let attach = allowing(&documents, "iam:AttachRolePolicy");
    assert!(attach.iter().all(|statement| statement.conditions["ArnLike"].contains_key("iam:PolicyARN")));
    assert!(allowing(&documents, "iam:DeleteRolePermissionsBoundary").is_empty());
    let read = allowing(&documents, "iam:GetRole");
    assert!(!read.is_empty() && read.iter().all(|statement| statement.conditions.is_empty()));
}

#[test]
fn statements_are_merged_and_sorted() {
    let needs = Needs {
        resources: set(["aws_vpc", "aws_subnet", "aws_iam_role"]),
        data: set(["aws_caller_identity"]),
        backends: set(["s3"]),
    };
    insta::assert_snapshot!(json(&policies(&small(), &needs, &scope(), Access::Deploy).unwrap()));
}

#[test]
fn planning_reads_and_writes_only_the_lock() {
    let needs = Needs {
        resources: set(["aws_vpc", "aws_subnet", "aws_iam_role"]),
        data: BTreeSet::new(),
        backends: set(["s3"]),
    };
    insta::assert_snapshot!(json(&policies(&small(), &needs, &scope(), Access::Plan).unwrap()));
}

#[test]
fn everything_unknown_is_named_at_once() {
    let needs = Needs {
        resources: set(["aws_vpc", "aws_vcp", "aws_moon", "helm_release", "random_id"]),
        data: set(["aws_weather"]),
        backends: set(["carrier_pigeon"]),
    };
    let error = policies(&small(), &needs, &scope(), Access::Deploy).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the permissions table lacks aws_moon, aws_vcp, data aws_weather, backend carrier_pigeon"
    );
}

#[test]
fn unknown_placeholders_are_refused() {
    let needs = Needs { resources: set(["aws_broken"]), ..Needs::default() };
    let error = policies(&small(), &needs, &scope(), Access::Deploy).unwrap_err();
    assert_eq!(error, PermissionsError::UnknownPlaceholders(vec!["${acount}".to_owned(), "${nmae}".to_owned()]));
}

#[test]
fn nothing_needs_no_document() {
    assert_eq!(policies(&small(), &Needs::default(), &scope(), Access::Deploy), Ok(Vec::new()));
}

#[test]
fn a_service_with_too_many_actions_is_split() {
    let actions: Vec<_> = (0..500).map(|number| format!("ec2:SomeRatherLongActionName{number:03}")).collect();
    let grants = vec![Grant { actions: actions.clone(), resources: vec!["*".to_owned()], conditions: BTreeMap::new() }];
    let table = Table { resources: BTreeMap::from([("aws_all".to_owned(), grants)]), ..small() };
    let needs = Needs { resources: set(["aws_all"]), ..Needs::default() };
    let documents = policies(&table, &needs, &scope(), Access::Deploy).unwrap();
    assert_documents_are_acceptable(&documents);
    assert!(documents.len() > 1);
    let granted: Vec<_> = statements(&documents).flat_map(|statement| statement.actions.clone()).collect();
    assert_eq!(granted.iter().collect::<BTreeSet<_>>(), actions.iter().collect());
    assert_eq!(granted.len(), actions.len());
}

#[test]
fn an_action_on_too_much_is_refused() {
    let resources = (0..500).map(|number| format!("arn:aws:s3:::some-bucket-{number}")).collect();
    let grants = vec![Grant { actions: vec!["s3:GetObject".to_owned()], resources, conditions: BTreeMap::new() }];
    let table = Table { resources: BTreeMap::from([("aws_all".to_owned(), grants)]), ..small() };
    let needs = Needs { resources: set(["aws_all"]), ..Needs::default() };
    let error = policies(&table, &needs, &scope(), Access::Deploy).unwrap_err();
    assert_eq!(error, PermissionsError::StatementTooLong("s3:GetObject".to_owned()));
}

/// All types of the real table at once: the worst case.
fn everything() -> Needs {
    Needs {
        resources: table().resources.keys().cloned().collect(),
        data: table().data.keys().cloned().collect(),
        backends: table().backend.keys().cloned().collect(),
    }
}

#[test]
fn the_real_table_makes_acceptable_documents() {
    for access in [Access::Deploy, Access::Plan] {
        let documents = policies(table(), &everything(), &scope(), access).unwrap();
        assert_documents_are_acceptable(&documents);
        assert!(!json(&documents).replace("${aws:", "").contains("${"), "a placeholder is left");
    }
}

#[test]
fn the_real_table_grants_all_it_lists_and_no_more() {
    let documents = policies(table(), &everything(), &scope(), Access::Deploy).unwrap();
    let all = table().resources.values().chain(table().data.values()).chain(table().backend.values());
    let listed: BTreeSet<&String> = all.flatten().flat_map(|grant| &grant.actions).collect();
    let granted: BTreeSet<&String> = statements(&documents).flat_map(|statement| &statement.actions).collect();
    assert_eq!(granted.difference(&listed).count(), 0);
    // What is not granted by its own name is included in a wildcard.
    for action in listed.difference(&granted) {
        assert!(
            granted.iter().any(|wide| wide.contains('*') && matches(wide.as_bytes(), action.as_bytes())),
            "{action} is not granted"
        );
    }
}

#[test]
fn planning_with_the_real_table_creates_and_deletes_nothing_but_the_lock() {
    let documents = policies(table(), &everything(), &scope(), Access::Plan).unwrap();
    for statement in statements(&documents) {
        for action in &statement.actions {
            let (_, verb) = action.split_once(':').unwrap();
            let writes = ["Create", "Delete", "Put", "Update", "Modify", "Attach", "Pass", "Tag", "Run", "PUT", "POST"];
            let lock = statement.resources.iter().all(|resource| resource.ends_with(".tflock"));
            assert!(lock || !writes.iter().any(|write| verb.starts_with(write)), "{action}");
        }
    }
    // The lock is encrypted with the key of the state.
    assert!(statements(&documents).any(|it| it.actions.contains(&"kms:GenerateDataKey".to_owned())));
}

fn statements(documents: &[PolicyDocument]) -> impl Iterator<Item = &Statement> {
    documents.iter().flat_map(|document| &document.statements)
}

#[track_caller]
fn assert_documents_are_acceptable(documents: &[PolicyDocument]) {
    for document in documents {
        assert!(document.size() <= SIZE_LIMIT, "{} characters", document.size());
        let mut sids = BTreeSet::new();
        for statement in &document.statements {
            assert!(sids.insert(&statement.sid), "{} stands twice", statement.sid);
            assert!(statement.sid.chars().all(|character| character.is_ascii_alphanumeric()), "{}", statement.sid);
            assert!(statement.actions.is_sorted() && statement.resources.is_sorted());
            assert!(!statement.actions.is_empty() && !statement.resources.is_empty());
        }
    }
}

/// Whether text matches a pattern, by definition.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => (0..=text.len()).any(|skip| matches(rest, &text[skip..])),
        (Some((b'?', rest)), Some((_, text))) => matches(rest, text),
        (Some((character, rest)), Some((other, text))) => character == other && matches(rest, text),
        _ => false,
    }
}

type Conditions = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// IAM's answer: some grant matches action and resource, and its conditions hold.
fn allowed<'a>(
    mut grants: impl Iterator<Item = (&'a Vec<String>, &'a Vec<String>, &'a Conditions)>,
    action: &str,
    resource: &str,
    holding: &Conditions,
) -> bool {
    grants.any(|(actions, resources, conditions)| {
        (conditions.is_empty() || conditions == holding)
            && actions.iter().any(|it| matches(it.as_bytes(), action.as_bytes()))
            && resources.iter().any(|it| matches(it.as_bytes(), resource.as_bytes()))
    })
}

fn condition(value: &str) -> Conditions {
    BTreeMap::from([("StringEquals".to_owned(), BTreeMap::from([("aws:tag".to_owned(), set([value]))]))])
}

prop_compose! {
    fn grant()(
        actions in prop::collection::vec("(ec2|s3):(Get|Put)(A|B|\\*)", 1..4),
        resources in prop::collection::vec("(a|b|\\*)(x|y|\\*)?", 1..3),
        conditions in prop::sample::select(vec![Conditions::new(), condition("1"), condition("2")]),
    ) -> Grant {
        Grant { actions, resources, conditions }
    }
}

proptest! {
    #[test]
    fn the_policy_allows_exactly_what_the_grants_allow(grants in prop::collection::vec(grant(), 1..8)) {
        let table = Table { resources: BTreeMap::from([("aws_all".to_owned(), grants.clone())]), ..small() };
        let needs = Needs { resources: set(["aws_all"]), ..Needs::default() };
        let documents = policies(&table, &needs, &scope(), Access::Deploy).unwrap();
        assert_documents_are_acceptable(&documents);
        for action in ["ec2:GetA", "ec2:GetB", "ec2:PutA", "ec2:PutC", "s3:GetA", "s3:PutB"] {
            for resource in ["a", "ax", "ay", "b", "bx", "c", "cx"] {
                for holding in [Conditions::new(), condition("1"), condition("2")] {
                    let before = grants.iter().map(|it| (&it.actions, &it.resources, &it.conditions));
                    let after = statements(&documents).map(|it| (&it.actions, &it.resources, &it.conditions));
                    prop_assert_eq!(
                        allowed(before, action, resource, &holding),
                        allowed(after, action, resource, &holding),
                        "{} on {}", action, resource
                    );
                }
            }
        }
    }

    #[test]
    fn the_order_of_grants_does_not_matter(
        (grants, shuffled) in prop::collection::vec(grant(), 1..8)
            .prop_flat_map(|grants| (Just(grants.clone()), Just(grants).prop_shuffle()))
    ) {
        let made = |grants| {
            let table = Table { resources: BTreeMap::from([("aws_all".to_owned(), grants)]), ..small() };
            let needs = Needs { resources: set(["aws_all"]), ..Needs::default() };
            policies(&table, &needs, &scope(), Access::Deploy)
        };
        prop_assert_eq!(made(grants), made(shuffled));
    }
}
