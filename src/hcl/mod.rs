//! HCL, without any knowledge of what `deployer` writes in it.

mod document;

pub use document::Document;
