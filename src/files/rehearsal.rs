//! The copies of stacks that rehearsals work in, and the folder their sockets lie in.

use std::{
    collections::BTreeSet,
    fs, io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use super::{Workspace, workspace::write_error};
use crate::error::{Error, Kind, Result};

/// Overrides the backend of a copied stack; without it, Terraform would look for the real state and its credentials.
const OVERRIDE: &str = "rehearsal_override.tf";

const BACKEND: &str = "# A rehearsal keeps its state beside it.\nterraform {\n  backend \"local\" {}\n}\n";

/// Values for a stack's variables that Terraform reads by itself.
const INPUTS: &str = "inputs.auto.tfvars.json";

/// A folder that only this user can enter, gone when dropped.
#[derive(Debug)]
pub struct PrivateFolder {
    path: PathBuf,
}

impl PrivateFolder {
    /// Makes a folder among the system's temporary files, where paths are short enough for sockets.
    pub fn new() -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("deployer-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        // A process of the same number may have been killed before it could tidy up; a folder of another user stays,
        // and then making this one fails.
        let _ = fs::remove_dir_all(&path);
        fs::DirBuilder::new().mode(0o700).create(&path).map_err(|error| write_error(&path, error))?;
        Ok(Self { path })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

impl Workspace {
    /// The folder in which an environment is rehearsed; it has the layout of the workspace.
    #[must_use]
    pub fn rehearsal(&self, environment: &str) -> PathBuf {
        self.path(".deployer/runs/rehearsal").join(environment)
    }
}

/// Brings the copy of a stack, and of the modules, up to date and returns its folder.
///
/// What Terraform keeps there (state, plans, initialisation) stays.
pub fn copy_stack(workspace: &Workspace, environment: &str, stack: &str) -> Result<PathBuf> {
    let root = workspace.rehearsal(environment);
    let relative = format!("environments/{environment}/{stack}");
    let folder = workspace.path(&relative);
    if !folder.is_dir() {
        return Err(Error::new(Kind::Input, format!("there is no folder `{relative}` in the workspace"))
            .hint(format!("write it with `deployer generate {environment}`")));
    }
    let copy = root.join(&relative);
    mirror(&workspace.path("modules"), &root.join("modules"))?;
    mirror(&folder, &copy)?;
    write_changed(&copy.join(OVERRIDE), BACKEND.as_bytes())?;
    Ok(copy)
}

/// Writes the values of a stack's variables that come from earlier stacks.
pub fn write_inputs(folder: &Path, inputs: &serde_json::Map<String, serde_json::Value>) -> Result<()> {
    let text = format!("{:#}\n", serde_json::Value::from(inputs.clone()));
    write_changed(&folder.join(INPUTS), text.as_bytes())
}

/// Makes `to` have the files of `from`, leaving alone what Terraform makes.
fn mirror(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).map_err(|error| write_error(to, error))?;
    let mut kept = BTreeSet::from([OVERRIDE.to_owned()]);
    for entry in read_folder(from)? {
        let name = entry.file_name().to_string_lossy().into_owned();
        let (source, target) = (entry.path(), to.join(&name));
        if is_made_by_terraform(&name) {
            continue;
        }
        if source.is_dir() {
            mirror(&source, &target)?;
        } else {
            let bytes = fs::read(&source).map_err(|error| read_error(&source, error))?;
            write_changed(&target, &bytes)?;
        }
        kept.insert(name);
    }
    for entry in read_folder(to)? {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !kept.contains(&name) && (name.ends_with(".tf") || name.ends_with(".tf.json")) {
            fs::remove_file(entry.path()).map_err(|error| write_error(&entry.path(), error))?;
        }
    }
    Ok(())
}

fn is_made_by_terraform(name: &str) -> bool {
    name.starts_with('.') || name.starts_with("terraform.tfstate") || name == INPUTS
}

fn read_folder(folder: &Path) -> Result<Vec<fs::DirEntry>> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    entries.map_err(|error| read_error(folder, error))
}

fn read_error(path: &Path, error: io::Error) -> Error {
    Error::new(Kind::Failed, format!("cannot read `{}`", path.display())).caused_by(error)
}

fn write_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|found| found == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).map_err(|error| write_error(path, error))
}
