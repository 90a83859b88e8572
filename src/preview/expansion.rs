//! The stacks of an environment, expanded one after the other.

use std::collections::HashMap;

use crate::{
    catalog::regions::partition,
    diagnostic::Source,
    files::GeneratedFile,
    hcl::{
        Document,
        evaluate::{Entries, Value},
        expand::{Attributes, Configuration, Expansion, Mode, ModuleSource, Surroundings, expand, local_directory},
    },
    schema::{self, Schemas},
    spec::EnvironmentSpec,
    stacks::{self, Input, Stack},
};

/// A stack with everything it would make.
#[derive(Debug)]
pub struct ExpandedStack {
    /// The stack.
    pub stack: &'static Stack,
    /// Its resources and outputs.
    pub expansion: Expansion,
}

/// Expands every stack of an environment from the generated files of its workspace.
#[must_use]
pub fn expand_stacks(environment: &EnvironmentSpec, files: &[GeneratedFile], schemas: &Schemas) -> Vec<ExpandedStack> {
    let modules = module_sources(files);
    let mut expanded: Vec<ExpandedStack> = Vec::new();
    for stack in stacks::ALL {
        let folder = format!("environments/{}/{}", environment.name, stack.name);
        let Some(root) = modules.get(&folder) else {
            continue;
        };
        let inputs = (stack.content)(environment).inputs;
        let around =
            Around { environment, folder: &folder, modules: &modules, files, schemas, earlier: &expanded, inputs };
        let expansion = expand(root, &around);
        expanded.push(ExpandedStack { stack, expansion });
    }
    expanded
}

fn module_sources(files: &[GeneratedFile]) -> HashMap<String, ModuleSource> {
    let mut modules: HashMap<String, ModuleSource> = HashMap::new();
    for file in files.iter().filter(|file| file.is_terraform()) {
        let Some((folder, _)) = file.path.rsplit_once('/') else {
            continue;
        };
        if let Ok(document) = Document::parse(Source::new(&file.path, &file.text)) {
            let module = modules
                .entry(folder.to_owned())
                .or_insert_with(|| ModuleSource { directory: folder.to_owned(), documents: Vec::new() });
            module.documents.push(document);
        }
    }
    modules
}

/// What a stack finds: the workspace's modules and files, and the outputs of the stacks before it.
struct Around<'a> {
    environment: &'a EnvironmentSpec,
    folder: &'a str,
    modules: &'a HashMap<String, ModuleSource>,
    files: &'a [GeneratedFile],
    schemas: &'a Schemas,
    earlier: &'a [ExpandedStack],
    inputs: Vec<Input>,
}

impl<'a> Surroundings<'a> for Around<'a> {
    fn module(&self, directory: &str) -> Option<&'a ModuleSource> {
        self.modules.get(directory)
    }

    fn variable(&self, name: &str) -> Option<Value> {
        let input = self.inputs.iter().find(|input| input.name == name)?;
        let stack = self.earlier.iter().find(|stack| stack.stack.name == input.stack)?;
        let output = stack.expansion.outputs.get(input.output)?;
        // A value will be there, and differ from every other, which is all that numbers of resources depend on.
        Some(output.with_stand_ins(&|origin| before_stand_in(origin, self.environment)))
    }

    fn data(&self, kind: &str, _: &Configuration) -> Entries {
        let known: Vec<(&str, String)> = match kind {
            "aws_partition" => vec![
                ("partition", partition(&self.environment.region).to_owned()),
                ("dns_suffix", "amazonaws.com".to_owned()),
            ],
            "aws_region" => vec![("region", self.environment.region.clone())],
            "aws_caller_identity" => {
                self.environment.account_id.iter().map(|account| ("account_id", account.clone())).collect()
            }
            _ => Vec::new(),
        };
        known.into_iter().map(|(name, value)| (name.into(), Value::string(value))).collect()
    }

    fn attributes(&self, mode: Mode, kind: &str) -> Attributes {
        let mode = match mode {
            Mode::Managed => schema::Mode::Resource,
            Mode::Data => schema::Mode::Data,
        };
        let provider = kind.split('_').next().unwrap_or_default();
        let block = self.schemas.provider(provider).and_then(|provider| provider.block(mode, kind));
        let attributes = block.iter().flat_map(|block| block.attributes.iter());
        // Data sources that take a name or an id set the id in either case, whatever their schema says.
        let sets = |name: &str, computed| computed || (mode == schema::Mode::Data && name == "id");
        attributes.map(|(name, attribute)| (name.as_str().into(), sets(name, attribute.computed))).collect()
    }

    /// Terraform runs in the stack's folder, so paths start there.
    fn read(&self, path: &str) -> Option<String> {
        let path = local_directory(self.folder, path)?;
        self.files.iter().find(|file| file.path == path).map(|file| file.text.clone())
    }
}

/// What stands before the stand-in of a value: modules take ARNs apart.
pub(super) fn before_stand_in(origin: &str, environment: &EnvironmentSpec) -> String {
    if origin.rsplit(['.', '_']).next() != Some("arn") {
        return String::new();
    }
    let account = environment.account_id.as_deref().unwrap_or("000000000000");
    format!("arn:{}:service:{}:{account}:", partition(&environment.region), environment.region)
}
