//! What an expansion consists of: instances of resources and data sources with their evaluated configuration.

use std::{collections::BTreeMap, fmt, sync::Arc};

use crate::{
    diagnostic::Diagnostic,
    hcl::evaluate::{Value, quoted},
};

/// Everything that a root module and the modules under it declare.
#[derive(Clone, Debug, PartialEq)]
pub struct Expansion {
    /// The instances: a module's own ones in the order of its files, then those of the modules it calls.
    pub instances: Vec<Instance>,
    /// The outputs of the root module.
    pub outputs: BTreeMap<String, Value>,
    /// What Terraform would refuse, in the order of the files.
    pub problems: Vec<Diagnostic>,
}

impl Expansion {
    /// The instance with an address such as `module.vpc.aws_subnet.private["use1-az1"]`.
    #[must_use]
    pub fn instance(&self, address: &str) -> Option<&Instance> {
        self.instances.iter().find(|instance| instance.address == address)
    }

    /// The managed resources of a type, in all modules.
    pub fn resources<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Instance> {
        self.instances.iter().filter(move |instance| instance.mode == Mode::Managed && instance.kind == kind)
    }
}

/// Whether Terraform creates something or only looks it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// `resource`
    Managed,
    /// `data`
    Data,
}

/// One instance of a resource or data source; or all of them, where their number is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// The address as Terraform writes it; with `[*]` or `["*"]` in it where a number of instances is not known.
    pub address: String,
    /// Resource or data source.
    pub mode: Mode,
    /// The type, such as `aws_subnet`.
    pub kind: String,
    /// The name within its module.
    pub name: String,
    /// The module's address, such as `module.vpc`; empty for the root module.
    pub module: String,
    /// Which one of the resource's instances it is.
    pub key: Key,
    /// The reference on which the number of instances depends, such as `var.vpc_id`; nothing where there is exactly
    /// this one.
    pub waits_for: Option<String>,
    /// The provider configuration of the root module, such as `aws` or `aws.us_east_1`.
    pub provider: String,
    /// What `depends_on` lists, as written.
    pub depends_on: Vec<String>,
    /// The arguments and nested blocks, without those that mean the same for every resource; of these `lifecycle` is
    /// kept.
    pub configuration: Configuration,
}

/// Which instance of something repeated is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// It is not repeated.
    None,
    /// Its number, where `count` says how many there are.
    Number(usize),
    /// Its key, where `for_each` says which there are.
    Text(Arc<str>),
    /// All that an unknown `count` will make.
    AnyNumber,
    /// All that an unknown `for_each` will make.
    AnyText,
}

impl fmt::Display for Key {
    /// Writes the key as part of an address, in brackets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Number(number) => write!(formatter, "[{number}]"),
            Self::Text(text) => write!(formatter, "[{}]", quoted(text)),
            Self::AnyNumber => formatter.write_str("[*]"),
            Self::AnyText => formatter.write_str("[\"*\"]"),
        }
    }
}

/// The evaluated content of a block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Configuration {
    /// The arguments by name.
    pub attributes: BTreeMap<String, Value>,
    /// The nested blocks in order, dynamic ones expanded.
    pub blocks: Vec<NestedBlock>,
}

impl Configuration {
    /// An argument's value.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Value> {
        self.attributes.get(name)
    }

    /// The nested blocks of a type.
    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a NestedBlock> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }

    /// The content of the first nested block of a type.
    #[must_use]
    pub fn block(&self, kind: &str) -> Option<&Self> {
        self.blocks.iter().find(|block| block.kind == kind).map(|block| &block.configuration)
    }
}

/// A nested block; or all that a dynamic block will make, where their number is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct NestedBlock {
    /// The block's type, such as `ingress`.
    pub kind: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// The reference on which the number of blocks depends.
    pub waits_for: Option<String>,
    /// What is in it.
    pub configuration: Configuration,
}
