//! Finds the Terraform modules below a path and checks them all.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ffi::OsStr,
    fs, io,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use crate::{
    diagnostic::{Diagnostic, Severity, Source},
    error::{Error, Kind, Result},
    hcl::Document,
    schema::{Called, Module, Schemas, check},
};

/// Folders that hold no module of the operator's: what Terraform, Terragrunt, git and `deployer` keep for themselves.
const SKIPPED: [&str; 5] = [".terraform", ".terragrunt-cache", ".git", ".deployer", "node_modules"];

/// What a validation found.
#[derive(Debug, Default)]
pub struct Validation {
    /// The problems, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// How many modules were checked.
    pub modules: usize,
    /// How many files they have.
    pub files: usize,
    /// The types that no schema here describes, by the address of their provider.
    pub unchecked: BTreeMap<String, BTreeSet<String>>,
}

impl Validation {
    /// How many problems there are of one severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }
}

/// Checks every module at or below the paths, and every local module that those call.
///
/// A path is a directory, or a file, which stands for the module it belongs to. Messages show paths relative to
/// `workspace` where they lie in it. A file that cannot be read is a problem like others; a path that does not exist is
/// an error.
pub fn validate(paths: &[PathBuf], workspace: &Path, schemas: &Schemas) -> Result<Validation> {
    let mut modules = Modules { workspace, loaded: HashMap::new() };
    let mut pending = Vec::new();
    for path in paths {
        let metadata = fs::metadata(path)
            .map_err(|error| Error::new(Kind::Input, format!("cannot read `{}`", path.display())).caused_by(error))?;
        if metadata.is_dir() {
            directories(path, &mut pending);
        } else {
            pending.push(path.parent().map_or_else(PathBuf::new, Path::to_path_buf));
        }
    }
    // A stack: the order of checks shows nowhere, as the problems are sorted.
    let mut checked = BTreeSet::new();
    let mut validation = Validation::default();
    while let Some(directory) = pending.pop() {
        let directory = normal(&directory);
        if !checked.insert(directory.clone()) {
            continue;
        }
        let Some(loaded) = modules.load(&directory) else { continue };
        let sources: Vec<&str> = loaded.module.calls.values().filter_map(|call| call.source.as_deref()).collect();
        pending.extend(sources.iter().filter(|source| is_local(source)).map(|source| directory.join(source)));
        let called: HashMap<&str, Called> =
            sources.into_iter().map(|source| (source, modules.called(&directory, source))).collect();
        let outcome =
            check(&loaded.module, schemas, &|source| called.get(source).cloned().unwrap_or(Called::Elsewhere));
        validation.modules += 1;
        validation.files += loaded.files;
        validation.diagnostics.extend_from_slice(&loaded.unreadable);
        validation.diagnostics.extend(outcome.diagnostics);
        for (provider, types) in outcome.unchecked {
            validation.unchecked.entry(provider).or_default().extend(types);
        }
    }
    validation.diagnostics.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    Ok(validation)
}

/// A module with what could not be read of it.
struct Loaded {
    module: Arc<Module>,
    files: usize,
    unreadable: Vec<Diagnostic>,
}

/// The modules read so far, by directory.
struct Modules<'a> {
    workspace: &'a Path,
    loaded: HashMap<PathBuf, Option<Arc<Loaded>>>,
}

impl Modules<'_> {
    /// What stands behind the `source` of a call in a module of this directory.
    fn called(&mut self, directory: &Path, source: &str) -> Called {
        if !is_local(source) {
            return Called::Elsewhere;
        }
        match self.load(&normal(&directory.join(source))) {
            Some(loaded) => Called::Module(Arc::clone(&loaded.module)),
            None => Called::Missing,
        }
    }

    /// The module of a directory; `None` where it has no Terraform files.
    fn load(&mut self, directory: &Path) -> Option<Arc<Loaded>> {
        if let Some(loaded) = self.loaded.get(directory) {
            return loaded.clone();
        }
        let loaded = self.read(directory).map(Arc::new);
        self.loaded.insert(directory.to_path_buf(), loaded.clone());
        loaded
    }

    fn read(&self, directory: &Path) -> Option<Loaded> {
        let listing = Listing::of(directory);
        if listing.files.is_empty() && !listing.has_json {
            return None;
        }
        let mut documents = Vec::new();
        let mut unreadable = Vec::new();
        for file in &listing.files {
            match self.document(file) {
                Ok(document) => documents.push(document),
                Err(diagnostic) => unreadable.push(diagnostic),
            }
        }
        let is_partial = listing.has_json || !unreadable.is_empty();
        let mut module = Module::new(documents).partial(is_partial);
        // A lock file that cannot be read pins nothing; Terraform itself complains about it.
        if let Ok(text) = fs::read_to_string(directory.join(".terraform.lock.hcl"))
            && let Ok(lock) = Document::parse(Source::new(".terraform.lock.hcl", text))
        {
            module = module.locked(&lock);
        }
        Some(Loaded { module: Arc::new(module), files: listing.files.len(), unreadable })
    }

    fn document(&self, file: &Path) -> Result<Document, Diagnostic> {
        let shown = file.strip_prefix(self.workspace).or_else(|_| file.strip_prefix(".")).unwrap_or(file);
        let shown = shown.display().to_string();
        let text = fs::read(file).and_then(|bytes| {
            String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
        });
        match text {
            Ok(text) => Document::parse(Source::new(shown, text)),
            Err(error) => {
                let source = Source::new(shown, "");
                Err(Diagnostic::error("unreadable-file", format!("the file cannot be read: {error}"), &source, 0..0))
            }
        }
    }
}

/// The Terraform files of one directory.
#[derive(Default)]
struct Listing {
    files: Vec<PathBuf>,
    /// Whether some are in JSON, which is not read here.
    has_json: bool,
}

impl Listing {
    fn of(directory: &Path) -> Self {
        let mut listing = Self::default();
        // What cannot be listed has no module; the path itself was looked at before.
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let extension = path.extension().and_then(OsStr::to_str);
            // Terraform passes editors' backups by.
            if name.starts_with('.') || name.ends_with('~') || name.starts_with('#') || !path.is_file() {
                continue;
            }
            if name.ends_with(".tf.json") || name.ends_with(".tofu.json") {
                listing.has_json = true;
            } else if matches!(extension, Some("tf" | "tofu")) {
                listing.files.push(path);
            }
        }
        // OpenTofu reads `a.tofu` instead of `a.tf`; this check reads what both tools do.
        let shadows =
            |path: &PathBuf| path.extension().is_some_and(|it| it == "tofu") && path.with_extension("tf").is_file();
        listing.files.retain(|path| !shadows(path));
        listing.files.sort();
        listing
    }
}

/// The directories at and below a path that may hold a module. Links to directories are not followed.
fn directories(path: &Path, found: &mut Vec<PathBuf>) {
    found.push(path.to_path_buf());
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let is_skipped = SKIPPED.iter().any(|name| entry.file_name() == *name);
        if is_directory && !is_skipped {
            directories(&entry.path(), found);
        }
    }
}

/// Whether the `source` of a module call is a path.
fn is_local(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../") || source == "." || source == ".."
}

/// The path without `.`, and without `..` where a name stands before it.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(normal.components().next_back(), Some(Component::Normal(_))) => {
                normal.pop();
            }
            component => normal.push(component),
        }
    }
    if normal.as_os_str().is_empty() { PathBuf::from(".") } else { normal }
}
