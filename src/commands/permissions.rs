//! `deployer permissions`: the least-privilege policy of whoever deploys an environment.

use clap::Args;
use serde::Serialize;

use super::Output;
use crate::{
    catalog::{
        permissions::{Access, PolicyDocument, table},
        regions::partition,
    },
    cli::{Format, Global},
    error::{Error, Kind, Result},
    generate::Environments,
    permissions,
};

/// What stands for an account that the specification does not name.
const ACCOUNT_PLACEHOLDER: &str = "ACCOUNT_ID";

/// Arguments of `permissions`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  deployer permissions prod > deploy-policy.json
  deployer permissions prod --plan          for a role that only plans, on pull requests

IAM limits a managed policy to 6144 characters, so the result may be several documents: a JSON array, each to be \
attached to the role as a policy of its own.")]
pub struct Arguments {
    /// Environment
    #[arg(value_name = "ENV")]
    environment: String,
    /// Only what planning needs: reading, and the lock on the state
    #[arg(long)]
    plan: bool,
    /// Account id, where the specification does not name it
    #[arg(long, value_name = "ID")]
    account: Option<String>,
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    environment: &'a str,
    source: &'a str,
    documents: &'a [PolicyDocument],
}

/// Runs the command.
pub fn run(arguments: &Arguments, global: &Global, output: &Output) -> Result<()> {
    let environments = Environments::load(&super::workspace(global)?)?;
    let environment = environments.find(&arguments.environment)?;
    let account = arguments.account.as_deref().or(environment.account_id.as_deref());
    let access = if arguments.plan { Access::Plan } else { Access::Deploy };
    let partition = partition(&environment.region);
    let documents = permissions::documents(environment, partition, account.unwrap_or(ACCOUNT_PLACEHOLDER), access)
        .map_err(|error| Error::new(Kind::Failed, "cannot tell what this environment needs").caused_by(error))?;
    if account.is_none() {
        output.remark(&format!(
            "note: the specification names no account; `{ACCOUNT_PLACEHOLDER}` stands for it (or pass --account)"
        ))?;
    }
    if output.format == Format::Json {
        let source = table().source.as_str();
        return output.json(&Report { version: 1, environment: &environment.name, source, documents: &documents });
    }
    match documents.as_slice() {
        [document] => output.json(document),
        several => output.json(&several),
    }
}
