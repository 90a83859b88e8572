//! The workspace on disk: what generating would change in it, and the only code that changes it.

mod plan;
mod workspace;
mod write;

pub use plan::{Action, Change, GeneratedFile, WritePlan, plan};
pub use workspace::{Workspace, WorkspaceLock};
pub use write::{Written, forget, replace, write};
