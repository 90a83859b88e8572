//! Compares what is generated now with what was generated last and with what lies on disk.

use std::{collections::BTreeSet, fs, path::Path};

use rayon::prelude::*;

use super::Workspace;
use crate::{
    error::Result,
    hcl::{Merge, merge},
};

/// A file that the generator wants to exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Path in the workspace, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl GeneratedFile {
    /// Whether it is Terraform, as opposed to a readme, a template or a script.
    #[must_use]
    pub fn is_terraform(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "tf")
    }
}

/// What happens to one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// New.
    Create,
    /// Rewritten.
    Update,
    /// Removed: no longer generated, and nobody edited it.
    Delete,
    /// Edited or deleted by hand; stays as it is, nothing new to take over.
    Keep,
    /// Edited by hand and changed by the generator; stays as it is.
    Conflict,
    /// Not made by `deployer`, and in the way; stays as it is.
    Foreign,
    /// Deleted by hand and changed by the generator; stays away.
    Missing,
    /// No longer generated, but edited by hand; stays as it is.
    Orphan,
    /// As generated.
    Unchanged,
}

impl Action {
    /// Whether it keeps the generator from having its way, which a person must settle.
    #[must_use]
    pub const fn is_conflict(self) -> bool {
        matches!(self, Self::Conflict | Self::Foreign | Self::Missing | Self::Orphan)
    }

    /// Whether it changes a file of the workspace.
    #[must_use]
    pub const fn is_change(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Delete)
    }
}

/// One file's part of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Path in the workspace.
    pub path: String,
    /// What happens.
    pub action: Action,
    /// What is on disk, if anything.
    pub disk: Option<String>,
    /// What the generator makes, if anything.
    pub generated: Option<String>,
    /// Whether the stored base is not the generated text and will be written.
    pub base_outdated: bool,
}

/// What generating does to a workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WritePlan {
    /// Every file looked at, sorted by path.
    pub changes: Vec<Change>,
}

impl WritePlan {
    /// Files that a person must settle.
    pub fn conflicts(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.action.is_conflict())
    }

    /// Whether writing would change any file people see.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        self.changes.iter().any(|change| change.action.is_change())
    }

    /// Whether the generator made anything else than the last time, or something of it is no longer there.
    #[must_use]
    pub fn has_news(&self) -> bool {
        let is_old = |change: &Change| matches!(change.action, Action::Unchanged | Action::Keep);
        self.changes.iter().any(|change| change.base_outdated || !is_old(change))
    }

    /// How many files have this action.
    #[must_use]
    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action == action).count()
    }
}

/// Plans the writing of `generated` files. Files under `scopes` (folders) that were generated before and are no longer
/// are planned for removal.
pub fn plan(workspace: &Workspace, generated: Vec<GeneratedFile>, scopes: &[String]) -> Result<WritePlan> {
    let wanted: BTreeSet<String> = generated.iter().map(|file| file.path.clone()).collect();
    let mut changes: Vec<Change> =
        generated.into_par_iter().map(|file| plan_generated(workspace, file)).collect::<Result<_>>()?;
    for scope in scopes {
        for path in stored(workspace, scope) {
            if !wanted.contains(&path)
                && let Some(change) = plan_stale(workspace, path)?
            {
                changes.push(change);
            }
        }
    }
    changes.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(WritePlan { changes })
}

fn plan_generated(workspace: &Workspace, file: GeneratedFile) -> Result<Change> {
    let disk = workspace.read(&workspace.path(&file.path))?;
    let base = workspace.read(&workspace.base(&file.path))?;
    let action = match (merge(base.as_deref(), &file.text, disk.as_deref()), &disk) {
        (Merge::Resolved(_), None) => Action::Create,
        (Merge::Resolved(text), Some(disk)) if text != *disk => Action::Update,
        (Merge::Resolved(text), Some(_)) if text != file.text => Action::Keep,
        (Merge::Resolved(_), Some(_)) => Action::Unchanged,
        (Merge::Conflicted, None) if base.as_ref() == Some(&file.text) => Action::Keep,
        (Merge::Conflicted, None) => Action::Missing,
        (Merge::Conflicted, Some(_)) if base.is_none() => Action::Foreign,
        (Merge::Conflicted, Some(_)) => Action::Conflict,
    };
    // A conflict keeps its old base: only with it can a later merge tell the two sides' changes apart.
    let base_outdated = !action.is_conflict() && base.as_deref() != Some(file.text.as_str());
    Ok(Change { path: file.path, action, disk, generated: Some(file.text), base_outdated })
}

fn plan_stale(workspace: &Workspace, path: String) -> Result<Option<Change>> {
    let disk = workspace.read(&workspace.path(&path))?;
    let base = workspace.read(&workspace.base(&path))?;
    let action = match &disk {
        Some(_) if disk == base => Action::Delete,
        Some(_) => Action::Orphan,
        // Gone on both sides; only its base is left to clear away.
        None => Action::Unchanged,
    };
    Ok(Some(Change { path, action, disk, generated: None, base_outdated: action != Action::Orphan }))
}

/// Paths of the bases stored under a folder of the workspace.
fn stored(workspace: &Workspace, scope: &str) -> Vec<String> {
    let mut found = Vec::new();
    collect(&workspace.base(scope), scope, &mut found);
    found
}

fn collect(folder: &Path, relative: &str, found: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = format!("{relative}/{}", entry.file_name().to_string_lossy());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => collect(&entry.path(), &path, found),
            Ok(_) => found.push(path),
            Err(_) => {}
        }
    }
}
