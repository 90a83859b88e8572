//! Terraform's provider schemas, and the check of Terraform modules against them.
//!
//! ```text
//! embedded or stored text ── compact ──▶ Provider ── Schemas ──┐
//! terraform providers schema -json ── refresh ──▶ stored text  ├──▶ check ──▶ Outcome
//! Documents ── Module (declarations) ──────────────────────────┘
//! ```
//!
//! Everything here but [`Schemas::of_workspace`] is pure. A schema costs nothing before somebody asks for one of its
//! blocks: then its text is indexed once, and only the blocks asked for are decoded.

mod check;
mod compact;
mod module;
mod provider;
mod refresh;
mod schemas;
mod types;

pub use check::{Called, Outcome, check};
pub use module::{Call, Module, Repetition, Requirement, Resource, Variable, type_constraint};
pub use provider::{Attribute, Block, Mode, NestedBlock, Nesting, Provider};
pub use refresh::{StoredSchema, refresh};
pub use schemas::{Origin, STORED, Schemas, Summary};
pub use types::{Field, Type};
