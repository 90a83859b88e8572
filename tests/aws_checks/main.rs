//! What an AWS expert would check of the generated Terraform, told from the expanded stacks of eighteen environments.
//!
//! The numbers are those of the forty checks in the design (`aws.md`, section 7).

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
mod specifications;
mod state;
