//! The compact form in which provider schemas are embedded and stored.
//!
//! One JSON object per provider: `p` its address, `t` the distinct types, `b` the distinct blocks, and `provider`,
//! `r`, `d`, `e` the indexes of the blocks of the provider configuration and of each resource type, data source and
//! ephemeral resource. A block is `[ATTRIBUTES, BLOCKS?, 1 where deprecated]`:
//!
//! - an attribute is a flag (`r` required, `o` optional, `c` computed, `x` optional and computed), then upper-case
//!   marks (`S` sensitive, `D` deprecated, `W` write-only), then its type: `s`, `b`, `n`, `d` (dynamic) or an index
//!   into `t`, an `N` before it marking a nested type;
//! - a nested block is its nesting (`l` list, `s` set, `1` single, `m` map), the index of its block, and
//!   `,minimum,maximum` where they are set.

use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::{
    provider::{Attribute, Block, Index, NestedBlock, Nesting, Part},
    types::Type,
};

#[derive(Deserialize)]
struct Schema<'a> {
    provider: usize,
    #[serde(default, rename = "r")]
    resources: IndexMap<String, usize>,
    #[serde(default, rename = "d")]
    data: IndexMap<String, usize>,
    #[serde(default, rename = "e")]
    ephemeral: IndexMap<String, usize>,
    #[serde(borrow, rename = "t")]
    types: Vec<&'a RawValue>,
    #[serde(borrow, rename = "b")]
    blocks: Vec<&'a RawValue>,
}

/// Finds where in a compact schema's text what stands; `None` where it is not a compact schema.
pub(super) fn index(text: &str) -> Option<Index> {
    let schema: Schema<'_> = serde_json::from_str(text).ok()?;
    Some(Index {
        configuration: schema.provider,
        resources: schema.resources,
        data: schema.data,
        ephemeral: schema.ephemeral,
        types: schema.types.into_iter().map(|raw| part(text, raw)).collect(),
        blocks: schema.blocks.into_iter().map(|raw| part(text, raw)).collect(),
    })
}

/// Notes where in `text` a value borrowed from it stands.
fn part<T>(text: &str, raw: &RawValue) -> Part<T> {
    let start = raw.get().as_ptr() as usize - text.as_ptr() as usize;
    Part { range: start..start + raw.get().len(), decoded: OnceLock::new() }
}

/// One block with everything in it; `None` where the text does not hold it whole.
pub(super) fn block(text: &str, index: &Index, at: usize) -> Option<Arc<Block>> {
    let part = index.blocks.get(at)?;
    part.decoded
        .get_or_init(|| {
            let parts: Vec<Value> = serde_json::from_str(&text[part.range.clone()]).ok()?;
            decode(text, index, at, &parts).map(Arc::new)
        })
        .clone()
}

fn decode(text: &str, index: &Index, at: usize, parts: &[Value]) -> Option<Block> {
    let mut block = Block { deprecated: parts.get(2).is_some(), ..Block::default() };
    for (name, code) in parts.first()?.as_object()? {
        block.attributes.insert(name.clone(), attribute(text, index, name, code.as_str()?)?);
    }
    for (name, code) in parts.get(1).and_then(Value::as_object).into_iter().flatten() {
        block.blocks.insert(name.clone(), nested(text, index, at, code.as_str()?)?);
    }
    Some(block)
}

fn attribute(text: &str, index: &Index, name: &str, code: &str) -> Option<Attribute> {
    let (flag, rest) = code.split_at_checked(1)?;
    let kind = rest.trim_start_matches(['S', 'D', 'W']);
    let marks = &rest[..rest.len() - kind.len()];
    Some(Attribute {
        kind: decode_type(text, index, kind)?,
        nested: kind.starts_with('N'),
        required: flag == "r",
        optional: matches!(flag, "o" | "x"),
        computed: matches!(flag, "c" | "x"),
        sensitive: marks.contains('S'),
        deprecated: marks.contains('D'),
        // Schemas without the mark still follow the convention that providers name these by.
        write_only: marks.contains('W') || name.ends_with("_wo"),
    })
}

fn decode_type(text: &str, index: &Index, code: &str) -> Option<Type> {
    match code {
        "s" => Some(Type::String),
        "n" => Some(Type::Number),
        "b" => Some(Type::Bool),
        "d" | "Nd" => Some(Type::Dynamic),
        _ => {
            let part = index.types.get(code.trim_start_matches('N').parse::<usize>().ok()?)?;
            let decode = || Type::from_json(&serde_json::from_str(&text[part.range.clone()]).ok()?);
            part.decoded.get_or_init(decode).clone()
        }
    }
}

fn nested(text: &str, index: &Index, parent: usize, code: &str) -> Option<NestedBlock> {
    let (mode, rest) = code.split_at_checked(1)?;
    let mut numbers = rest.split(',');
    let at: usize = numbers.next()?.parse().ok()?;
    // Blocks are stored after the blocks inside them, so that no text can make the decoder run in circles.
    if at >= parent {
        return None;
    }
    let limits: Vec<u64> = numbers.map(str::parse).collect::<Result<_, _>>().ok()?;
    Some(NestedBlock {
        nesting: match mode {
            "l" => Nesting::List,
            "s" => Nesting::Set,
            "1" => Nesting::Single,
            "m" => Nesting::Map,
            _ => return None,
        },
        block: block(text, index, at)?,
        min_items: limits.first().copied().unwrap_or_default(),
        max_items: limits.get(1).copied(),
    })
}
