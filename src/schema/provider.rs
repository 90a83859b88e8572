//! One provider's schema: which resource types it has and which arguments they take.
//!
//! The text of a schema is large (nearly a megabyte for `hashicorp/aws`) and a command asks for a few types, so the
//! text is indexed on first use and a block is decoded when somebody asks for it.

use std::{
    borrow::Cow,
    ops::Range,
    sync::{Arc, OnceLock},
};

use indexmap::IndexMap;

use super::{compact, types::Type};

/// The arguments and nested blocks of a resource type, data source, provider configuration or nested block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// What is written `name = value`, by name.
    pub attributes: IndexMap<String, Attribute>,
    /// What is written `name { … }`, by name.
    pub blocks: IndexMap<String, NestedBlock>,
    /// Whether the provider wants nobody to use it any more.
    pub deprecated: bool,
}

/// One argument or computed attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags of Terraform's schema format are independent of each other"
)]
pub struct Attribute {
    /// The type of its value.
    pub kind: Type,
    /// Whether the schema describes its value by attributes of its own, so that it is never written as blocks.
    pub nested: bool,
    /// Whether the configuration must set it.
    pub required: bool,
    /// Whether the configuration may set it.
    pub optional: bool,
    /// Whether the provider sets it where the configuration does not.
    pub computed: bool,
    /// Whether its value is hidden in plans.
    pub sensitive: bool,
    /// Whether the provider wants nobody to use it any more.
    pub deprecated: bool,
    /// Whether it is sent to the provider and never stored.
    pub write_only: bool,
}

impl Attribute {
    /// Whether a configuration may set it at all.
    #[must_use]
    pub const fn is_argument(&self) -> bool {
        self.required || self.optional
    }
}

/// How a nested block repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// At most once; references see one object.
    Single,
    /// In order; references see a list.
    List,
    /// Without order; references see a set.
    Set,
    /// Labelled; references see a map.
    Map,
}

/// A block that stands inside another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NestedBlock {
    /// How it repeats.
    pub nesting: Nesting,
    /// What it contains.
    pub block: Arc<Block>,
    /// How often it must stand there.
    pub min_items: u64,
    /// How often it may stand there; `None` is any number.
    pub max_items: Option<u64>,
}

/// The kinds of things a provider has types of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// `resource` blocks.
    Resource,
    /// `data` blocks.
    Data,
    /// `ephemeral` blocks.
    Ephemeral,
}

impl Mode {
    /// The keyword that opens such a block.
    #[must_use]
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Data => "data",
            Self::Ephemeral => "ephemeral",
        }
    }

    /// What people call such a thing.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Data => "data source",
            Self::Ephemeral => "ephemeral resource",
        }
    }
}

/// One provider's schema, decoded as far as somebody has asked.
#[derive(Debug)]
pub struct Provider {
    source: String,
    version: String,
    text: Cow<'static, str>,
    index: OnceLock<Option<Index>>,
}

/// Where in the text what stands, and the blocks decoded so far.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) configuration: usize,
    pub(super) resources: IndexMap<String, usize>,
    pub(super) data: IndexMap<String, usize>,
    pub(super) ephemeral: IndexMap<String, usize>,
    pub(super) types: Vec<Part<Type>>,
    pub(super) blocks: Vec<Part<Arc<Block>>>,
}

/// A part of the text, decoded when somebody asks for it; `None` where it is malformed.
#[derive(Debug)]
pub(super) struct Part<T> {
    pub(super) range: Range<usize>,
    pub(super) decoded: OnceLock<Option<T>>,
}

impl Provider {
    pub(super) fn new(source: &str, version: &str, text: impl Into<Cow<'static, str>>) -> Self {
        Self { source: source.to_owned(), version: version.to_owned(), text: text.into(), index: OnceLock::new() }
    }

    /// The provider's address without the registry, e.g. `hashicorp/aws`.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The provider's version, e.g. `6.25.0`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The block that a `provider` block of this provider is checked against.
    #[must_use]
    pub fn configuration(&self) -> Option<Arc<Block>> {
        let index = self.index()?;
        compact::block(&self.text, index, index.configuration)
    }

    /// The block that one type is checked against; `None` where the provider has no such type.
    #[must_use]
    pub fn block(&self, mode: Mode, name: &str) -> Option<Arc<Block>> {
        let index = self.index()?;
        compact::block(&self.text, index, *index.names(mode).get(name)?)
    }

    /// Whether the provider has a type of this name.
    #[must_use]
    pub fn has(&self, mode: Mode, name: &str) -> bool {
        self.index().is_some_and(|index| index.names(mode).contains_key(name))
    }

    /// The names of all types, in the order of the schema.
    pub fn names(&self, mode: Mode) -> impl Iterator<Item = &str> {
        self.index().into_iter().flat_map(move |index| index.names(mode).keys().map(String::as_str))
    }

    fn index(&self) -> Option<&Index> {
        self.index.get_or_init(|| compact::index(&self.text)).as_ref()
    }
}

impl Index {
    fn names(&self, mode: Mode) -> &IndexMap<String, usize> {
        match mode {
            Mode::Resource => &self.resources,
            Mode::Data => &self.data,
            Mode::Ephemeral => &self.ephemeral,
        }
    }
}
