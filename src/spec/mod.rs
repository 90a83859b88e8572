//! The specification: what `environment.hcl` says, parsed once into an [`EnvironmentSpec`] that never changes.

pub mod config;
mod edge;
mod environment;
mod literal;
mod load;
mod model;
mod network;
mod resolve;
mod structure;
mod timeouts;

pub use environment::{
    Cluster, Delivery, Domain, Edge, EnvironmentSpec, Model, Monitoring, Network, NodeGroup, Registry, Reservation,
};
pub(crate) use load::{ENVIRONMENT_NAMES, is_environment_name};
pub use load::{Loaded, load};
pub(crate) use resolve::word;
pub use structure::json_schema;
pub use timeouts::Timeouts;
