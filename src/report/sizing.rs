//! A sizing as tables of 80 columns, and as JSON.

use std::fmt::{self, Write as _};

use serde::Serialize;

use crate::catalog::sizing::{Reason, Refused, Sizing};

/// The sizing as text: what the model needs, the instances that hold it, and why the others do not.
#[must_use]
pub fn render(sizing: &Sizing) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write_needs(&mut text, sizing)
        .and_then(|()| write_fitting(&mut text, sizing))
        .and_then(|()| write_refused(&mut text, sizing))
        .and_then(|()| writeln!(text, "\n{}", super::provenance("Prices", sizing.prices)));
    text
}

fn write_needs(text: &mut String, sizing: &Sizing) -> fmt::Result {
    let context = super::thousands(&sizing.context.to_string());
    writeln!(text, "{} in {}, {} × {context} tokens", sizing.model, sizing.dtype, sizing.batch)?;
    writeln!(text)?;
    let mut line = |name: &str, gib: f64, note: &str| {
        let line = format!("{name:<24}{gib:>10.2} GiB  {note}");
        writeln!(text, "{}", line.trim_end())
    };
    line("Weights", sizing.weights_gib, "")?;
    let per_token = format!("{} bytes per token", super::thousands(&sizing.kv_bytes_per_token.to_string()));
    line("Key-value cache", sizing.kv_cache_gib, if sizing.kv_bytes_per_token == 0 { "" } else { &per_token })?;
    line("Activations", sizing.activations_gib, "")?;
    for need in &sizing.needs {
        let gpus = if need.gpus == 1 { "1 GPU".to_owned() } else { format!("{} GPUs", need.gpus) };
        line(&format!("Needed on {gpus}"), need.need_gib, "10 % of it kept free")?;
    }
    line("Main memory to load", sizing.host_memory_gib, "")
}

fn write_fitting(text: &mut String, sizing: &Sizing) -> fmt::Result {
    if sizing.fitting.is_empty() {
        return writeln!(text, "\nNo instance holds it.");
    }
    writeln!(text)?;
    writeln!(
        text,
        "{:<15}{:<13}{:>10}{:>11}{:>14}{:>17}",
        "Instance", "GPUs", "Need GiB", "Spare GiB", "USD per hour", "Cache tokens"
    )?;
    for fit in &sizing.fitting {
        let gpus = fit.instance.gpus.as_ref().map(|gpus| format!("{} × {}", gpus.count, gpus.gpu.name));
        let tokens = fit.kv_room_tokens.map(|tokens| super::thousands(&tokens.to_string()));
        writeln!(
            text,
            "{:<15}{:<13}{:>10.1}{:>11.1}{:>14.4}{:>17}",
            fit.instance.name,
            gpus.unwrap_or_default(),
            fit.need_gib,
            fit.headroom_gib,
            fit.price_per_hour,
            tokens.as_deref().unwrap_or("-"),
        )?;
    }
    Ok(())
}

fn write_refused(text: &mut String, sizing: &Sizing) -> fmt::Result {
    if sizing.refused.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n{:<15}Why not", "Instance")?;
    for refused in &sizing.refused {
        writeln!(text, "{:<15}{}", refused.instance.name, reason(refused, sizing))?;
    }
    Ok(())
}

fn reason(refused: &Refused, sizing: &Sizing) -> String {
    let gpus = refused.instance.gpus.as_ref();
    let (count, gpu) = gpus.map_or((0, ""), |gpus| (gpus.count, gpus.gpu.name.as_str()));
    match refused.reason {
        Reason::Dtype => format!("{gpu} has no {}", sizing.dtype),
        Reason::Heads { kv_heads: 0 } => "the model runs on one GPU".to_owned(),
        Reason::Heads { kv_heads } => format!("{count} GPUs do not divide {kv_heads} key-value heads"),
        Reason::GpuMemory { need_gib, have_gib } => {
            format!("GPU memory {have_gib:.1} GiB, needs {need_gib:.1}")
        }
        Reason::HostMemory { need_gib, have_gib } => {
            format!("main memory {have_gib:.1} GiB, needs {need_gib:.1} to load the weights")
        }
    }
}

/// The sizing as JSON: [`Sizing`] with the version of this format.
#[derive(Debug, Serialize)]
pub struct SizingReport<'a> {
    /// Grows when a field changes its meaning or goes away.
    pub version: u32,
    /// The sizing.
    #[serde(flatten)]
    pub sizing: &'a Sizing,
}

impl<'a> SizingReport<'a> {
    /// A sizing in the present version of the format.
    #[must_use]
    pub const fn new(sizing: &'a Sizing) -> Self {
        Self { version: 1, sizing }
    }
}
