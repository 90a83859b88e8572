//! `deployer cost`: what an environment costs a month.

use clap::Args;
use serde::Serialize;

use super::{
    Output,
    output::{DIM, HEADING, styled},
};
use crate::{
    catalog::cost::Cost,
    cli::{Format, Global},
    error::Result,
    generate::{Environments, all_files},
    preview::{Usage, bill, expand_stacks, usage},
    report,
    schema::Schemas,
    spec::EnvironmentSpec,
};

/// Arguments of `cost`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  deployer cost prod
  deployer cost dev --hours 60 --requests 0.2
  deployer cost prod --format json

List prices of us-east-1, without discounts, spot prices or tax. What no specification says (traffic, logs, hours) is \
assumed by tier and printed with the bill.")]
pub struct Arguments {
    /// Environment
    #[arg(value_name = "ENV")]
    environment: String,
    /// Hours a month that each model node runs
    #[arg(long, value_name = "HOURS")]
    hours: Option<f64>,
    /// Requests a month, in millions
    #[arg(long, value_name = "MILLIONS")]
    requests: Option<f64>,
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    environment: &'a str,
    assumed: &'a Usage,
    #[serde(flatten)]
    cost: &'a Cost,
}

/// Runs the command.
pub fn run(arguments: &Arguments, global: &Global, output: &Output) -> Result<()> {
    let environments = Environments::load(&super::workspace(global)?)?;
    let environment = environments.find(&arguments.environment)?;
    let files = all_files(&environments.all, &[environment]);
    let stacks = expand_stacks(environment, &files, &Schemas::embedded());
    let mut usage = usage(environment.tier);
    usage.model_node_hours = arguments.hours.unwrap_or(usage.model_node_hours);
    usage.requests_millions = arguments.requests.unwrap_or(usage.requests_millions);
    let cost = bill(environment, &stacks, &usage);
    if output.format == Format::Json {
        let report = Report { version: 1, environment: &environment.name, assumed: &usage, cost: &cost };
        return output.json(&report);
    }
    output.print(&styled(HEADING, &format!("Monthly cost of {}", environment.resource_prefix())))?;
    output.print(&format!("\n\n{}\n{}", report::cost::render(&cost), assumptions(&usage, environment)))
}

/// What the bill assumes, in words.
pub(super) fn assumptions(usage: &Usage, environment: &EnvironmentSpec) -> String {
    let text = format!(
        "Assumed for a month: {} h for each model node, {} M requests, {} GB delivered,\n\
         {} GB through NAT, {} GB of logs, {} GB of images, {} GB in S3.\nList prices of us-east-1{}.\n",
        usage.model_node_hours,
        usage.requests_millions,
        usage.delivered_gb,
        usage.nat_data_gb,
        usage.logs_gb,
        usage.images_gb,
        usage.objects_gb,
        if environment.region == "us-east-1" { "" } else { "; other Regions differ by some percent" },
    );
    styled(DIM, &text)
}
