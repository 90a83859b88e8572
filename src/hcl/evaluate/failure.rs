//! Why an operation has no value.

use super::value::{Unknown, Value};

/// Why an operation has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Terraform would refuse the operation too; the message names what is wrong.
    Wrong(String),
    /// The result waits for something that is not known.
    Waits(Unknown),
}

/// The value of an operation, or why there is none.
pub type Outcome = Result<Value, Failure>;

/// A failure that Terraform would report too.
pub(crate) fn wrong<T>(message: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::Wrong(message.into()))
}

/// A value that Terraform knows but this evaluation does not compute.
pub(crate) fn waits<T>(origin: impl Into<std::sync::Arc<str>>) -> Result<T, Failure> {
    Err(Failure::Waits(Unknown::new(origin)))
}
