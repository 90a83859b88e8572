//! What a check looked at and what it found wrong.

use std::fmt::Display;

use crate::environments::{Environment, Resource, environments, shown};

/// The findings of one check in one environment.
#[derive(Default)]
pub(crate) struct Findings {
    looked_at: usize,
    faults: Vec<String>,
}

impl Findings {
    /// Records whether a rule holds for a resource, with the value that it is about.
    pub(crate) fn expect(&mut self, resource: &Resource<'_>, holds: bool, value: impl Display, rule: &str) {
        self.fact(holds, || format!("{}: {value}: {rule}", resource.place()));
    }

    /// Records whether a rule holds for an argument of a resource.
    pub(crate) fn argument(&mut self, resource: &Resource<'_>, path: &str, holds: bool, rule: &str) {
        self.fact(holds, || format!("{}: {path} = {}: {rule}", resource.place(), shown(resource.get(path))));
    }

    /// Records that an argument has to be `true`.
    pub(crate) fn on(&mut self, resource: &Resource<'_>, path: &str) {
        self.argument(resource, path, resource.is_on(path), "must be true");
    }

    /// Records that an argument has to have this text.
    pub(crate) fn text(&mut self, resource: &Resource<'_>, path: &str, text: &str) {
        self.argument(resource, path, resource.text(path) == Some(text), &format!("must be \"{text}\""));
    }

    /// Records whether something holds that no single resource is about.
    pub(crate) fn fact(&mut self, holds: bool, fault: impl FnOnce() -> String) {
        self.looked_at += 1;
        if !holds {
            self.faults.push(fault());
        }
    }
}

/// Runs a check in every environment.
pub(crate) fn everywhere(check: impl Fn(&Environment, &mut Findings)) {
    in_those(|_| true, check);
}

/// Runs a check in the environments that it applies to. It must find something to look at in each.
pub(crate) fn in_those(applies: impl Fn(&Environment) -> bool, check: impl Fn(&Environment, &mut Findings)) {
    let mut faults = Vec::new();
    let mut environments_seen = 0;
    for environment in environments().iter().filter(|environment| applies(environment)) {
        let mut findings = Findings::default();
        check(environment, &mut findings);
        assert!(findings.looked_at > 0, "{}: the check found nothing to look at", environment.spec.name);
        environments_seen += 1;
        faults.extend(findings.faults);
    }
    assert!(environments_seen > 0, "the check applies to no environment");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
