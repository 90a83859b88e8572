//! `deployer` takes a Hugging Face model to a GPU endpoint on AWS, through Terraform that people can read and edit.
//!
//! Data flows one way:
//!
//! ```text
//! environments/<env>/environment.hcl   what the operator wants
//!         │ spec       parse, validate, fill in defaults
//!         ▼
//!    modules + stacks  HCL documents
//!         │ schema     every document checked against the embedded provider schemas before a byte is written
//!         ▼
//!       files          three-way: base (last generated) / disk (maybe edited by hand) / new → plan → disk
//! ```
//!
//! Decisions are pure functions from values to values; only [`files`] writes a workspace and only [`commands`] talk
//! to the operator.

pub mod catalog;
pub mod cli;
pub mod commands;
pub mod diagnostic;
pub mod error;
pub mod files;
pub mod generate;
pub mod hcl;
pub mod modules;
pub mod permissions;
pub mod preview;
pub mod rehearsal;
pub mod report;
pub mod schema;
pub mod spec;
pub mod stacks;
mod template;
pub mod tools;
pub mod validate;
