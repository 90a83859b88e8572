//! Checks a block's body against a schema: its arguments, the blocks inside it, and what is missing.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use hcl_edit::structure::{Attribute, Block as HclBlock, Body, Structure};
use indexmap::IndexMap;

use super::{FileCheck, grade::Grade};
use crate::{
    hcl::is_masked,
    schema::{
        provider,
        provider::{Block, NestedBlock},
        types::{Field, Type},
    },
};

/// Whose body is checked.
#[derive(Clone, Copy)]
pub(super) struct Owner<'o> {
    /// What messages call it, e.g. `aws_vpc`.
    pub(super) name: &'o str,
    /// What becomes of findings.
    pub(super) grade: &'o Grade<'o>,
    /// The arguments that the language puts into such a block, checked elsewhere.
    pub(super) arguments: &'o [&'o str],
    /// The blocks that the language puts into such a block, checked elsewhere.
    pub(super) blocks: &'o [&'o str],
    /// Whether all of the block is here; override files and `provider` blocks leave things out.
    pub(super) is_whole: bool,
}

/// How often each nested block stands in a body.
#[derive(Default)]
struct Count {
    written: u64,
    is_dynamic: bool,
}

impl FileCheck<'_, '_> {
    /// Checks a body; `header` is where to point for what is missing.
    pub(super) fn body(&mut self, body: &Body, header: Range<usize>, schema: &Block, owner: Owner<'_>) {
        let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => self.argument(attribute, schema, owner),
                Structure::Block(block) => {
                    if let Some((name, is_dynamic)) = self.nested(block, schema, owner) {
                        let count = counts.entry(name).or_default();
                        count.written += u64::from(!is_dynamic);
                        count.is_dynamic |= is_dynamic;
                        self.too_many(block, schema, name, count.written, owner);
                    }
                }
            }
        }
        if owner.is_whole {
            self.missing_arguments(body, &header, schema, owner, &counts);
            self.missing_blocks(&header, schema, owner, &counts);
        }
    }

    fn argument(&mut self, attribute: &Attribute, schema: &Block, owner: Owner<'_>) {
        let name = attribute.key.as_str();
        if is_masked(name) || owner.arguments.contains(&name) {
            return;
        }
        let span = self.span(&attribute.key, attribute);
        match schema.attributes.get(name) {
            Some(argument) if argument.is_argument() => {
                self.value(&attribute.value, &argument.kind, name, owner.grade);
            }
            Some(_) => {
                let message = format!("`{name}` of `{}` is set by the provider alone", owner.name);
                let diagnostic = self
                    .error("computed-argument", message, span)
                    .label("only to be read")
                    .hint("remove the argument; other blocks may refer to the attribute");
                self.findings.outcome.diagnostics.extend(owner.grade.loose(diagnostic));
            }
            None if schema.blocks.contains_key(name) => {
                let message = format!("`{name}` of `{}` is a block, not an argument", owner.name);
                let diagnostic = self
                    .error("block-expected", message, span)
                    .label("a block of this name goes here")
                    .hint(format!("write `{name} {{ … }}` without `=`"));
                self.findings.outcome.diagnostics.extend(owner.grade.reshaped(diagnostic));
            }
            None => {
                let message = format!("`{}` has no argument `{name}`", owner.name);
                let diagnostic = self.error("unknown-argument", message, span).label("unknown argument");
                let names = settable(schema, owner);
                let graded = owner.grade.unknown(diagnostic, name, names);
                self.findings.outcome.diagnostics.extend(graded);
            }
        }
    }

    /// Checks a nested block; gives its name and whether it is dynamic, where the schema knows it.
    fn nested<'b>(&mut self, block: &'b HclBlock, schema: &Block, owner: Owner<'_>) -> Option<(&'b str, bool)> {
        let keyword = block.ident.as_str();
        if owner.blocks.contains(&keyword) {
            return None;
        }
        if keyword == "dynamic" {
            let name = block.labels.first()?.as_str();
            let content = self.dynamic(block)?;
            let at = self.header(block);
            return self.nested_body(name, content, at, schema, owner).then_some((name, true));
        }
        let at = self.header(block);
        self.nested_body(keyword, &block.body, at, schema, owner).then_some((keyword, false))
    }

    /// Checks what `dynamic` itself takes; gives the body of its content.
    fn dynamic<'b>(&mut self, block: &'b HclBlock) -> Option<&'b Body> {
        for structure in &block.body {
            let (name, part) = match structure {
                Structure::Attribute(attribute) => (attribute.key.as_str(), self.span(&attribute.key, attribute)),
                Structure::Block(block) => (block.ident.as_str(), self.header(block)),
            };
            let is_known = match structure {
                Structure::Attribute(_) => matches!(name, "for_each" | "iterator" | "labels") || is_masked(name),
                Structure::Block(_) => name == "content",
            };
            if !is_known {
                let known = ["for_each", "iterator", "labels", "content"];
                let message = format!("`dynamic` takes no `{name}`");
                self.undeclared("unknown-argument", message, part, name, known);
            }
        }
        let header = self.header(block);
        if !block.body.has_attribute("for_each") {
            let message = "the `dynamic` block has no `for_each`";
            let diagnostic = self.error("missing-argument", message, header.clone()).hint("say what it repeats over");
            self.push(diagnostic);
        }
        let mut contents = block.body.get_blocks("content");
        let content = contents.next();
        if content.is_none() || contents.next().is_some() {
            let message = "a `dynamic` block has exactly one `content` block";
            let diagnostic = self.error("dynamic-content", message, header);
            self.push(diagnostic);
        }
        content.map(|content| &content.body)
    }

    fn nested_body(&mut self, name: &str, body: &Body, at: Range<usize>, schema: &Block, owner: Owner<'_>) -> bool {
        let inner = format!("{} {name}", owner.name);
        let within = Owner { name: &inner, arguments: &[], blocks: &[], ..owner };
        if let Some(nested) = schema.blocks.get(name) {
            if !is_opaque(&nested.block) {
                self.body(body, at, &nested.block, Owner { is_whole: true, ..within });
            }
            return true;
        }
        let Some(argument) = schema.attributes.get(name) else {
            let message = format!("`{}` has no block `{name}`", owner.name);
            let diagnostic = self.error("unknown-block", message, at).label("unknown block");
            let names = schema.blocks.keys().map(String::as_str).chain(owner.blocks.iter().copied());
            let graded = owner.grade.unknown(diagnostic, name, names);
            self.findings.outcome.diagnostics.extend(graded);
            return false;
        };
        // Providers let people write a list of objects as repeated blocks too.
        match argument.kind.block_fields() {
            Some(fields) if argument.is_argument() && !argument.nested => {
                self.body(body, at, &block_of(fields), within);
            }
            _ => {
                let value = match argument.kind {
                    Type::List(_) | Type::Set(_) => "[{ … }]",
                    Type::Map(_) | Type::Object(_) => "{ … }",
                    _ => "…",
                };
                let message = format!("`{name}` of `{}` is an argument, not a block", owner.name);
                let diagnostic = self
                    .error("argument-expected", message, at)
                    .label("an argument of this name goes here")
                    .hint(format!("write `{name} = {value}`"));
                self.findings.outcome.diagnostics.extend(owner.grade.reshaped(diagnostic));
            }
        }
        false
    }

    fn too_many(&mut self, block: &HclBlock, schema: &Block, name: &str, written: u64, owner: Owner<'_>) {
        let Some(limit) = schema.blocks.get(name).and_then(nested_limit) else { return };
        // One message is enough, at the first block too many.
        if written == limit + 1 && block.ident.as_str() != "dynamic" {
            let times = if limit == 1 { "one `".to_owned() } else { format!("{limit} `") };
            let message = format!("`{}` takes at most {times}{name}` block{}", owner.name, plural(limit));
            let at = self.header(block);
            let diagnostic = self.error("too-many-blocks", message, at).label("one too many");
            self.findings.outcome.diagnostics.extend(owner.grade.firm(diagnostic));
        }
    }

    fn missing_arguments(
        &mut self,
        body: &Body,
        header: &Range<usize>,
        schema: &Block,
        owner: Owner<'_>,
        counts: &BTreeMap<&str, Count>,
    ) {
        let is_written = |name: &str| body.has_attribute(name) || counts.contains_key(name) || body.has_blocks(name);
        let is_dynamic = |name: &str| {
            body.get_blocks("dynamic").any(|block| block.labels.first().is_some_and(|label| label.as_str() == name))
        };
        let missing = schema.attributes.iter().filter(|(_, argument)| argument.required).map(|(name, _)| name);
        for name in missing.filter(|name| !is_written(name) && !is_dynamic(name)) {
            let message = format!("`{}` needs the argument `{name}`", owner.name);
            let diagnostic = self
                .error("missing-argument", message, header.clone())
                .label(format!("`{name}` is missing"))
                .hint(format!("add `{name} = …`"));
            self.findings.outcome.diagnostics.extend(owner.grade.firm(diagnostic));
        }
    }

    fn missing_blocks(
        &mut self,
        header: &Range<usize>,
        schema: &Block,
        owner: Owner<'_>,
        counts: &BTreeMap<&str, Count>,
    ) {
        for (name, nested) in &schema.blocks {
            let count = counts.get(name.as_str());
            let written = count.map_or(0, |count| count.written);
            if written < nested.min_items && !count.is_some_and(|count| count.is_dynamic) {
                let least = nested.min_items;
                let message = format!("`{}` needs at least {least} `{name}` block{}", owner.name, plural(least));
                let diagnostic = self
                    .error("missing-block", message, header.clone())
                    .label(format!("`{name}` is missing"))
                    .hint(format!("add `{name} {{ … }}`"));
                self.findings.outcome.diagnostics.extend(owner.grade.firm(diagnostic));
            }
        }
    }
}

