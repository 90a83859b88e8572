//! `deployer terraform`: the real Terraform in one stack, or in a rehearsal of it.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use serde_json::Map;

use super::Output;
use crate::{
    cli::Global,
    diagnostic::{Source, did_you_mean},
    error::{Error, Kind, Result},
    files::{self, PrivateFolder, Workspace},
    generate::Environments,
    hcl::Document,
    rehearsal::{Rehearsal, Setup},
    schema::{Module, Schemas},
    spec::EnvironmentSpec,
    stacks::{self, Input, Stack},
    tools::terraform::{Bystander, Terraform},
};

/// Terraform's commands that read a stack's variables, which earlier stacks fill.
const READ_VARIABLES: [&str; 7] = ["apply", "console", "destroy", "import", "plan", "refresh", "test"];

/// Arguments of `terraform`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  deployer terraform dev 10-network --rehearse -- init
  deployer terraform dev 10-network --rehearse -- apply -auto-approve
  deployer terraform prod 30-cluster -- plan

A rehearsal works on a copy in .deployer/runs/rehearsal with a state of its own, and deployer is its provider: nothing
in it can reach AWS. Terraform's exit code is the command's.")]
pub struct Arguments {
    /// Environment
    #[arg(value_name = "ENV")]
    environment: String,
    /// Stack, by its folder or without the number
    #[arg(value_name = "STACK")]
    stack: String,
    /// Work on a copy, with made-up resources
    #[arg(long)]
    rehearse: bool,
    /// What Terraform is asked
    #[arg(value_name = "ARGS", last = true, required = true)]
    arguments: Vec<OsString>,
}

/// Runs the command.
pub fn run(arguments: &Arguments, global: &Global, output: &Output) -> Result<ExitCode> {
    let workspace = super::workspace(global)?;
    let environments = Environments::load(&workspace)?;
    let environment = environments.find(&arguments.environment)?;
    let stack = find_stack(&arguments.stack)?;
    let terraform = Terraform::find()?;
    let work = Work { workspace: &workspace, environment, stack, arguments: &arguments.arguments, output };
    let code = if arguments.rehearse { work.rehearse(terraform)? } else { work.run(&terraform)? };
    Ok(code.into())
}

fn find_stack(name: &str) -> Result<&'static Stack> {
    let known = |stack: &&Stack| stack.name == name || stack.name.split_once('-').is_some_and(|(_, it)| it == name);
    stacks::ALL.into_iter().find(known).ok_or_else(|| {
        let names: Vec<&str> = stacks::ALL.iter().map(|stack| stack.name).collect();
        let error = Error::new(Kind::Input, format!("there is no stack `{name}`"));
        match did_you_mean(name, names.iter().copied()) {
            Some(meant) => error.hint(format!("did you mean `{meant}`?")),
            None => error.hint(format!("there are: {}", names.join(", "))),
        }
    })
}

struct Work<'a> {
    workspace: &'a Workspace,
    environment: &'a EnvironmentSpec,
    stack: &'static Stack,
    arguments: &'a [OsString],
    output: &'a Output,
}

