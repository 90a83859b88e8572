//! How results reach people and programs.

mod diagnostic;

pub use diagnostic::{Colour, json, people, workflow};
