//! Reads any bytes as an environment's specification: there is an environment, whose Terraform passes the check, or
//! there are problems, each of which lies in the text.

#![no_main]

use std::sync::LazyLock;

use deployer::{
    diagnostic::{Severity, Source},
    generate::{module_files, problems, stack_files},
    report::diagnostic::{Colour, people},
    schema::Schemas,
    spec::load,
};
use libfuzzer_sys::fuzz_target;

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::embedded);

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match load("dev", Source::new("environments/dev/environment.hcl", text)) {
        Ok(loaded) => {
            let mut files = module_files(std::slice::from_ref(&loaded.environment));
            files.extend(stack_files(&loaded.environment));
            let faults = problems(&files, &SCHEMAS);
            assert!(faults.iter().all(|fault| fault.severity != Severity::Error), "{faults:?}");
        }
        Err(problems) => {
            for location in problems.iter().filter_map(|problem| problem.location.as_ref()) {
                assert!(text.get(location.span.clone()).is_some(), "{:?} is no part of the text", location.span);
            }
            assert!(!people(&problems, Colour::Plain, 100).is_empty());
        }
    }
});
