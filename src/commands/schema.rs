//! `deployer schema`: the provider schemas that checks use.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command as Process, Stdio},
};

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{
    Output,
    output::{HEADING, styled},
};
use crate::{
    cli::{Format, Global},
    error::{Error, Kind, Result},
    files::{GeneratedFile, Workspace, replace},
    schema::{STORED, Schemas, Summary, refresh},
    spec,
};

/// What to do with schemas.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the providers with version and number of types
    Info,
    /// Take the schemas of the providers that a Terraform folder has installed
    Refresh(RefreshArguments),
    /// Print the JSON Schema of `environment.hcl`, for editors
    Specification,
}

/// Arguments of `schema refresh`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  deployer schema refresh environments/dev/10-network    after `terraform init` there

The schemas are kept in .deployer/schemas of the workspace and used instead of the built-in ones.")]
pub struct RefreshArguments {
    /// Folder in which `terraform init` has run
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Read this output of `terraform providers schema -json` instead of running terraform
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

/// Runs the command.
pub fn run(command: &Command, global: &Global, output: &Output) -> Result<()> {
    match command {
        Command::Info => info(global, output),
        Command::Refresh(arguments) => run_refresh(arguments, global, output),
        Command::Specification => output.json(spec::json_schema()),
    }
}

#[derive(Serialize)]
struct Report {
    version: u32,
    providers: Vec<Summary>,
}

fn info(global: &Global, output: &Output) -> Result<()> {
    let providers = Schemas::of_workspace(&global.workspace)?.summaries();
    if output.format == Format::Json {
        return output.json(&Report { version: 1, providers });
    }
    let mut text = styled(
        HEADING,
        &format!("{:<24} {:<9} {:>9} {:>12}  FROM", "PROVIDER", "VERSION", "RESOURCES", "DATA SOURCES"),
    ) + "\n";
    for provider in providers {
        text += &format!(
            "{:<24} {:<9} {:>9} {:>12}  {}\n",
            provider.source, provider.version, provider.resources, provider.data_sources, provider.origin
        );
    }
    output.print(&text)
}

fn run_refresh(arguments: &RefreshArguments, global: &Global, output: &Output) -> Result<()> {
    let workspace = Workspace::open(&global.workspace)?;
    let (json, versions) = if let Some(file) = &arguments.from {
        let text = workspace.read(file)?;
        let text = text.ok_or_else(|| Error::new(Kind::Input, format!("`{}` does not exist", file.display())))?;
        (text, BTreeMap::new())
    } else {
        let json = terraform(&arguments.folder, &["providers", "schema", "-json"])?;
        (json, selections(&terraform(&arguments.folder, &["version", "-json"])?))
    };
    let stored = refresh(&json, &versions)?;
    if stored.is_empty() {
        return Err(Error::new(Kind::Outside, "there are no providers in what terraform printed")
            .hint("run `terraform init` in that folder first"));
    }
    let _lock = workspace.lock()?;
    for schema in stored {
        let path = format!("{STORED}/{}", schema.file);
        replace(&workspace, &GeneratedFile { path, text: schema.text })?;
        output.print(&format!("{} {}\n", schema.source, schema.version))?;
    }
    Ok(())
}

fn selections(answer: &str) -> BTreeMap<String, String> {
    let answer: serde_json::Value = serde_json::from_str(answer).unwrap_or_default();
    serde_json::from_value(answer["provider_selections"].clone()).unwrap_or_default()
}

fn terraform(folder: &Path, arguments: &[&str]) -> Result<String> {
    let program = env::var_os("DEPLOYER_TERRAFORM").unwrap_or_else(|| OsString::from("terraform"));
    let run = Process::new(&program).args(arguments).current_dir(folder).stdin(Stdio::null()).output();
    let answer = run.map_err(|error| {
        Error::new(Kind::Outside, format!("cannot run `{}`", program.to_string_lossy()))
            .caused_by(error)
            .hint("install Terraform, or name it in DEPLOYER_TERRAFORM")
    })?;
    if answer.status.success() {
        return Ok(String::from_utf8_lossy(&answer.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&answer.stderr).trim().to_owned();
    Err(Error::new(Kind::Outside, format!("`terraform {}` failed", arguments.join(" ")))
        .caused_by(said)
        .hint("run `terraform init` in that folder first"))
}
