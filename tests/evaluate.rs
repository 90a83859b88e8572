//! Expressions evaluate to what Terraform evaluates them to, and stay unknown only where they depend on it.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    ops::Range,
};

use deployer::{
    diagnostic::Source,
    hcl::{
        Document,
        evaluate::{Evaluation, Nothing, Scope, Step, Value, evaluate},
    },
};
use hcl_edit::expr::{Expression, FuncCall};
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
        self.document.body().get_blocks("locals").find_map(|block| block.body.get_attribute(name)).map(|found| &found.value)
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

fn evaluated(expression: &str) -> Evaluation {
    let text = format!(
        "locals {{\n  known = {{ a = 1, b = [\"x\"] }}\n  self = local.self\n  result = {expression}\n}}\n"
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
            differences.push_str(&format!(
                "{written}\n  is      {expected}\n  but got {actual}  {:?}\n",
                evaluation.problems.iter().map(|problem| &problem.message).collect::<Vec<_>>()
            ));
        }
    }
    assert!(differences.is_empty(), "{differences}");
}