impl Work<'_> {
    /// The real thing.
    fn run(&self, terraform: &Terraform) -> Result<u8> {
        let folder = self.folder(self.workspace.root(), self.stack.name);
        let mut arguments = self.arguments.to_vec();
        if self.asks(&["init"]) && folder.join("../backend.hcl").is_file() && !self.names_backend() {
            arguments.push("-backend-config=../backend.hcl".into());
        }
        if self.asks(&READ_VARIABLES) {
            match self.inputs(terraform, self.workspace.root()) {
                Ok(inputs) if inputs.is_empty() => {}
                Ok(inputs) => files::write_inputs(&folder, &inputs)?,
                // Whoever runs Terraform by hand may have put the values there by hand, too.
                Err(error) => self.output.remark(&format!("inputs are left as they are: {error}"))?,
            }
        }
        terraform.run(&folder, &arguments)
    }

    fn rehearse(&self, terraform: Terraform) -> Result<u8> {
        let name = format!("{}/{}", self.environment.name, self.stack.name);
        let folder = files::copy_stack(self.workspace, &self.environment.name, self.stack.name)?;
        let root = self.workspace.rehearsal(&self.environment.name);
        let sockets = PrivateFolder::new()?;
        let rehearsal = Rehearsal::start(Setup {
            schemas: Schemas::of_workspace(self.workspace.root())?,
            modules: &modules(&folder)?,
            states: &self.states(&root)?,
            account: self.environment.account_id.as_deref(),
            sockets: sockets.path(),
        })?;
        let bystander =
            Bystander::start().map_err(|error| Error::new(Kind::Outside, "cannot run `cat`").caused_by(error))?;
        let terraform = terraform.isolated().with_providers(rehearsal.reattach(bystander.id()));
        if self.asks(&READ_VARIABLES) {
            let inputs = self.inputs(&terraform, &root)?;
            if !inputs.is_empty() {
                files::write_inputs(&folder, &inputs)?;
            }
        }
        self.output.notice(&format!("rehearsal of {name}: a copy, with made-up resources; nothing touches AWS"))?;
        let code = terraform.run(&folder, self.arguments)?;
        self.output.notice(&format!("end of the rehearsal of {name}: nothing was done in AWS"))?;
        Ok(code)
    }

    fn folder(&self, root: &Path, stack: &str) -> PathBuf {
        root.join("environments").join(&self.environment.name).join(stack)
    }

    /// Whether Terraform is asked one of these.
    fn asks(&self, commands: &[&str]) -> bool {
        let mut words = self.arguments.iter().filter_map(|argument| argument.to_str());
        words.find(|word| !word.starts_with('-')).is_some_and(|command| commands.contains(&command))
    }

    fn names_backend(&self) -> bool {
        self.arguments.iter().any(|argument| argument.to_string_lossy().trim_start_matches('-').starts_with("backend"))
    }

    /// The values of this stack's variables, from the outputs of the stacks before it below `root`.
    fn inputs(&self, terraform: &Terraform, root: &Path) -> Result<Map<String, serde_json::Value>> {
        let mut by_stack: BTreeMap<&str, Vec<Input>> = BTreeMap::new();
        for input in (self.stack.content)(self.environment).inputs {
            by_stack.entry(input.stack).or_default().push(input);
        }
        let mut values = Map::new();
        for (stack, inputs) in by_stack {
            let folder = self.folder(root, stack);
            let mut outputs = if folder.is_dir() { terraform.outputs(&folder)? } else { Map::new() };
            if outputs.is_empty() {
                return Err(self.not_yet(stack, &inputs, root));
            }
            for input in inputs {
                // An output that is null is left out of the state, and a variable that may be null has that default.
                if let Some(value) = outputs.remove(input.output) {
                    values.insert(input.name.to_owned(), value);
                }
            }
        }
        Ok(values)
    }

    fn not_yet(&self, stack: &str, inputs: &[Input], root: &Path) -> Error {
        let rehearse = if root == self.workspace.root() { "" } else { " --rehearse" };
        let names: Vec<&str> = inputs.iter().map(|input| input.output).collect();
        let message =
            format!("`{}` needs outputs of `{stack}`, which has none yet: {}", self.stack.name, names.join(", "));
        let command = format!("deployer terraform {} {stack}{rehearse} --", self.environment.name);
        Error::new(Kind::Outside, message).hint(format!("first `{command} init`, then `{command} apply`"))
    }

    /// The states of this environment's rehearsed stacks.
    fn states(&self, root: &Path) -> Result<Vec<String>> {
        let paths = stacks::ALL.iter().map(|stack| self.folder(root, stack.name).join("terraform.tfstate"));
        paths.filter_map(|path| self.workspace.read(&path).transpose()).collect()
    }
}

/// The module in a folder, and those it calls from the workspace, which lie beside it in its copy.
fn modules(folder: &Path) -> Result<Vec<Module>> {
    let mut modules = vec![module(folder)?];
    let mut next = 0;
    let mut seen = vec![folder.to_path_buf()];
    while let Some(module_now) = modules.get(next) {
        let here = seen[next].clone();
        let called = module_now.calls.values().filter_map(|call| call.source.as_deref());
        let called: Vec<PathBuf> =
            called.filter(|source| source.starts_with('.')).map(|source| here.join(source)).collect();
        for path in called.iter().filter_map(|path| fs::canonicalize(path).ok()) {
            if !seen.contains(&path) {
                modules.push(module(&path)?);
                seen.push(path);
            }
        }
        next += 1;
    }
    Ok(modules)
}

/// What is not valid HCL is left for Terraform to say.
fn module(folder: &Path) -> Result<Module> {
    let failed = |error| Error::new(Kind::Failed, format!("cannot read `{}`", folder.display())).caused_by(error);
    let mut documents = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "tf") {
            let text = fs::read_to_string(&path).map_err(failed)?;
            documents.extend(Document::parse(Source::new(path.display().to_string(), text)).ok());
        }
    }
    Ok(Module::new(documents))
}
