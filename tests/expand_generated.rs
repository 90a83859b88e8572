//! The environments of this repository expand with every number of instances known and nothing wrong in them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails it by panicking, as the test does")]

use std::{collections::BTreeMap, sync::Arc};

use deployer::{
    diagnostic::Source,
    files::Workspace,
    generate::Environments,
    hcl::{
        Document,
        evaluate::{Entries, Value},
        expand::{Attributes, Configuration, Expansion, Mode, ModuleSource, Surroundings, expand},
    },
    stacks,
};

/// The Terraform modules of a folder of this repository, which is a workspace itself.
fn repository(folder: &str) -> Vec<ModuleSource> {
    let repository = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut modules = Vec::new();
    for entry in std::fs::read_dir(repository.join(folder)).unwrap() {
        let path = entry.unwrap().path();
        let mut documents = Vec::new();
        for file in std::fs::read_dir(&path).into_iter().flatten().map(|file| file.unwrap().path()) {
            if file.extension().is_some_and(|extension| extension == "tf") {
                let shown = file.strip_prefix(repository).unwrap().to_string_lossy().into_owned();
                let text = std::fs::read_to_string(&file).unwrap();
                documents.push(Document::parse(Source::new(shown, text)).unwrap_or_else(|error| panic!("{error:?}")));
            }
        }
        documents.sort_by(|left, right| left.source().path().cmp(right.source().path()));
        if !documents.is_empty() {
            let directory = path.strip_prefix(repository).unwrap().to_string_lossy().into_owned();
            modules.push(ModuleSource { directory, documents });
        }
    }
    modules.sort_by(|left, right| left.directory.cmp(&right.directory));
    modules
}

/// The generated modules of this repository, with values of earlier stacks; nothing else is given.
struct Repository {
    modules: BTreeMap<String, ModuleSource>,
    inputs: BTreeMap<String, Value>,
}

impl<'m> Surroundings<'m> for &'m Repository {
    fn module(&self, directory: &str) -> Option<&'m ModuleSource> {
        self.modules.get(directory)
    }

    fn variable(&self, name: &str) -> Option<Value> {
        self.inputs.get(name).cloned()
    }

    fn data(&self, kind: &str, _configuration: &Configuration) -> Entries {
        match kind {
            "aws_partition" => [("partition".into(), Value::string("aws"))].into(),
            "aws_region" => [("region".into(), Value::string("eu-west-1"))].into(),
            _ => Entries::new(),
        }
    }

    fn attributes(&self, _mode: Mode, _kind: &str) -> Attributes {
        ["arn", "arn_suffix", "id"].map(|name| (Arc::from(name), true)).into()
    }
}

/// What is before the last part of an ARN; nothing for other values.
fn before(origin: &str) -> String {
    let is_arn = origin.rsplit('.').next() == Some("arn");
    if is_arn { "arn:aws:service:eu-west-1:111122223333:".to_owned() } else { String::new() }
}

#[test]
fn the_generated_environments_expand_without_problems_or_doubts() {
    let modules = repository("modules").into_iter().map(|module| (module.directory.clone(), module));
    let mut surroundings = Repository { modules: modules.collect(), inputs: BTreeMap::new() };
    let environments = Environments::load(&Workspace::at(env!("CARGO_MANIFEST_DIR"))).unwrap();
    assert!(!environments.all.is_empty());
    for environment in &environments.all {
        let mut outputs: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
        let folders = repository(&format!("environments/{}", environment.name));
        for stack in stacks::ALL {
            let root = folders.iter().find(|folder| folder.directory.ends_with(stack.name)).unwrap();
            let inputs = (stack.content)(environment).inputs;
            surroundings.inputs = inputs
                .iter()
                .map(|input| (input.name.to_owned(), outputs[input.stack][input.output].with_stand_ins(&before)))
                .collect();
            let expansion = expand(root, &&surroundings);
            assert_eq!(problems(&expansion), Vec::<String>::new(), "{}", root.directory);
            let doubtful: Vec<_> = expansion
                .instances
                .iter()
                .filter_map(|instance| Some(format!("{} {}", instance.address, instance.waits_for.as_ref()?)))
                .collect();
            assert_eq!(doubtful, Vec::<String>::new(), "{}", root.directory);
            assert!(expansion.instances.len() > 10, "{} has {}", root.directory, expansion.instances.len());
            outputs.insert(stack.name, expansion.outputs);
        }
    }
}

fn problems(expansion: &Expansion) -> Vec<String> {
    let place = |problem: &deployer::diagnostic::Diagnostic| {
        let location = problem.location.as_ref().unwrap();
        let line = location.source.position(location.span.start).line;
        format!("{}:{line}: {}", location.source.path(), problem.message)
    };
    expansion.problems.iter().map(place).collect()
}
