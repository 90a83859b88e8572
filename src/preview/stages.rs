//! The order of a deploy.

use serde::Serialize;

/// A step of a deploy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Stage {
    /// Its name, as `--from` and `--only` take it.
    pub name: &'static str,
    /// The stages that must be done before.
    pub needs: &'static [&'static str],
    /// The stack that it applies, where it applies one.
    pub stack: Option<&'static str>,
    /// What it does, in a few words.
    pub summary: &'static str,
}

/// The stages in an order in which each comes after those it needs; what does not depend on each other runs side by
/// side.
pub const STAGES: [Stage; 12] = [
    stage("preflight", &[], None, "credentials, quotas, tools, models"),
    stage("generate", &["preflight"], None, "Terraform of the environment, checked"),
    stage("bootstrap", &["generate"], Some("00-bootstrap"), "state bucket, deploy role"),
    stage("network", &["bootstrap"], Some("10-network"), "VPC"),
    stage("registry", &["bootstrap"], Some("20-registry"), "image repository, secrets"),
    stage("image", &["registry"], None, "build, check and push the inference image"),
    stage("cluster", &["network"], Some("30-cluster"), "EKS and its nodes"),
    stage("platform", &["cluster", "registry"], Some("40-platform"), "load balancer, controllers"),
    stage("workload", &["platform", "image"], None, "the models' pods"),
    stage("edge", &["workload"], Some("60-edge"), "firewall, CloudFront, API"),
    stage("monitoring", &["edge"], Some("70-monitoring"), "alarms, dashboard, budget"),
    stage("verify", &["edge"], None, "a request to each model from outside"),
];

const fn stage(
    name: &'static str,
    needs: &'static [&'static str],
    stack: Option<&'static str>,
    summary: &'static str,
) -> Stage {
    Stage { name, needs, stack, summary }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stacks;

    #[test]
    fn every_stage_comes_after_what_it_needs() {
        for (place, stage) in STAGES.iter().enumerate() {
            for need in stage.needs {
                assert!(STAGES[..place].iter().any(|earlier| earlier.name == *need), "{} needs {need}", stage.name);
            }
        }
    }

    #[test]
    fn every_stack_has_its_stage_and_finds_its_inputs_before() {
        for stack in stacks::ALL {
            assert_eq!(STAGES.iter().filter(|stage| stage.stack == Some(stack.name)).count(), 1, "{}", stack.name);
        }
    }
}
