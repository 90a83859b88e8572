//! From environments to the files of a workspace.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use rayon::prelude::*;

use crate::{
    diagnostic::{Diagnostic, Severity, Source},
    error::{Error, Kind, Result},
    files::{GeneratedFile, Workspace},
    hcl::Document,
    modules,
    schema::{Called, Module, Schemas, check},
    spec::{self, EnvironmentSpec},
    stacks,
};

/// Environments read from a workspace, with what is doubtful about them.
#[derive(Debug)]
pub struct Environments {
    /// All of the workspace's environments, by name.
    pub all: Vec<EnvironmentSpec>,
    /// Warnings.
    pub warnings: Vec<Diagnostic>,
}

impl Environments {
    /// Reads every environment: which features a module has depends on all of them.
    ///
    /// # Errors
    ///
    /// Every problem of every specification at once.
    pub fn load(workspace: &Workspace) -> Result<Self> {
        let names = workspace.environments()?;
        if names.is_empty() {
            return Err(Error::new(Kind::Input, "the workspace has no environments")
                .hint("write `environments/NAME/environment.hcl`, or start with `deployer init`"));
        }
        let mut loaded = Self { all: Vec::with_capacity(names.len()), warnings: Vec::new() };
        let mut problems = Vec::new();
        let read = |name: &String| Ok(spec::load(name, specification(workspace, name)?));
        let results: Vec<Result<_>> = names.par_iter().map(read).collect();
        for result in results {
            match result? {
                Ok(it) => {
                    loaded.all.push(it.environment);
                    loaded.warnings.extend(it.warnings);
                }
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() { Ok(loaded) } else { Err(Error::from_diagnostics(problems)) }
    }

    /// The environments of these names, or all where none is named.
    pub fn select(&self, names: &[String]) -> Result<Vec<&EnvironmentSpec>> {
        if names.is_empty() {
            return Ok(self.all.iter().collect());
        }
        names.iter().map(|name| self.find(name)).collect()
    }

    /// The environment of this name.
    pub fn find(&self, name: &str) -> Result<&EnvironmentSpec> {
        self.all.iter().find(|environment| environment.name == name).ok_or_else(|| unknown(name, &self.all))
    }
}

fn unknown(name: &str, all: &[EnvironmentSpec]) -> Error {
    let names = || all.iter().map(|environment| environment.name.as_str());
    let error = Error::new(Kind::Input, format!("the workspace has no environment `{name}`"));
    match crate::diagnostic::did_you_mean(name, names()) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None => error.hint(format!("it has: {}", names().collect::<Vec<_>>().join(", "))),
    }
}

fn specification(workspace: &Workspace, name: &str) -> Result<Source> {
    let path = format!("environments/{name}/environment.hcl");
    let text = workspace.read(&workspace.path(&path))?.unwrap_or_default();
    Ok(Source::new(path, text))
}

/// The workspace's modules, as all its environments together need them.
#[must_use]
pub fn module_files(environments: &[EnvironmentSpec]) -> Vec<GeneratedFile> {
    let composed = modules::compose(&modules::ALL, environments);
    let files = composed.into_iter().flat_map(|module| {
        let folder = format!("modules/{}", module.name);
        module.files.into_iter().map(move |(name, text)| GeneratedFile { path: format!("{folder}/{name}"), text })
    });
    files.collect()
}

/// One environment's stacks.
#[must_use]
pub fn stack_files(environment: &EnvironmentSpec) -> Vec<GeneratedFile> {
    stacks::ALL.iter().flat_map(|stack| stacks::render(stack, environment)).collect()
}

/// The modules, and the stacks of some environments.
#[must_use]
pub fn all_files(environments: &[EnvironmentSpec], selected: &[&EnvironmentSpec]) -> Vec<GeneratedFile> {
    let (mut files, stacks): (Vec<GeneratedFile>, Vec<Vec<GeneratedFile>>) = rayon::join(
        || module_files(environments),
        || selected.par_iter().map(|environment| stack_files(environment)).collect(),
    );
    files.extend(stacks.into_iter().flatten());
    files
}

/// Checks generated Terraform against the provider schemas, before any of it is written.
///
/// The files must hold every module that their stacks call.
#[must_use]
pub fn problems(files: &[GeneratedFile], schemas: &Schemas) -> Vec<Diagnostic> {
    let mut folders: BTreeMap<&str, Vec<&GeneratedFile>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.is_terraform()) {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        folders.entry(folder).or_default().push(file);
    }
    let (modules, stacks): (Vec<_>, Vec<_>) =
        folders.into_iter().partition(|(folder, _)| folder.starts_with(MODULES_FOLDER));
    let no_calls = |_: &str| Called::Missing;
    let modules: HashMap<&str, (Arc<Module>, Vec<Diagnostic>)> = modules
        .into_par_iter()
        .map(|(folder, files)| {
            let (module, mut problems) = parse(&files);
            problems.extend(check(&module, schemas, &no_calls).diagnostics);
            (folder, (Arc::new(module), problems))
        })
        .collect();
    // Every call of a stack leads from `environments/ENV/STACK` up to `modules/NAME`.
    let called = |source: &str| {
        let module = source.strip_prefix("../../../").and_then(|folder| modules.get(folder));
        module.map_or(Called::Missing, |(module, _)| Called::Module(Arc::clone(module)))
    };
    let of_stacks = stacks.into_par_iter().flat_map_iter(|(_, files)| {
        let (module, mut problems) = parse(&files);
        problems.extend(check(&module, schemas, &called).diagnostics);
        problems
    });
    let mut problems: Vec<Diagnostic> = of_stacks.collect();
    problems.extend(modules.into_values().flat_map(|(_, problems)| problems));
    problems.sort_by(|left, right| left.sort_key().cmp(&right.sort_key()));
    problems
}

/// The same as an error: whatever is written has passed the check.
pub fn checked(files: &[GeneratedFile], schemas: &Schemas) -> Result<()> {
    let problems = problems(files, schemas);
    if problems.iter().all(|problem| problem.severity != Severity::Error) {
        return Ok(());
    }
    Err(Error::from_diagnostics(problems)
        .hint("this is a fault of deployer, not of your specification: nothing was written"))
}

/// Where the workspace's modules lie.
const MODULES_FOLDER: &str = "modules/";

/// One folder's files as a module, and those that are no HCL.
fn parse(files: &[&GeneratedFile]) -> (Module, Vec<Diagnostic>) {
    let mut documents = Vec::with_capacity(files.len());
    let mut problems = Vec::new();
    for file in files {
        match Document::parse(Source::new(&file.path, &file.text)) {
            Ok(document) => documents.push(document),
            Err(problem) => problems.push(problem),
        }
    }
    (Module::new(documents), problems)
}
