//! Terraform's provider schemas, and the check of Terraform modules against them.

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
