//! The declarations of one module, found once and shared by all its instances.

use std::{collections::BTreeMap, ops::Range};

use hcl_edit::{
    Span,
    expr::Expression,
    structure::{Attribute, Block, Structure},
};
use indexmap::IndexMap;

use super::instance::Mode;
use crate::hcl::{
    Document,
    evaluate::{Nothing, Type, evaluate},
};

/// The Terraform files of one folder.
#[derive(Clone, Debug)]
pub struct ModuleSource {
    /// The folder, with `/` between its parts; `source = "../vpc"` is looked up from here.
    pub directory: String,
    /// The files.
    pub documents: Vec<Document>,
}

/// A resource within its module: resource or data source, type and name.
pub(super) type ResourceKey<'m> = (Mode, &'m str, &'m str);

/// A part of a file.
#[derive(Debug)]
pub(super) struct Declared<'m, T> {
    pub(super) document: &'m Document,
    pub(super) item: &'m T,
}

impl<T> Clone for Declared<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Declared<'_, T> {}

impl<'m, T: Span> Declared<'m, T> {
    /// The file and the span in it.
    pub(super) fn place(self) -> Place<'m> {
        (self.document, self.item.span().unwrap_or_default())
    }
}

/// A file and a span of its tree.
pub(super) type Place<'m> = (&'m Document, Range<usize>);

/// An input variable.
#[derive(Debug)]
pub(super) struct Variable<'m> {
    pub(super) block: Declared<'m, Block>,
    pub(super) kind: Type,
    pub(super) nullable: bool,
    pub(super) sensitive: bool,
}

/// What a module declares, by name.
#[derive(Debug, Default)]
pub(super) struct Declarations<'m> {
    pub(super) directory: &'m str,
    pub(super) variables: BTreeMap<&'m str, Variable<'m>>,
    pub(super) locals: IndexMap<&'m str, Declared<'m, Attribute>>,
    pub(super) resources: IndexMap<ResourceKey<'m>, Declared<'m, Block>>,
    pub(super) calls: IndexMap<&'m str, Declared<'m, Block>>,
    pub(super) outputs: BTreeMap<&'m str, Declared<'m, Block>>,
}

impl<'m> Declarations<'m> {
    pub(super) fn of(source: &'m ModuleSource) -> Self {
        let mut declarations = Self { directory: &source.directory, ..Self::default() };
        for document in &source.documents {
            for block in document.body().iter().filter_map(Structure::as_block) {
                declarations.add(Declared { document, item: block });
            }
        }
        declarations
    }

    /// A resource, with its key as the files have it, which lives as long as they do.
    pub(super) fn resource(&self, key: &ResourceKey<'_>) -> Option<(&ResourceKey<'m>, &Declared<'m, Block>)> {
        let place = self.resources.get_index_of(key)?;
        self.resources.get_index(place)
    }

    fn add(&mut self, block: Declared<'m, Block>) {
        let label = |position: usize| block.item.labels.get(position).map(hcl_edit::structure::BlockLabel::as_str);
        match (block.item.ident.as_str(), label(0), label(1)) {
            ("variable", Some(name), _) => {
                self.variables.insert(name, Variable::of(block));
            }
            ("locals", ..) => {
                let document = block.document;
                let locals = block.item.body.attributes();
                self.locals.extend(locals.map(|item| (item.key.as_str(), Declared { document, item })));
            }
            ("resource", Some(kind), Some(name)) => {
                self.resources.insert((Mode::Managed, kind, name), block);
            }
            ("data", Some(kind), Some(name)) => {
                self.resources.insert((Mode::Data, kind, name), block);
            }
            ("module", Some(name), _) => {
                self.calls.insert(name, block);
            }
            ("output", Some(name), _) => {
                self.outputs.insert(name, block);
            }
            _ => {}
        }
    }
}

impl<'m> Variable<'m> {
    fn of(block: Declared<'m, Block>) -> Self {
        let body = &block.item.body;
        let kind = body
            .get_attribute("type")
            .and_then(|kind| Type::parse(&kind.value, &mut |default| evaluate(default, &Nothing).value));
        Self {
            block,
            kind: kind.unwrap_or(Type::Any),
            nullable: flag(block.item, "nullable").unwrap_or(true),
            sensitive: flag(block.item, "sensitive").unwrap_or(false),
        }
    }

    pub(super) fn default(&self) -> Option<&'m Expression> {
        self.block.item.body.get_attribute("default").map(|default| &default.value)
    }
}

/// A literal `true` or `false` of a block.
pub(super) fn flag(block: &Block, name: &str) -> Option<bool> {
    block.body.get_attribute(name).and_then(|flag| flag.value.as_bool())
}

/// The folder that a module's `source` names, seen from the folder of who calls it; nothing for one from elsewhere. Paths
/// of files are resolved alike.
pub(crate) fn local_directory(from: &str, source: &str) -> Option<String> {
    if !source.starts_with("./") && !source.starts_with("../") {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in from.split('/').chain(source.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    let root = if from.starts_with('/') { "/" } else { "" };
    Some(format!("{root}{}", parts.join("/")))
}
