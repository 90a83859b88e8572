//! What an AWS expert would check of the generated Terraform, told from the expanded stacks of eighteen environments.
//!
//! Each check looks at every environment that it applies to and must find something to look at in each of them. Checks
//! bear the numbers of the forty in the design (`aws.md`, section 7). What cannot be told here:
//!
//! - 1: the lock files, which `terraform init` writes.
//! - 16 and 40, for pods: images by digest, security contexts, probes, grace and disruption budgets stand in the
//!   manifests of `50-workload`. Of 40, that the CNI enforces network policies is checked in `cluster`.
//! - 28: that a `TargetGroupBinding` takes its ARN from the output; that the output is there, `balancer` checks.
//! - 31: the server's own deadline and keep-alive are settings of its pods; they are compared as the specification's
//!   times give them.
//! - 33 and 39: the Region of a certificate's alarm, which is a part of the certificate's ARN; and validations of values
//!   that AWS decides.
//! - 39: alarms on the inference engine's own metrics (KV cache, first token), which no stack collects.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test fails it by panicking, as the test itself does"
)]

mod access;
mod balancer;
mod cluster;
mod composition;
mod edge;
mod encryption;
mod environments;
mod findings;
mod monitoring;
mod names;
mod network;
mod policies;
mod registry;
mod secrets;
mod specifications;
mod state;
