//! `deployer init`: makes a workspace.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    Output,
    generate::{line, settled},
    output::{DIM, GREEN, styled},
};
use crate::{
    catalog::models::models,
    cli::Global,
    diagnostic::Source,
    error::{Error, Kind, Result},
    files::{Action, GeneratedFile, Workspace, WritePlan, forget, plan, write},
    generate::{Environments, all_files, checked},
    schema::Schemas,
    spec::{self, EnvironmentSpec, config::Tier},
    template,
};

/// Arguments of `init`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  deployer init                                       dev, serving gpt2, in this folder
  deployer init my-models --environment dev,prod
  deployer init my-models --model gpt2 --model stabilityai/stable-diffusion-xl-base-1.0

An environment called `prod` or `production` gets tier prod, `staging` tier staging, any other dev. What only you can \
know (accounts, roles, domains) is filled with examples that a comment marks: change them before a deploy.")]
pub struct Arguments {
    /// Folder of the workspace
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Environments to make
    #[arg(long = "environment", value_name = "NAME", value_delimiter = ',', default_value = "dev")]
    environments: Vec<String>,
    /// Models to serve: repositories on the Hugging Face hub
    #[arg(long = "model", value_name = "SOURCE", default_value = "openai-community/gpt2")]
    models: Vec<String>,
}

/// Runs the command.
pub fn run(arguments: &Arguments, global: &Global, output: &Output) -> Result<()> {
    let here = Path::new(".");
    let folder = match (global.workspace.as_path(), arguments.folder.as_path()) {
        (outer, inner) if inner == here => outer.to_path_buf(),
        (outer, inner) if outer == here => inner.to_path_buf(),
        (outer, inner) => outer.join(inner),
    };
    let workspace = Workspace::at(&folder);
    let mut files = vec![GeneratedFile { path: ".gitignore".to_owned(), text: template::GITIGNORE.to_owned() }];
    let mut environments: Vec<EnvironmentSpec> = Vec::new();
    for name in unique(&arguments.environments) {
        if !spec::is_environment_name(name) {
            let message = format!("`{name}` cannot be the name of an environment");
            return Err(Error::new(Kind::Input, message).hint(format!("use {}", spec::ENVIRONMENT_NAMES)));
        }
        let path = format!("environments/{name}/environment.hcl");
        if workspace.path(&path).exists() {
            return Err(Error::new(Kind::Changes, format!("`{path}` exists")).hint(
                "init never overwrites: name another environment, or edit that file and run `deployer generate`",
            ));
        }
        let text = template::specification(&project_name(&folder), name, tier(name), &sources(arguments)?);
        let loaded = spec::load(name, Source::new(&path, &text)).map_err(Error::from_diagnostics)?;
        environments.push(loaded.environment);
        files.push(GeneratedFile { path, text });
    }
    let joins = workspace.path("environments").is_dir() && !workspace.environments()?.is_empty();
    if joins {
        // What the others need decides what the modules have, so all of them must be understood.
        environments.extend(Environments::load(&workspace)?.all);
    }
    // One that was removed and comes back is new: nobody deleted its files one by one.
    for removed in workspace.removed_environments() {
        forget(&workspace, &removed)?;
    }
    let selected: Vec<&EnvironmentSpec> = environments.iter().collect();
    let generated = all_files(&environments, &selected);
    checked(&generated, &Schemas::embedded())?;
    create_missing(&workspace, files)?;
    let lock = workspace.lock()?;
    let plan = plan(&workspace, generated, &[])?;
    write(&workspace, &lock, &plan)?;
    report(arguments, &folder, joins, &plan, output)?;
    settled(&plan, false)
}

fn report(arguments: &Arguments, folder: &Path, joins: bool, plan: &WritePlan, output: &Output) -> Result<()> {
    for conflict in plan.conflicts() {
        output.print(&line(conflict))?;
    }
    let folder = folder.display();
    let names: Vec<&str> = unique(&arguments.environments).into_iter().collect();
    let first = names.first().copied().unwrap_or("dev");
    let at = if folder.to_string() == "." { String::new() } else { format!(" -C {folder}") };
    let names = names.join(", ");
    let what =
        if joins { format!("{names} in workspace `{folder}`") } else { format!("workspace `{folder}` with {names}") };
    let (created, updated) = (plan.count(Action::Create), plan.count(Action::Update));
    let updated = if updated == 0 { String::new() } else { format!(", {updated} updated") };
    output.print(&format!("{} {what}: {created} files generated{updated}\n", styled(GREEN, "made")))?;
    output.print(&format!(
        "{}\n  edit  {folder}/environments/{first}/environment.hcl\n  deployer{at} preview {first}\n  deployer{at} generate\n",
        styled(DIM, "next:")
    ))
}

/// Writes files that are not there yet, outside the generator's care: they are the operator's from now on.
fn create_missing(workspace: &Workspace, files: Vec<GeneratedFile>) -> Result<()> {
    for file in files {
        if !workspace.path(&file.path).exists() {
            crate::files::replace(workspace, &file)?;
        }
    }
    Ok(())
}

fn unique(names: &[String]) -> BTreeSet<&str> {
    names.iter().map(String::as_str).collect()
}

fn tier(name: &str) -> Tier {
    match name {
        "prod" | "production" => Tier::Prod,
        "staging" => Tier::Staging,
        _ => Tier::Dev,
    }
}

/// Full repository names, for what the catalogue knows by a short one.
fn sources(arguments: &Arguments) -> Result<Vec<String>> {
    arguments.models.iter().map(|source| source_name(source)).collect()
}

fn source_name(source: &str) -> Result<String> {
    if let Some(model) = models().find(source) {
        return Ok(model.id.clone());
    }
    let error = Error::new(Kind::Input, format!("the size of `{source}` is not known"));
    Err(match models().suggest(source) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None => error.hint("leave it out, then add it to environment.hcl with `parameters_billion`"),
    })
}

/// A project's name made of the folder's: what is allowed of it, or a plain word.
fn project_name(folder: &Path) -> String {
    let full = std::path::absolute(folder).unwrap_or_default();
    let name = full.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let allowed: String =
        name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let allowed: String =
        allowed.trim_start_matches(|first: char| !first.is_ascii_lowercase()).chars().take(16).collect();
    let allowed = allowed.trim_end_matches('-');
    if allowed.len() < 2 { "models".to_owned() } else { allowed.to_owned() }
}
