//! The root modules of an environment: one folder and one Terraform state each, applied in the order of [`ALL`].
//!
//! A stack says which modules it calls and with what, which values of earlier stacks it needs, and what it hands on;
//! [`render()`] writes that as Terraform. To add one: a file here and an entry in [`ALL`].

mod bootstrap;
mod cluster;
mod edge;
mod monitoring;
mod network;
mod platform;
mod registry;
mod render;

pub use render::render;

use crate::{
    hcl::build::{Block, Value},
    spec::EnvironmentSpec,
};

/// A stack: a root module that every environment has.
#[derive(Debug)]
pub struct Stack {
    /// Its folder under `environments/<env>/`; the number is its place in the order.
    pub name: &'static str,
    /// What it makes, in a few words.
    pub summary: &'static str,
    /// Its content for an environment.
    pub content: fn(&EnvironmentSpec) -> Content,
}

/// Every stack, in the order in which they are applied. `50-workload` is not Terraform: its folder holds Kubernetes
/// manifests.
pub const ALL: [&Stack; 7] = [
    &bootstrap::BOOTSTRAP,
    &network::NETWORK,
    &registry::REGISTRY,
    &cluster::CLUSTER,
    &platform::PLATFORM,
    &edge::EDGE,
    &monitoring::MONITORING,
];

/// What a stack consists of in one environment.
#[derive(Debug, Default)]
pub struct Content {
    /// What follows the providers in `main.tf`: module calls and little else.
    pub blocks: Vec<Commented>,
    /// Values of earlier stacks.
    pub inputs: Vec<Input>,
    /// What it hands on.
    pub outputs: Vec<Output>,
    /// Providers besides `aws`.
    pub providers: Vec<Provider>,
    /// Files beside the Terraform files, by name.
    pub files: Vec<(String, String)>,
}

/// A block with the comment above it; empty for none.
#[derive(Debug)]
pub struct Commented {
    /// The comment's lines.
    pub comment: &'static str,
    /// The block.
    pub block: Block,
}

/// A variable of a stack that is filled with an output of an earlier one.
///
/// The tool writes these into the stack's `inputs.auto.tfvars.json` before it plans it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// Name of the variable.
    pub name: &'static str,
    /// Its Terraform type.
    pub kind: &'static str,
    /// What it is, as a sentence.
    pub description: &'static str,
    /// Name of the stack that has it.
    pub stack: &'static str,
    /// Name of that stack's output.
    pub output: &'static str,
}

/// An output of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its name.
    pub name: &'static str,
    /// What it is, as a sentence.
    pub description: &'static str,
    /// The expression.
    pub value: String,
}

/// A provider that a stack needs besides `aws`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// Helm charts in the environment's cluster.
    Helm,
    /// Random values.
    Random,
}

impl Content {
    fn module(&mut self, block: Block) -> &mut Self {
        self.commented("", block)
    }

    /// Adds a data source without arguments, named `current`.
    fn block_data(&mut self, kind: &str) {
        self.commented("", Block::new("data", &[kind, "current"]));
    }

    fn commented(&mut self, comment: &'static str, block: Block) -> &mut Self {
        self.blocks.push(Commented { comment, block });
        self
    }

    /// Declares a variable filled with an earlier stack's output of the same name.
    fn input(&mut self, stack: &'static str, name: &'static str, kind: &'static str, description: &'static str) {
        self.inputs.push(Input { name, kind, description, stack, output: name });
    }

    fn output(&mut self, name: &'static str, description: &'static str, value: impl Into<String>) {
        self.outputs.push(Output { name, description, value: value.into() });
    }
}

/// A call of one of the workspace's modules, with the arguments that every module takes.
fn module(name: &str, environment: &EnvironmentSpec) -> Block {
    labelled_module(name, name, environment)
}

/// A call of a module under another label, for a module that a stack calls twice.
fn labelled_module(label: &str, name: &str, environment: &EnvironmentSpec) -> Block {
    Block::new("module", &[label])
        .set("source", format!("../../../modules/{name}"))
        .paragraph()
        .set("project", environment.project.as_str())
        .set("environment", environment.name.as_str())
        .paragraph()
}

/// An object value from pairs.
fn object(entries: impl IntoIterator<Item = (impl Into<String>, Value)>) -> Value {
    Value::Object(entries.into_iter().map(|(name, value)| (name.into(), value)).collect())
}
