//! A monthly bill as a table of 80 columns, and as JSON.

use std::fmt::{self, Write as _};

use serde::Serialize;

use crate::catalog::cost::Cost;

/// Columns of the amounts; the rest of a line of 80 is for names.
const AMOUNT: usize = 14;
const NAME: usize = 80 - AMOUNT;

/// The bill as a table: one line per item that costs something, the total, and where the prices are from.
#[must_use]
pub fn render(cost: &Cost) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut text, cost);
    text
}

fn write(text: &mut String, cost: &Cost) -> fmt::Result {
    writeln!(text, "{:<NAME$}{:>AMOUNT$}", "Item", "USD per month")?;
    for item in cost.items.iter().filter(|item| item.monthly > 0.0) {
        writeln!(text, "{:<NAME$}{:>AMOUNT$}", item.name, amount(item.monthly))?;
    }
    writeln!(text, "{:-<80}", "")?;
    writeln!(text, "{:<NAME$}{:>AMOUNT$}", "Total", amount(cost.total))?;
    writeln!(text)?;
    writeln!(text, "{}", super::provenance("Prices", cost.prices))?;
    writeln!(text, "{}", super::provenance("Instances", cost.instance_prices))
}

/// Cents, with a comma between thousands.
fn amount(usd: f64) -> String {
    let text = format!("{usd:.2}");
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    format!("{}.{cents}", super::thousands(whole))
}

/// The bill as JSON: [`Cost`] with the version of this format.
#[derive(Debug, Serialize)]
pub struct CostReport<'a> {
    /// Grows when a field changes its meaning or goes away.
    pub version: u32,
    /// The bill.
    #[serde(flatten)]
    pub cost: &'a Cost,
}

impl<'a> CostReport<'a> {
    /// A bill in the present version of the format.
    #[must_use]
    pub const fn new(cost: &'a Cost) -> Self {
        Self { version: 1, cost }
    }
}
