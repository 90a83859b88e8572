//! `deployer preview`: everything a deploy would do, without touching anything.

use clap::Args;
use serde::Serialize;

use super::{
    Output,
    output::{DIM, GREEN, HEADING, RED, YELLOW, styled},
};
use crate::{
    catalog::{cost::Cost, permissions::Access, regions::partition},
    cli::{Format, Global},
    error::Result,
    files::{Action, WritePlan, plan},
    generate::{Environments, all_files},
    permissions,
    preview::{STAGES, Singleton, StackResources, Stage, Usage, bill, expand_stacks, resources, singletons, usage},
    report,
    schema::Schemas,
    spec::EnvironmentSpec,
};

/// Arguments of `preview`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  deployer preview prod
  deployer preview prod --verbose          every resource by its full address
  deployer preview prod --format json

Nothing is asked of AWS or Terraform: what only a deploy can know is shown as such.")]
pub struct Arguments {
    /// Environment
    #[arg(value_name = "ENV")]
    environment: String,
}

/// Everything that the command tells; also its JSON form.
#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    environment: &'a str,
    region: &'a str,
    account: Option<&'a str>,
    files: Vec<File<'a>>,
    stages: &'a [Stage],
    stacks: Vec<StackResources>,
    singletons: Vec<Singleton>,
    policy_documents: usize,
    assumed: Usage,
    cost: Cost,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    action: Action,
}

/// Runs the command.
pub fn run(arguments: &Arguments, global: &Global, output: &Output) -> Result<()> {
    let workspace = super::workspace(global)?;
    let environments = Environments::load(&workspace)?;
    output.diagnostics(&environments.warnings)?;
    let environment = environments.find(&arguments.environment)?;
    let files = all_files(&environments.all, &[environment]);
    let stacks = expand_stacks(environment, &files, &Schemas::embedded());
    let scopes = ["modules".to_owned(), format!("environments/{}", environment.name)];
    let plan = plan(&workspace, files, &scopes)?;
    let usage = usage(environment.tier);
    let account = environment.account_id.as_deref();
    let documents =
        permissions::documents(environment, partition(&environment.region), account.unwrap_or("*"), Access::Deploy);
    let report = Report {
        version: 1,
        environment: &environment.name,
        region: &environment.region,
        account,
        files: changed_files(&plan),
        stages: &STAGES,
        stacks: resources(environment, &stacks),
        singletons: singletons(environment, &environments.all, &stacks),
        policy_documents: documents.map_or(0, |documents| documents.len()),
        assumed: usage,
        cost: bill(environment, &stacks, &usage),
    };
    if output.format == Format::Json {
        return output.json(&report);
    }
    output.print(&plain(&report, &plan, environment, global.verbose))
}

fn changed_files(plan: &WritePlan) -> Vec<File<'_>> {
    let changes = plan.changes.iter().filter(|change| change.action != Action::Unchanged);
    changes.map(|change| File { path: &change.path, action: change.action }).collect()
}

fn plain(report: &Report<'_>, plan: &WritePlan, environment: &EnvironmentSpec, verbose: bool) -> String {
    let mut text = heading(&format!(
        "{}  {}  {}",
        environment.resource_prefix(),
        report.region,
        report.account.map_or_else(|| "account of the credentials".to_owned(), |account| format!("account {account}")),
    ));
    text += &files(report, plan);
    text += &stages();
    text += &stack_list(report, verbose);
    text += &singleton_list(report);
    text += &heading("Cost");
    text += &report::cost::render(&report.cost);
    text += &super::cost::assumptions(&report.assumed, environment);
    text += &format!(
        "\n{}The deploy role needs {} policy documents: deployer permissions {}\n",
        heading("Permissions"),
        report.policy_documents,
        report.environment
    );
    text
}

fn heading(title: &str) -> String {
    format!("{}\n", styled(HEADING, title))
}

fn files(report: &Report<'_>, plan: &WritePlan) -> String {
    let mut text = format!("\n{}", heading("Files"));
    if report.files.is_empty() {
        return text + &format!("{} generated, nothing to change\n", plan.changes.len());
    }
    for file in &report.files {
        let (style, word) = match file.action {
            Action::Create => (GREEN, "create"),
            Action::Update => (YELLOW, "update"),
            Action::Delete => (RED, "delete"),
            Action::Keep | Action::Unchanged => (DIM, "keep"),
            Action::Conflict | Action::Foreign | Action::Missing | Action::Orphan => (RED, "conflict"),
        };
        text += &format!("{} {}\n", styled(style, &format!("{word:<8}")), file.path);
    }
    text
}

fn stages() -> String {
    let mut text = format!("\n{}", heading("Stages, in order"));
    for stage in &STAGES {
        let line = match stage.needs {
            [] => stage.summary.to_owned(),
            needs => format!("{:<42} {}", stage.summary, styled(DIM, &format!("after {}", needs.join(", ")))),
        };
        text += &format!("{:<11} {line}\n", stage.name);
    }
    text
}

fn stack_list(report: &Report<'_>, verbose: bool) -> String {
    let total: usize = report.stacks.iter().map(|stack| stack.total).sum();
    let mut text = format!("\n{}", heading(&format!("Resources: {total} in {} stacks", report.stacks.len())));
    for stack in &report.stacks {
        let more = if stack.more { " at least" } else { "" };
        text += &format!("{}  {}\n", styled(HEADING, stack.stack), styled(DIM, &format!("{}{more}", stack.total)));
        for resource in &stack.resources {
            match (&resource.waits_for, verbose) {
                (Some(reference), _) => {
                    let why = format!("as many as {reference} says");
                    text += &format!("  {}  {}\n", resource.address, styled(DIM, &why));
                }
                (None, true) => resource.instances.iter().for_each(|address| text += &format!("  {address}\n")),
                (None, false) if resource.count > 1 => {
                    text += &format!("  {}  {}\n", resource.address, styled(DIM, &format!("× {}", resource.count)));
                }
                (None, false) => text += &format!("  {}\n", resource.address),
            }
        }
    }
    text
}

fn singleton_list(report: &Report<'_>) -> String {
    if report.singletons.is_empty() {
        return String::from("\n");
    }
    let mut text = format!("\n{}", heading("Once per account or Region"));
    for singleton in &report.singletons {
        text += &format!("{}\n  {}\n", singleton.address, styled(DIM, singleton.what));
        if !singleton.also_in.is_empty() {
            let others = singleton.also_in.join(", ");
            let warning = format!("also made by {others}: set `{} = false` in all but one", singleton.setting);
            text += &format!("  {}\n", styled(YELLOW, &warning));
        }
    }
    text + "\n"
}
