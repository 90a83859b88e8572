//! Expressions evaluate to what Terraform evaluates them to, and stay unknown only where they depend on it.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails it by panicking, as the test itself does")]

use std::{cell::RefCell, collections::BTreeMap, fmt::Write as _, ops::Range};

use deployer::{
    diagnostic::Source,
    hcl::{
        Document,
        evaluate::{Evaluation, Scope, Step, Value, evaluate},
    },
};
use hcl_edit::expr::Expression;
use proptest::prelude::*;

/// The names of one file: its locals, and `var` and `data`, of which nothing is known.
struct Names<'a> {
    document: &'a Document,
    evaluated: RefCell<BTreeMap<String, Value>>,
}

impl<'a> Names<'a> {
    fn new(document: &'a Document) -> Self {
        Self { document, evaluated: RefCell::default() }
    }

    fn expression(&self, name: &str) -> Option<&'a Expression> {
        self.document
            .body()
            .get_blocks("locals")
            .find_map(|block| block.body.get_attribute(name))
            .map(|found| &found.value)
    }
}

impl Scope for Names<'_> {
    fn resolve(&self, root: &str, path: &[Step<'_>]) -> Option<(Value, usize)> {
        let [Step::Attribute(name), ..] = path else { return None };
        if root != "local" {
            return None;
        }
        let known = self.evaluated.borrow().get(*name).cloned();
        let value = known.or_else(|| Some(evaluate(self.expression(name)?, self).value))?;
        self.evaluated.borrow_mut().insert((*name).to_owned(), value.clone());
        Some((value, 1))
    }

    fn read(&self, path: &str) -> Option<String> {
        (path == "greeting.txt").then(|| "Hello ${name}\n".to_owned())
    }

    fn text(&self, span: Range<usize>) -> Option<&str> {
        self.document.source().text().get(span)
    }
}

