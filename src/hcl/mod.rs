//! HCL, without any knowledge of what `deployer` writes in it.

mod document;
pub mod evaluate;
mod functions;

pub use document::Document;
