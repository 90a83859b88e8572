//! The workspace on disk: what generating would change in it, and the only code that changes it.

mod plan;
mod rehearsal;
mod workspace;
mod write;

pub use plan::{Action, Change, GeneratedFile, WritePlan, plan};
pub use rehearsal::{PrivateFolder, copy_stack, write_inputs};
pub use workspace::{Workspace, WorkspaceLock};
pub use write::{Written, forget, replace, write};
