//! HCL, without any knowledge of what `deployer` writes in it.

mod document;
pub mod evaluate;
pub mod expand;
mod functions;

pub use document::Document;
