//! How problems of files look to people, programs and GitHub.

use deployer::{
    diagnostic::{Diagnostic, Source},
    report::diagnostic::{Colour, json, people, workflow},
};

fn sample() -> Vec<Diagnostic> {
    let source =
        Source::new("modules/a,b/main.tf", "resource \"aws_vpc\" \"main\" {\n  cidr_blok = \"10.0.0.0/16\" # é\n}\n");
    let error = Diagnostic::error("unknown-argument", "`aws_vpc` has no argument `cidr_blok`", &source, 30..39)
        .label("unknown argument")
        .hint("did you mean `cidr_block`?");
    let warning = Diagnostic::warning("two-lines", "100% of two\nlines: both", &source, 0..40);
    let nowhere = Diagnostic { location: None, ..Diagnostic::error("lost", "no place", &source, 0..0) };
    vec![error, warning, nowhere]
}

#[test]
fn for_people() {
    insta::assert_snapshot!(people(&sample(), Colour::Plain, 100));
}

#[test]
fn colours_only_where_wanted() {
    assert!(people(&sample(), Colour::Styled, 100).contains('\u{1b}'));
    assert!(!people(&sample(), Colour::Plain, 100).contains('\u{1b}'));
}

#[test]
fn for_programs() {
    let text = json(&sample()).expect("serialisable");
    assert_eq!(text.lines().count(), 1);
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    insta::assert_snapshot!(format!("{value:#}"));
}

#[test]
fn for_a_workflow_run() {
    insta::assert_snapshot!(workflow(&sample()), @r"
    ::error file=modules/a%2Cb/main.tf,line=2,endLine=2,col=3,endColumn=12,title=unknown-argument::`aws_vpc` has no argument `cidr_blok`%0Aunknown argument%0Adid you mean `cidr_block`?
    ::warning file=modules/a%2Cb/main.tf,line=1,endLine=2,title=two-lines::100%25 of two%0Alines: both
    ::error title=lost::no place
    ");
}

#[test]
fn an_empty_file_has_a_place_too() {
    let source = Source::new("main.tf", "");
    let shown = people(&[Diagnostic::error("empty", "nothing here", &source, 0..0)], Colour::Plain, 100);
    assert!(shown.contains("main.tf:1:1"), "{shown}");
}
