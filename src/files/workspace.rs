//! Where a workspace keeps things.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::error::{Error, Kind, Result};

/// A workspace's folder.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
}

/// Keeps other processes from writing the same workspace; gone when dropped, or with the process.
#[derive(Debug)]
pub struct WorkspaceLock {
    _file: fs::File,
}

impl Workspace {
    /// The workspace in a folder, which need not exist yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The workspace in a folder that must be one: it has `environments/`.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self> {
        let workspace = Self::at(root);
        if workspace.root.join("environments").is_dir() {
            return Ok(workspace);
        }
        let shown = workspace.root.display();
        Err(Error::new(Kind::Input, format!("`{shown}` is not a workspace: it has no `environments` folder"))
            .hint("make one with `deployer init DIR`, or name one with `--workspace DIR`"))
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A file of the workspace.
    #[must_use]
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Where the last generated text of a file is kept.
    #[must_use]
    pub fn base(&self, relative: &str) -> PathBuf {
        self.root.join(".deployer/base").join(relative)
    }

    /// Names of the environments, sorted: the folders with an `environment.hcl`.
    pub fn environments(&self) -> Result<Vec<String>> {
        let folder = self.root.join("environments");
        let entries = fs::read_dir(&folder).map_err(|error| read_error(&folder, error))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| read_error(&folder, error))?;
            if entry.path().join("environment.hcl").is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// Folders of environments that were generated once and are gone, as `environments/NAME`.
    #[must_use]
    pub fn removed_environments(&self) -> Vec<String> {
        let entries = fs::read_dir(self.base("environments")).into_iter().flatten().flatten();
        let folders = entries.map(|entry| format!("environments/{}", entry.file_name().to_string_lossy()));
        folders.filter(|folder| !self.path(folder).exists()).collect()
    }

    /// Reads a text file, if it is there.
    pub fn read(&self, path: &Path) -> Result<Option<String>> {
        match fs::read(path) {
            Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|error| {
                Error::new(Kind::Input, format!("`{}` is not UTF-8 text", path.display()))
                    .caused_by(error)
                    .hint("save it as UTF-8, or delete it")
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(read_error(path, error)),
        }
    }

    /// Takes the right to write, or says who has it.
    pub fn lock(&self) -> Result<WorkspaceLock> {
        let folder = self.root.join(".deployer");
        let path = folder.join("lock");
        let open = || {
            fs::create_dir_all(&folder)?;
            fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path)
        };
        let file = open().map_err(|error| write_error(&path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(WorkspaceLock { _file: file }),
            Err(fs::TryLockError::WouldBlock) => {
                Err(Error::new(Kind::Failed, "another deployer is writing this workspace")
                    .hint("wait for it to end, then run the command again"))
            }
            Err(fs::TryLockError::Error(error)) => Err(write_error(&path, error)),
        }
    }
}

fn read_error(path: &Path, error: io::Error) -> Error {
    Error::new(Kind::Failed, format!("cannot read `{}`", path.display())).caused_by(error)
}

/// An error of writing, with the hint that fits its cause.
pub(super) fn write_error(path: &Path, error: io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::PermissionDenied => Some("check who owns the folder"),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some("free some disk space"),
        io::ErrorKind::ReadOnlyFilesystem => Some("the file system is mounted read-only"),
        _ => None,
    };
    let failed = Error::new(Kind::Failed, format!("cannot write `{}`", path.display())).caused_by(error);
    match hint {
        Some(hint) => failed.hint(hint),
        None => failed,
    }
}
