//! `deployer validate`: checks Terraform offline, whoever wrote it.

use std::path::PathBuf;

use clap::Args;

use super::{
    Output,
    output::{GREEN, counted, styled},
};
use crate::{
    cli::{Format, Global},
    diagnostic::{Diagnostic, Severity},
    error::{Error, Result},
    files::Workspace,
    generate::Environments,
    schema::Schemas,
    validate::{Validation, validate},
};

/// Arguments of `validate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  deployer validate                     the whole workspace: specifications, stacks, modules
  deployer validate prod                one environment
  deployer validate ../other/module     any Terraform, without `init`, network or account

Needs neither Terraform nor a network: the schemas of the providers are in the program.")]
pub struct Arguments {
    /// Environments, or paths of Terraform files and folders; the whole workspace where none is named
    #[arg(value_name = "ENV or PATH")]
    targets: Vec<String>,
}

/// Runs the command.
pub fn run(arguments: &Arguments, global: &Global, output: &Output) -> Result<()> {
    let Targets { paths, mut problems } = targets(arguments, global)?;
    let schemas = Schemas::of_workspace(&global.workspace)?;
    let Validation { diagnostics, modules, files, unchecked } = validate(&paths, &global.workspace, &schemas)?;
    problems.extend(diagnostics);
    problems.sort_by(|left, right| left.sort_key().cmp(&right.sort_key()));
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    if output.format == Format::Json {
        output.print(&format!("{}\n", output.diagnostics_json(&problems)?))?;
    } else {
        output.diagnostics(&problems)?;
        for (provider, types) in &unchecked {
            let types = counted(types.len(), "type");
            output.remark(&format!("note: {types} of {provider} not checked inside: there is no schema of it here"))?;
        }
        let warnings = problems.len() - errors;
        let verdict = format!(
            "{} in {}: {}, {}",
            counted(files, "file"),
            counted(modules, "module"),
            counted(errors, "error"),
            counted(warnings, "warning")
        );
        output.print(&format!("{}\n", if errors == 0 { styled(GREEN, &verdict) } else { verdict }))?;
    }
    if errors == 0 { Ok(()) } else { Err(Error::counting(&problems)) }
}

struct Targets {
    paths: Vec<PathBuf>,
    problems: Vec<Diagnostic>,
}

/// Names of environments stand for their folders; in a workspace the specifications are checked too.
fn targets(arguments: &Arguments, global: &Global) -> Result<Targets> {
    let workspace = Workspace::open(&global.workspace);
    let mut targets = Targets { paths: Vec::new(), problems: Vec::new() };
    let names = workspace.as_ref().map_or_else(|_| Ok(Vec::new()), Workspace::environments)?;
    let mut of_workspace = arguments.targets.is_empty();
    for target in &arguments.targets {
        if names.contains(target) {
            of_workspace = true;
            targets.paths.push(global.workspace.join("environments").join(target));
        } else {
            targets.paths.push(PathBuf::from(target));
        }
    }
    if arguments.targets.is_empty() {
        match &workspace {
            // What a workspace holds besides is not its Terraform.
            Ok(_) => targets.paths.extend(["environments", "modules"].map(|folder| global.workspace.join(folder))),
            Err(_) => targets.paths.push(global.workspace.clone()),
        }
        targets.paths.retain(|path| path.exists());
    }
    if of_workspace && let Ok(workspace) = workspace {
        match Environments::load(&workspace) {
            Ok(environments) => targets.problems.extend(environments.warnings),
            Err(error) if !error.diagnostics.is_empty() => targets.problems.extend(error.diagnostics),
            // A folder of Terraform that happens to be called like a workspace's is fine.
            Err(_) => {}
        }
    }
    Ok(targets)
}