/// The names that may stand in a body as arguments.
fn settable<'n>(schema: &'n Block, owner: Owner<'n>) -> impl Iterator<Item = &'n str> {
    let settable = schema.attributes.iter().filter(|(_, argument)| argument.is_argument());
    let arguments = settable.map(|(name, _)| name.as_str());
    arguments.chain(schema.blocks.keys().map(String::as_str)).chain(owner.arguments.iter().copied())
}

/// Whether a schema says nothing about the inside of a block, as some very large ones do.
fn is_opaque(block: &Block) -> bool {
    block.attributes.is_empty() && block.blocks.is_empty()
}

fn nested_limit(nested: &NestedBlock) -> Option<u64> {
    match nested.nesting {
        provider::Nesting::Single => Some(1),
        _ => nested.max_items,
    }
}

/// An argument that is a list of objects, seen as a block; what a block leaves out is null.
fn block_of(fields: &IndexMap<String, Field>) -> Arc<Block> {
    let argument = |field: &Field| provider::Attribute {
        kind: field.kind.clone(),
        nested: false,
        required: false,
        optional: !field.computed,
        computed: field.computed,
        sensitive: false,
        deprecated: false,
        write_only: false,
    };
    let attributes = fields.iter().map(|(name, field)| (name.clone(), argument(field))).collect();
    Arc::new(Block { attributes, ..Block::default() })
}

const fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}
