//! The harness: a workspace in a temporary folder, and the real program run in it with a cleared environment.

#![expect(dead_code, reason = "each test uses a part of the harness")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a harness fails the test by panicking, as the test itself does"
)]

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// An environment of tier dev with nothing but what every specification must have.
pub(crate) const DEV: &str = r#"project = "models"
region  = "us-east-1"
tier    = "dev"

cluster {
  admins = ["arn:aws:iam::111122223333:role/admin"]
}

model "gpt2" {
  source = "openai-community/gpt2"
}
"#;

/// An environment of tier prod with nothing but what prod demands.
pub(crate) const PROD: &str = r#"project = "models"
region  = "us-east-1"
tier    = "prod"

cluster {
  admins = ["arn:aws:iam::444455556666:role/admin"]
}

model "gpt2" {
  source   = "openai-community/gpt2"
  revision = "607a30d783dfa663caf39e06633721c8d4cfcd7e"
}

edge {
  domain         = "models.example.com"
  hosted_zone_id = "Z0123456789EXAMPLE"
}

monitoring {
  emails             = ["oncall@example.com"]
  monthly_budget_usd = 6000
}
"#;

/// Replaces a part of a text that must be there exactly once.
#[must_use]
#[track_caller]
pub(crate) fn changed(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "`{from}` is not exactly once in:\n{text}");
    text.replace(from, to)
}

/// A folder that is gone after the test, with what the tests do in it.
pub(crate) struct Workspace {
    folder: TempDir,
}

impl Workspace {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::Builder::new().prefix("deployer-").tempdir().unwrap() }
    }

    /// A workspace with specifications and nothing generated.
    pub(crate) fn with(environments: &[(&str, &str)]) -> Self {
        let workspace = Self::empty();
        for (name, text) in environments {
            workspace.specify(name, text);
        }
        workspace
    }

    /// A workspace with specifications and all that is generated from them.
    pub(crate) fn generated(environments: &[(&str, &str)]) -> Self {
        let workspace = Self::with(environments);
        workspace.run(&["generate", "--quiet"]).assert_code(0);
        workspace
    }

    /// The folder.
    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// A path in the folder.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root().join(relative)
    }

    /// Writes the specification of an environment.
    pub(crate) fn specify(&self, name: &str, text: &str) {
        self.write(&format!("environments/{name}/environment.hcl"), text);
    }

    /// Writes a file and the folders it lies in.
    pub(crate) fn write(&self, relative: &str, text: impl AsRef<[u8]>) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The text of a file that must be there.
    #[track_caller]
    pub(crate) fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
    }

    /// Removes a file that must be there.
    #[track_caller]
    pub(crate) fn remove(&self, relative: &str) {
        fs::remove_file(self.path(relative)).unwrap();
    }

    /// Whether something lies at this path.
    pub(crate) fn has(&self, relative: &str) -> bool {
        self.path(relative).exists()
    }

    /// Every file, but for the lock, which holds nothing.
    pub(crate) fn files(&self) -> Files {
        let mut found = Files::default();
        collect(self.root(), self.root(), &mut found);
        found.0.remove(".deployer/lock");
        found
    }

    /// The program, to be run in the folder and to know nothing of the machine it runs on.
    pub(crate) fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deployer"));
        command.env_clear().env("HOME", self.root()).current_dir(self.root()).stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.finish(&self.program().args(arguments).output().unwrap())
    }

    /// Runs the program with variables set.
    pub(crate) fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
        self.finish(&self.program().envs(variables.iter().copied()).args(arguments).output().unwrap())
    }

    fn finish(&self, output: &Output) -> Run {
        let root = self.root().display().to_string();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace(&root, "$ROOT");
        Run { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

/// Files by their path, with their bytes.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct Files(pub(crate) BTreeMap<String, Vec<u8>>);

impl fmt::Debug for Files {
    /// Paths and sizes: the bytes of a whole workspace say nothing to whoever reads a failed test.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.0.iter().map(|(path, bytes)| (path, bytes.len()))).finish()
    }
}

fn collect(root: &Path, folder: &Path, found: &mut Files) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else {
            found.0.insert(path.strip_prefix(root).unwrap().display().to_string(), fs::read(&path).unwrap());
        }
    }
}

/// What the program printed and how it ended; as text, all of it, for a snapshot.
#[must_use]
#[derive(Debug)]
pub(crate) struct Run {
    /// The exit code; none after a signal.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Run {
    /// Demands an exit code, showing what was printed where it is another.
    #[track_caller]
    pub(crate) fn assert_code(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }
}

impl fmt::Display for Run {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                writeln!(formatter, "── {name}\n{}", text.trim_end_matches('\n'))?;
            }
        }
        match self.code {
            Some(code) => write!(formatter, "── exit code {code}"),
            None => write!(formatter, "── ended by a signal"),
        }
    }
}
