//! Carries out a plan so that a crash at any moment leaves every file whole, and the next run ends in the same state.
//!
//! All new texts are written to a folder beside the bases and synced in one go; then the files are renamed into place,
//! and once that is on disk too, their bases. A file without its new base equals what is generated, which the next plan
//! takes for done.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::{Action, Change, GeneratedFile, Workspace, WorkspaceLock, WritePlan, workspace::write_error};
use crate::error::Result;

/// How much was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files created or rewritten.
    pub files: usize,
    /// Files removed.
    pub deleted: usize,
}

struct Staged {
    temporary: PathBuf,
    target: PathBuf,
}

/// Writes what the plan says, and the bases. The lock is taken before planning, so that nothing comes between.
pub fn write(workspace: &Workspace, _lock: &WorkspaceLock, plan: &WritePlan) -> Result<Written> {
    let changes: Vec<&Change> =
        plan.changes.iter().filter(|change| change.action.is_change() || change.base_outdated).collect();
    if changes.is_empty() {
        return Ok(Written::default());
    }
    let staging = Staging::new(workspace)?;
    let (mut files, mut bases) = (Vec::with_capacity(changes.len()), Vec::with_capacity(changes.len()));
    for change in &changes {
        let Some(text) = &change.generated else {
            continue;
        };
        if change.action.is_change() {
            files.push(staging.add(workspace.path(&change.path), text, "file", files.len())?);
        }
        if change.base_outdated {
            bases.push(staging.add(workspace.base(&change.path), text, "base", bases.len())?);
        }
    }
    staging.sync()?;
    put_in_place(&files)?;
    let gone = || changes.iter().filter(|change| change.generated.is_none());
    for change in gone().filter(|change| change.action == Action::Delete) {
        remove(&workspace.path(&change.path), workspace.root())?;
    }
    // A base that came to the disk before its file would make the old file look like an edit.
    staging.sync()?;
    put_in_place(&bases)?;
    for change in gone() {
        remove(&workspace.base(&change.path), workspace.root())?;
    }
    let deleted = plan.count(Action::Delete);
    Ok(Written { files: plan.count(Action::Create) + plan.count(Action::Update), deleted })
}

fn put_in_place(staged: &[Staged]) -> Result<()> {
    staged.iter().try_for_each(|Staged { temporary, target }| {
        fs::rename(temporary, target).map_err(|error| write_error(target, error))
    })
}

/// Writes one file that is not the generator's, whole or not at all.
pub fn replace(workspace: &Workspace, file: &GeneratedFile) -> Result<()> {
    let staging = Staging::new(workspace)?;
    let Staged { temporary, target } = staging.add(workspace.path(&file.path), &file.text, "file", 0)?;
    staging.sync()?;
    fs::rename(&temporary, &target).map_err(|error| write_error(&target, error))
}

/// Forgets that anything was ever generated under a folder, of which nothing is left on disk.
pub fn forget(workspace: &Workspace, folder: &str) -> Result<()> {
    let base = workspace.base(folder);
    match fs::remove_dir_all(&base) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(write_error(&base, error)),
        _ => Ok(()),
    }
}

/// A folder for texts on their way into place, removed with what a crash left in it.
struct Staging {
    folder: PathBuf,
}

impl Staging {
    fn new(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.path(".deployer/staging");
        let make = || {
            match fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            fs::create_dir_all(&folder)
        };
        make().map_err(|error| write_error(&folder, error))?;
        Ok(Self { folder })
    }

    fn add(&self, target: PathBuf, text: &str, kind: &str, number: usize) -> Result<Staged> {
        let temporary = self.folder.join(format!("{kind}-{number}"));
        let make = || {
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::File::create(&temporary)?.write_all(text.as_bytes())
        };
        make().map_err(|error| write_error(&target, error))?;
        Ok(Staged { temporary, target })
    }

    /// One sync of the whole file system: with thousands of files a sync of each takes minutes.
    #[cfg(target_os = "linux")]
    fn sync(&self) -> Result<()> {
        let sync = || -> io::Result<()> { Ok(rustix::fs::syncfs(fs::File::open(&self.folder)?)?) };
        sync().map_err(|error| write_error(&self.folder, error))
    }

    /// Other systems can only sync all file systems at once.
    #[cfg(not(target_os = "linux"))]
    fn sync(&self) -> Result<()> {
        rustix::fs::sync();
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What is left behind is cleared by the next run.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Removes a file and the folders that it leaves empty.
fn remove(path: &Path, root: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(write_error(path, error)),
        _ => {}
    }
    let mut folder = path.parent();
    while let Some(current) = folder.filter(|folder| *folder != root) {
        if fs::remove_dir(current).is_err() {
            break;
        }
        folder = current.parent();
    }
    Ok(())
}
