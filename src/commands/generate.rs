//! `deployer generate`: writes the Terraform of environments, or shows what it would write.

use clap::Args;
use serde::Serialize;

use super::{
    Output,
    output::{DIM, GREEN, RED, YELLOW, counted, styled},
};
use crate::{
    cli::{Format, Global},
    error::{Error, Kind, Result},
    files::{Action, Change, WritePlan, plan, write},
    generate::{Environments, all_files, checked},
    report::difference,
    schema::Schemas,
};

/// Arguments of `generate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  deployer generate                every environment of the workspace
  deployer generate dev            one environment, and the modules
  deployer generate --dry-run      show the changes as a diff, write nothing
  deployer generate --check        for CI: exit with 3 if anything would change

A file that was edited by hand is never overwritten. Where the generator has something new for it too, the file is \
reported and the exit code is 3.")]
pub struct Arguments {
    /// Environments; all where none is named
    #[arg(value_name = "ENV")]
    environments: Vec<String>,
    /// Write nothing; exit with 3 when anything would change
    #[arg(long)]
    check: bool,
    /// Write nothing; show what would change as a unified diff
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments, global: &Global, output: &Output) -> Result<()> {
    let workspace = super::workspace(global)?;
    let environments = Environments::load(&workspace)?;
    output.diagnostics(&environments.warnings)?;
    let selected = environments.select(&arguments.environments)?;

    let generated = all_files(&environments.all, &selected);
    let mut scopes = vec!["modules".to_owned()];
    scopes.extend(selected.iter().map(|environment| format!("environments/{}", environment.name)));
    if arguments.environments.is_empty() {
        scopes.extend(workspace.removed_environments());
    }
    let lock = if arguments.check || arguments.dry_run { None } else { Some(workspace.lock()?) };
    let plan = plan(&workspace, generated.clone(), &scopes)?;
    // What is generated as it was the last time was checked then; the check takes most of the time.
    if plan.has_news() {
        checked(&generated, &Schemas::embedded())?;
    }
    if let Some(lock) = &lock {
        write(&workspace, lock, &plan)?;
    }
    show(&plan, arguments, output)?;
    verdict(&plan, arguments)
}

fn show(plan: &WritePlan, arguments: &Arguments, output: &Output) -> Result<()> {
    if output.format == Format::Json {
        return output.json(&Report::new(plan, !arguments.check && !arguments.dry_run));
    }
    for change in plan.changes.iter().filter(|change| change.action != Action::Unchanged) {
        output.print(&line(change))?;
        if arguments.dry_run && change.action != Action::Keep {
            output.print(&difference::unified(change))?;
        }
    }
    output.print(&format!("{}\n", summary(plan, arguments)))
}

pub(super) fn line(change: &Change) -> String {
    let (style, word, remark) = match change.action {
        Action::Create => (GREEN, "create", ""),
        Action::Update => (YELLOW, "update", ""),
        Action::Delete => (RED, "delete", ""),
        Action::Keep if change.disk.is_none() => (DIM, "keep", "deleted by hand"),
        Action::Keep => (DIM, "keep", "edited by hand"),
        Action::Conflict => (RED, "conflict", "edited by hand, and the generator has changes too; left as it is"),
        Action::Foreign => (RED, "conflict", "not made by deployer; left as it is"),
        Action::Missing => (RED, "conflict", "deleted by hand, and the generator has it; left away"),
        Action::Orphan => (RED, "conflict", "no longer generated, but edited by hand; left as it is"),
        Action::Unchanged => (DIM, "same", ""),
    };
    let remark = if remark.is_empty() { String::new() } else { format!("  {}", styled(DIM, &format!("({remark})"))) };
    format!("{} {}{remark}\n", styled(style, &format!("{word:<8}")), change.path)
}

fn summary(plan: &WritePlan, arguments: &Arguments) -> String {
    let count = |action| plan.count(action);
    let (created, updated, deleted) = (count(Action::Create), count(Action::Update), count(Action::Delete));
    let conflicts = plan.conflicts().count();
    if created + updated + deleted + conflicts == 0 {
        return format!("{} files, nothing to change", plan.changes.len());
    }
    let tense = if arguments.check || arguments.dry_run { " would be" } else { "" };
    let mut parts = Vec::new();
    for (number, word) in [(created, "created"), (updated, "updated"), (deleted, "deleted")] {
        if number > 0 {
            parts.push(format!("{number}{tense} {word}"));
        }
    }
    if conflicts > 0 {
        parts.push(format!("{conflicts} to settle"));
    }
    parts.join(", ")
}

fn verdict(plan: &WritePlan, arguments: &Arguments) -> Result<()> {
    settled(plan, arguments.dry_run)?;
    if arguments.check && plan.has_changes() {
        return Err(Error::new(Kind::Changes, "the workspace is not as generated").hint("run `deployer generate`"));
    }
    Ok(())
}

/// Demands that a plan leaves nothing to decide; the hints say how each kind of conflict is settled.
pub(super) fn settled(plan: &WritePlan, both_sides_shown: bool) -> Result<()> {
    let conflicts = plan.conflicts().count();
    if conflicts == 0 {
        return Ok(());
    }
    let mut hints = Vec::new();
    if !both_sides_shown {
        hints.push("see both sides with `deployer generate --dry-run`");
    }
    if plan.count(Action::Conflict) + plan.count(Action::Foreign) > 0 {
        hints.push("to take the generated side, delete both the file and its copy under .deployer/base");
        hints.push("to keep yours, put the generated text under .deployer/base: it then counts as your edit");
    }
    if plan.count(Action::Missing) > 0 {
        hints.push("to have a deleted file again, delete its copy under .deployer/base too");
        hints.push("to keep it away, put the generated text under .deployer/base");
    }
    if plan.count(Action::Orphan) > 0 {
        hints.push("what is no longer generated is yours: delete it, or only its copy under .deployer/base");
    }
    let error = Error::new(Kind::Changes, format!("{} to settle", counted(conflicts, "file")));
    Err(hints.into_iter().fold(error, Error::hint))
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    written: bool,
    changes: Vec<ReportedChange<'a>>,
}

#[derive(Serialize)]
struct ReportedChange<'a> {
    path: &'a str,
    action: Action,
    difference: String,
}

impl<'a> Report<'a> {
    fn new(plan: &'a WritePlan, written: bool) -> Self {
        let changes = plan.changes.iter().filter(|change| change.action != Action::Unchanged);
        let changes = changes.map(|change| ReportedChange {
            path: &change.path,
            action: change.action,
            difference: difference::plain(change),
        });
        Self { version: 1, written, changes: changes.collect() }
    }
}
