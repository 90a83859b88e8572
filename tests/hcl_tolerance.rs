//! Terraform files that the parser alone refuses or misreads, and texts of all kinds.

#![expect(clippy::expect_used, reason = "a test whose set-up fails has failed")]

use deployer::{diagnostic::Source, hcl::Document};
use proptest::prelude::*;

fn names(text: &str) -> Vec<String> {
    let document = Document::parse(Source::new("main.tf", text)).expect("valid HCL");
    let attributes = document.body().attributes();
    attributes.map(|attribute| document.text(&attribute.key).to_owned()).collect()
}

#[test]
fn multi_line_conditionals_in_for_objects() {
    let text = "a = {\n  for k, v in var.x : k => # a comment\n  v.y\n  ? { b = 1 }\n  : {\n    b = 2\n    c = 3\n  }\n}\nz = 1\n";
    assert_eq!(names(text), ["a", "z"]);
}

#[test]
fn here_documents_without_lines() {
    let text = "a = <<EOT\nEOT\nb = <<-EOT\n  EOT\nc = <<EOT\n  text\nEOT\nd = 1\n";
    assert_eq!(names(text), ["a", "b", "c", "d"]);
}

#[test]
fn here_documents_in_multi_line_conditionals() {
    let text =
        "a = {\n  for k in x : k => k\n  ? (k ? <<-EOT\n    \"${k}\" \\d\n    EOT\n    : \"\")\n  : null\n}\nz = 1\n";
    assert_eq!(names(text), ["a", "z"]);
}

#[test]
fn names_set_twice_are_found_where_they_stand() {
    let text = "\u{feff}a = { port = 1, b = 2, port = 3, \"b\" = 4 }\na = 2\nlast = 3\n";
    let document = Document::parse(Source::new("main.tf", text)).expect("a tolerated file");
    let problems: Vec<(&str, &str)> = document
        .problems()
        .iter()
        .map(|it| (it.code, &text[it.location.as_ref().expect("a place").span.clone()]))
        .collect();
    assert_eq!(problems, [("duplicate-key", "port"), ("duplicate-argument", "a")]);
}

proptest! {
    /// Whatever the text, there is a document or a diagnostic, and every place lies in the text.
    #[test]
    fn any_text_is_answered(text in "([a-c]|port|=|\\{|\\}|\\(|\\)|\\[|\\]|\"|\n| |:|\\?|<<EOT|EOT|for|in|=>|\\$\\{|%\\{|#|\\\\|,|é){0,60}") {
        match Document::parse(Source::new("main.tf", text.as_str())) {
            Ok(document) => {
                for problem in document.problems() {
                    let location = problem.location.as_ref().expect("a place");
                    prop_assert!(text.get(location.span.clone()).is_some());
                }
                for attribute in document.body().attributes() {
                    let span = document.span(&attribute.key);
                    prop_assert!(text.get(span).is_some());
                }
            }
            Err(problem) => {
                let location = problem.location.as_ref().expect("a place");
                prop_assert!(location.span.end <= text.len());
            }
        }
    }
}
