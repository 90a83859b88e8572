//! HCL, without any knowledge of what `deployer` writes in it.

mod document;
mod flatten;
mod reference;
mod tolerance;

pub use document::Document;
pub use reference::{Found, Reference, Step, visit};
pub use tolerance::is_masked;
