//! Terraform or OpenTofu, as a program.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Map, Value};

use super::process;
pub use super::process::Bystander;
use crate::error::{Error, Kind, Result};

/// Variables that a rehearsal does not pass on besides AWS's own: they would change what Terraform is asked, or where
/// it keeps things.
const WITHHELD: [&str; 4] = ["TF_CLI_ARGS", "TF_DATA_DIR", "TF_WORKSPACE", "TF_REATTACH_PROVIDERS"];

/// The program, and the surroundings it runs in.
#[derive(Clone, Debug)]
pub struct Terraform {
    program: PathBuf,
    /// Whether what could lead to AWS is withheld.
    isolated: bool,
    reattach: Option<String>,
}

/// Where the program is: what `DEPLOYER_TERRAFORM` names, else `terraform` or `tofu` on `PATH`.
#[must_use]
pub fn program() -> Option<PathBuf> {
    env::var_os("DEPLOYER_TERRAFORM").map(PathBuf::from).or_else(|| on_path("terraform")).or_else(|| on_path("tofu"))
}

impl Terraform {
    /// The program in the operator's own surroundings.
    pub fn find() -> Result<Self> {
        let program = program().ok_or_else(|| {
            Error::new(Kind::Outside, "neither terraform nor tofu is on PATH")
                .hint("install Terraform or OpenTofu 1.10 or newer, or name one in DEPLOYER_TERRAFORM")
        })?;
        Ok(Self { program, isolated: false, reattach: None })
    }

    /// Withholds every variable that could lead to AWS.
    #[must_use]
    pub fn isolated(self) -> Self {
        Self { isolated: true, ..self }
    }

    /// Uses providers that are served already: the value of `TF_REATTACH_PROVIDERS`.
    #[must_use]
    pub fn with_providers(self, reattach: String) -> Self {
        Self { reattach: Some(reattach), ..self }
    }

    /// Runs it in a folder, with this terminal, and returns its exit code.
    pub fn run(&self, folder: &Path, arguments: &[OsString]) -> Result<u8> {
        let mut command = self.command(folder);
        command.args(arguments);
        process::foreground(&mut command).map(process::code).map_err(|error| self.not_run(error))
    }

    /// The outputs of a stack, by name; none where it is not applied.
    pub fn outputs(&self, folder: &Path) -> Result<Map<String, Value>> {
        let mut command = self.command(folder);
        let output = command.args(["output", "-json", "-no-color"]).stdin(Stdio::null()).output();
        let output = output.map_err(|error| self.not_run(error))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(
                Error::new(Kind::Outside, format!("cannot read the outputs of `{}`", folder.display())).caused_by(said)
            );
        }
        let outputs: Map<String, Value> = serde_json::from_slice(&output.stdout).map_err(|error| {
            Error::new(Kind::Outside, "`terraform output -json` did not print JSON").caused_by(error)
        })?;
        Ok(outputs.into_iter().map(|(name, mut output)| (name, output["value"].take())).collect())
    }

    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(folder);
        if self.isolated {
            let withheld = |name: &OsStr| {
                let name = name.to_string_lossy();
                name.starts_with("AWS_") || WITHHELD.iter().any(|it| name.starts_with(it))
            };
            for (name, _) in env::vars_os().filter(|(name, _)| withheld(name)) {
                command.env_remove(name);
            }
            command.env("AWS_EC2_METADATA_DISABLED", "true").env("CHECKPOINT_DISABLE", "1");
        }
        if let Some(reattach) = &self.reattach {
            command.env("TF_REATTACH_PROVIDERS", reattach);
        }
        command
    }

    fn not_run(&self, error: std::io::Error) -> Error {
        Error::new(Kind::Outside, format!("cannot run `{}`", self.program.display())).caused_by(error)
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}
