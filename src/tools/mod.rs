//! Programs of others that `deployer` drives.

mod process;
pub mod terraform;
