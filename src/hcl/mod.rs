//! HCL, without any knowledge of what `deployer` writes in it.

pub mod build;
mod document;
pub mod evaluate;
pub mod expand;
mod flatten;
mod functions;
mod merge;
mod reference;
mod tolerance;

pub use document::Document;
pub use merge::{Merge, merge};
pub use reference::{Found, Reference, Step, visit};
pub use tolerance::is_masked;
