//! Parses and checks any bytes as a Terraform file: there is an answer, and every place in it lies in the text.

#![no_main]

use std::sync::LazyLock;

use deployer::{
    diagnostic::{Diagnostic, Source},
    hcl::Document,
    report::diagnostic::{Colour, people},
    schema::{Called, Module, Schemas, check},
};
use libfuzzer_sys::fuzz_target;

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::embedded);

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let diagnostics: Vec<Diagnostic> = match Document::parse(Source::new("main.tf", text)) {
        Ok(document) => check(&Module::new(vec![document]), &SCHEMAS, &|_| Called::Missing).diagnostics,
        Err(diagnostic) => vec![diagnostic],
    };
    for location in diagnostics.iter().filter_map(|diagnostic| diagnostic.location.as_ref()) {
        assert!(text.get(location.span.clone()).is_some(), "{:?} is no part of the text", location.span);
    }
    assert_eq!(people(&diagnostics, Colour::Plain, 100).is_empty(), diagnostics.is_empty());
});