/// Evaluates an expression beside a local `known`, a local `token` that is sensitive, and `aws_*` that are unknown.
fn evaluated(expression: &str) -> Evaluation {
    let text = format!(
        "locals {{\n  known = {{ a = 1, b = [\"x\"] }}\n  token = sensitive(\"hunter2\")\n  result = {expression}\n}}\n"
    );
    let document = Document::parse(Source::new("test.tf", text)).unwrap();
    let names = Names::new(&document);
    evaluate(names.expression("result").unwrap(), &names)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn results_are_those_of_terraform() {
    let source = Source::new("main.tf", include_str!("fixtures/expressions/main.tf"));
    let document = Document::parse(source).unwrap();
    let names = Names::new(&document);
    let cases = names.expression("results").and_then(Expression::as_array).unwrap();
    let expected: Vec<&str> = include_str!("fixtures/expressions/results.txt").lines().collect();
    assert_eq!(cases.len(), expected.len(), "results.txt belongs to another main.tf");

    let mut differences = String::new();
    for (case, expected) in cases.iter().zip(expected) {
        let evaluation = evaluate(case, &names);
        let actual = text(&evaluation.value);
        if actual != expected || !evaluation.problems.is_empty() {
            let written = document.text(case);
            let problems: Vec<_> = evaluation.problems.iter().map(|problem| &problem.message).collect();
            let _ = writeln!(differences, "{written}\n  is      {expected}\n  but got {actual}  {problems:?}");
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

/// Expressions with unknown parts, and what is known about them all the same.
const PARTLY_KNOWN: &[(&str, &str)] = &[
    ("var.vpc_id", "(known after var.vpc_id)"),
    ("var.object.name", "(known after var.object.name)"),
    ("aws_vpc.main[0].id", "(known after aws_vpc.main[0].id)"),
    ("aws_vpc.main[\"a\"].id", "(known after aws_vpc.main[\"a\"].id)"),
    ("aws_vpc.main[*].id", "(known after aws_vpc.main)"),
    ("false && var.x", "false"),
    ("var.x && false", "false"),
    ("var.x && true", "(known after var.x)"),
    ("var.x || true", "true"),
    ("var.x == 1", "(known after var.x)"),
    ("[1, var.x] == [2, var.x]", "false"),
    ("[1, var.x] == [1]", "false"),
    ("{ a = var.x } == { b = 1 }", "false"),
    ("true ? 1 : var.x", "1"),
    ("true ? [\"a\"] : var.x", "[\"a\"]"),
    ("var.x ? \"a\" : \"a\"", "\"a\""),
    ("var.x ? 1 : 2", "(known after var.x)"),
    ("try(local.known.missing, var.x)", "(known after var.x)"),
    ("try(local.known.a, var.x)", "1"),
    ("can(local.known.missing)", "false"),
    ("can(var.x)", "(known after var.x)"),
    ("coalesce(null, \"a\", var.x)", "\"a\""),
    ("coalesce(null, var.x, \"a\")", "(known after var.x)"),
    ("length([var.x, var.y])", "2"),
    ("length({ a = var.x })", "1"),
    ("length(var.x)", "(known after var.x)"),
    ("length(toset([var.x]))", "1"),
    ("length(toset([var.x, var.y]))", "(known after var.x)"),
    ("keys({ a = var.x })", "[\"a\"]"),
    ("values({ a = var.x })", "[(known after var.x)]"),
    ("merge([]...)", "{}"),
    ("merge({ a = var.x }, { b = 1 })", "{ \"a\" = (known after var.x), \"b\" = 1 }"),
    ("merge(var.x, { b = 1 })", "(known after var.x)"),
    ("concat([var.x], [1])", "[(known after var.x), 1]"),
    ("lookup({ a = 1, b = var.x }, \"a\")", "1"),
    ("element([1, var.x], 0)", "1"),
    ("contains([var.x, 1], 1)", "true"),
    ("contains([var.x, 1], 2)", "(known after var.x)"),
    ("alltrue([var.x, false])", "false"),
    ("anytrue([var.x, true])", "true"),
    ("anytrue([var.x, false])", "(known after var.x)"),
    ("flatten([[var.x], [1]])", "[(known after var.x), 1]"),
    ("flatten([var.x, [1]])", "(known after var.x)"),
    ("formatlist(\"%s!\", [\"a\", var.x])", "[\"a!\", (known after var.x)]"),
    ("zipmap([\"a\"], [var.x])", "{ \"a\" = (known after var.x) }"),
    ("[for item in [1, var.x] : item]", "[1, (known after var.x)]"),
    ("[for item in var.x : item]", "(known after var.x)"),
    ("[for item in [1, var.x] : item if item == 1]", "(known after var.x)"),
    ("{ for item in [var.x] : item => 1 }", "(known after var.x)"),
    ("{ for item in [\"a\"] : item => var.x }", "{ \"a\" = (known after var.x) }"),
    ("{ (var.x) = 1 }", "(known after var.x)"),
    ("\"a-${var.x}\"", "(known after var.x)"),
    ("\"%{ if var.x }a%{ endif }\"", "(known after var.x)"),
    ("jsonencode({ a = var.x })", "(known after var.x)"),
    ("join(\",\", [\"a\", var.x])", "(known after var.x)"),
    ("local.known.b[var.x]", "(known after var.x)"),
    ("max(var.list...)", "(known after var.list)"),
    ("timestamp()", "(known after timestamp(…))"),
    ("file(\"missing.txt\")", "(known after file(\"missing.txt\"))"),
    ("file(\"greeting.txt\")", "\"Hello $${name}\\n\""),
    ("templatefile(\"greeting.txt\", { name = \"you\" })", "\"Hello you\\n\""),
    ("provider::aws::arn_parse(\"x\")", "(known after arn_parse(…))"),
    ("10 / 3 * 3", "10"),
    ("\"a ${10 / 3}\"", "(known after the digits of 3.3333333333333335)"),
    ("1 / 0", "(known after a number out of range)"),
    ("local.token", "(sensitive value)"),
    ("\"Bearer ${local.token}\"", "(sensitive value)"),
    ("{ a = local.token, b = 1 }", "{ \"a\" = (sensitive value), \"b\" = 1 }"),
    ("[file(local.token)]", "[(sensitive value)]"),
    ("length(local.token)", "(sensitive value)"),
    ("local.token == \"x\" ? 1 : 2", "(sensitive value)"),
    ("[for item in [local.token] : 1]", "[1]"),
];

#[test]
fn what_does_not_depend_on_the_unknown_is_known() {
    let mut differences = String::new();
    for (expression, expected) in PARTLY_KNOWN {
        let evaluation = evaluated(expression);
        let actual = evaluation.value.to_string();
        if actual != *expected || !evaluation.problems.is_empty() {
            let problems: Vec<_> = evaluation.problems.iter().map(|problem| &problem.message).collect();
            let _ = writeln!(differences, "{expression}\n  is      {expected}\n  but got {actual}  {problems:?}");
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

/// Expressions that Terraform refuses, and what is said about them.
const REFUSED: &[(&str, &str)] = &[
    ("1 + \"x\"", "a number is required, not the string \"x\""),
    ("local.known.c", "there is no attribute or key \"c\""),
    ("local.known.b[1]", "there is no element 1 among 1"),
    ("\"a\".b", "a string has no attributes, such as \"b\""),
    ("length(1)", "length: a number has no length"),
    ("no_such(1)", "no_such: there is no such function"),
    ("upper()", "upper: at least 1 arguments are needed, there are 0"),
    ("upper(\"a\", \"b\")", "upper: at most 1 arguments are possible, there are 2"),
    ("try(local.known.c, local.known.d)", "try: no argument is valid"),
    ("[for item in 1 : item]", "for needs a collection, not a number"),
    ("\"x${[1]}\"", "a string is required, not a tuple"),
    ("null ? 1 : 2", "a bool is required, not null"),
    ("cidrsubnet(\"10.0.0.0/16\", 17, 0)", "cidrsubnet: 17 more bits do not fit behind a prefix of 16"),
    ("regex(\"x\", \"abc\")", "regex: the pattern does not match the text"),
    ("templatefile(\"greeting.txt\", {})", "there is no variable \"name\""),
];

#[test]
fn what_terraform_refuses_is_recorded_with_its_place() {
    for (expression, expected) in REFUSED {
        let evaluation = evaluated(expression);
        let messages: Vec<_> = evaluation.problems.iter().map(|problem| &*problem.message).collect();
        assert_eq!(messages, [*expected], "{expression}");
        assert!(evaluation.value.is_unknown(), "{expression} is {}", evaluation.value);
    }
}

#[test]
fn one_mistake_leaves_the_rest_known() {
    let evaluation = evaluated("{ a = 1, b = local.known.missing }");
    assert_eq!(evaluation.value.get("a"), Some(&Value::integer(1)));
    assert_eq!(evaluation.problems.len(), 1);
}

/// Expressions of all kinds that may or may not make sense.
fn expressions() -> impl Strategy<Value = String> {
    let literal = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        (-20_i64..1_000_000).prop_map(|number| number.to_string()),
        Just("0.1".to_owned()),
        Just("99999999999999999999999999".to_owned()),
        "[a-z0-9 %/é.-]{0,6}".prop_map(|text| format!("\"{}\"", text.replace("%{", ""))),
        Just("var.unknown".to_owned()),
        Just("local.known".to_owned()),
        Just("local.token".to_owned()),
    ];
    literal.prop_recursive(5, 48, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            list.clone().prop_map(|items| format!("[{}]", items.join(", "))),
            (inner.clone(), inner.clone()).prop_map(|(key, value)| format!("{{ ({key}) = {value}, fixed = {key} }}")),
            (inner.clone(), prop::sample::select(OPERATORS), inner.clone())
                .prop_map(|(left, operator, right)| format!("({left} {operator} {right})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(condition, yes, no)| format!("({condition} ? {yes} : {no})")),
            (prop::sample::select(FUNCTIONS), list).prop_map(|(name, items)| format!("{name}({})", items.join(", "))),
            (inner.clone(), inner.clone())
                .prop_map(|(left, right)| format!("[for k, v in {left} : [k, v] if {right}]")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("{{ for v in {left} : v => {right}... }}")),
            (inner.clone(), inner.clone()).prop_map(|(value, key)| format!("({value})[{key}]")),
            inner.clone().prop_map(|value| format!("({value})[*].name")),
            inner.clone().prop_map(|value| format!("-({value})")),
            inner.prop_map(|value| format!("\"a${{{value}}}%{{ for v in {value} }}${{v}}%{{ endfor }}\"")),
        ]
    })
}

const OPERATORS: &[&str] = &["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"];

const FUNCTIONS: &[&str] = &[
    "abs",
    "alltrue",
    "anytrue",
    "base64decode",
    "base64encode",
    "base64sha256",
    "can",
    "ceil",
    "chomp",
    "chunklist",
    "cidrhost",
    "cidrnetmask",
    "cidrsubnet",
    "cidrsubnets",
    "coalesce",
    "coalescelist",
    "compact",
    "concat",
    "contains",
    "distinct",
    "element",
    "endswith",
    "file",
    "flatten",
    "floor",
    "format",
    "formatlist",
    "indent",
    "index",
    "issensitive",
    "join",
    "jsondecode",
    "jsonencode",
    "keys",
    "length",
    "log",
    "lookup",
    "lower",
    "matchkeys",
    "max",
    "merge",
    "min",
    "one",
    "parseint",
    "pow",
    "range",
    "regex",
    "regexall",
    "replace",
    "reverse",
    "sensitive",
    "setintersection",
    "setproduct",
    "setsubtract",
    "setunion",
    "sha256",
    "signum",
    "slice",
    "sort",
    "split",
    "startswith",
    "strcontains",
    "strrev",
    "substr",
    "sum",
    "title",
    "tobool",
    "tolist",
    "tomap",
    "tonumber",
    "toset",
    "tostring",
    "transpose",
    "trim",
    "trimprefix",
    "trimspace",
    "trimsuffix",
    "try",
    "upper",
    "urlencode",
    "values",
    "yamlencode",
    "zipmap",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn evaluation_neither_panics_nor_shows_secrets(expression in expressions()) {
        // An expression that the parser refuses is none.
        if expression.parse::<Expression>().is_ok() {
            let evaluation = evaluated(&expression);
            let shown = format!("{} {:?}", evaluation.value, evaluation.problems);
            prop_assert!(!shown.contains("hunter2"), "{expression} shows {shown}");
            prop_assert!(evaluation == evaluated(&expression), "{expression} has two values");
        }
    }
}
