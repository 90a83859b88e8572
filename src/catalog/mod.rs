//! Facts about the outside world, as typed views of the tables under `assets/`, and the arithmetic over them.
//!
//! A table is parsed on first use and only then, so that a command pays for what it reads. Every table says when and
//! where its facts were taken ([`Provenance`]); reports repeat that.

pub mod cost;
pub mod instances;
pub mod kubernetes_versions;
pub mod model_files;
pub mod models;
pub mod permissions;
pub mod prices;
pub mod regions;
pub mod sizing;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// When and where a table's facts were taken, and which of them nobody checked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The day of the price list, or the day on which the table was put together, as `YYYY-MM-DD`.
    pub date: String,
    /// Where, in words.
    pub source: String,
}

/// Parses a table that is part of the program.
#[expect(
    clippy::panic,
    reason = "the text is compiled in and the unit tests parse each table: no input of the operator can get here"
)]
fn embedded<T: DeserializeOwned>(name: &str, text: &str) -> T {
    match serde_json::from_str(text) {
        Ok(table) => table,
        Err(error) => panic!("assets/{name} is not the table the program expects: {error}"),
    }
}
