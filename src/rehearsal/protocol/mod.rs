//! Terraform's plugin protocol, version 6, as far as a provider speaks it: its messages, and gRPC for unary calls.
//!
//! Facts are from the protocol's published documentation; the messages are written by hand as Rust types, so that
//! building needs no compiler for protocol buffers.

pub(super) mod frame;
pub(super) mod messages;

/// The version of the protocol.
pub(super) const VERSION: u32 = 6;

/// The gRPC service that a provider is.
pub(super) const SERVICE: &str = "/tfplugin6.Provider/";
