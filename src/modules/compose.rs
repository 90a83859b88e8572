//! Puts a module's features together into `main.tf`, `variables.tf`, `outputs.tf` and `versions.tf`.

use rayon::prelude::*;

use super::{COMMON, Feature, Module, readme};
use crate::spec::EnvironmentSpec;

/// First line of every generated Terraform file.
pub const NOTICE: &str = "# Written by deployer. Edit freely: generating again keeps every edit.\n";

/// A composed module: its files by name.
#[derive(Debug, PartialEq, Eq)]
pub struct Composed {
    /// Name of the module.
    pub name: &'static str,
    /// File names with their text, README first.
    pub files: Vec<(&'static str, String)>,
}

/// The modules that a workspace's environments need, with the features that any of them needs.
#[must_use]
pub fn compose(modules: &[&Module], environments: &[EnvironmentSpec]) -> Vec<Composed> {
    modules
        .par_iter()
        .filter(|module| environments.iter().any(module.used))
        .map(|module| compose_one(module, environments))
        .collect()
}

fn compose_one(module: &Module, environments: &[EnvironmentSpec]) -> Composed {
    let mut files = Files::default();
    files.add(COMMON);
    let needed = |feature: &Feature| environments.iter().any(|it| (module.used)(it) && (feature.needed)(it));
    for feature in module.features {
        files.add(if needed(feature) { feature.text } else { feature.absent });
    }
    let [main, variables, outputs] = [&files.main, &files.variables, &files.outputs].map(|it| file(it));
    let versions = format!("{NOTICE}\n{}", required_providers(module.versions, &files.main));
    let readme = readme::render(module, &variables, &outputs, &versions);
    let mut composed = vec![
        ("README.md", readme),
        ("main.tf", main),
        ("outputs.tf", outputs),
        ("variables.tf", variables),
        ("versions.tf", versions),
    ];
    for file in module.files {
        if module.features.iter().any(|feature| feature.name == file.feature && needed(feature)) {
            composed.push((file.name, file.text.to_owned()));
        }
    }
    Composed { name: module.name, files: composed }
}

/// A module's `terraform` block without the providers that only features left out use.
fn required_providers(versions: &str, blocks: &[&str]) -> String {
    let used = |provider: &str| {
        let prefix = format!("{provider}_");
        blocks.iter().flat_map(|block| declared_types(block)).any(|(_, name)| name.starts_with(&prefix))
    };
    let mut kept = String::new();
    let mut dropping = false;
    for line in versions.split_inclusive('\n') {
        // In the layout of `terraform fmt` a provider's entry starts and ends at the third level.
        if let Some(provider) = line.strip_prefix("    ").and_then(|rest| rest.strip_suffix(" = {\n")) {
            dropping = !used(provider.trim());
        }
        if !dropping {
            kept.push_str(line);
        }
        dropping &= line != "    }\n";
    }
    kept
}

#[derive(Default)]
struct Files<'a> {
    main: Vec<&'a str>,
    variables: Vec<&'a str>,
    outputs: Vec<&'a str>,
}

impl<'a> Files<'a> {
    fn add(&mut self, text: &'a str) {
        for block in blocks(text) {
            match block.kind {
                "variable" => self.variables.push(block.text),
                "output" => self.outputs.push(block.text),
                _ => self.main.push(block.text),
            }
        }
    }
}

fn file(blocks: &[&str]) -> String {
    let mut text = String::from(NOTICE);
    for block in blocks {
        text.push('\n');
        text.push_str(block);
    }
    text
}

/// A top-level block with the comment directly above it, as it stands in its feature file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TopLevel<'a> {
    pub(super) kind: &'a str,
    pub(super) text: &'a str,
}

/// Splits a feature file into its top-level blocks.
///
/// Feature files are laid out by `terraform fmt`, where a top-level block starts at the margin and ends with a brace at
/// the margin; a test compares this with the parser for every feature. It is an order of magnitude faster than parsing,
/// and copies every byte.
pub(super) fn blocks(text: &str) -> Vec<TopLevel<'_>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut kind = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let end = offset + line.len();
        if content.is_empty() && kind.is_none() {
            start = None;
        } else if start.is_none() {
            start = Some(offset);
        }
        if kind.is_none() && content.starts_with(|first: char| first.is_ascii_alphabetic()) {
            kind = content.split([' ', '{']).next();
        }
        if let (Some(name), Some(from)) = (kind, start)
            && (content == "}" || (content.ends_with("{}") && !line.starts_with(' ')))
        {
            found.push(TopLevel { kind: name, text: &text[from..end] });
            (kind, start) = (None, None);
        }
        offset = end;
    }
    found
}

/// Resources and data sources that a feature declares, as `resource` or `data` with the type.
pub(crate) fn declared_types(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| {
        let mut parts = line.split('"');
        let kind = parts.next()?.trim_end();
        (line.starts_with(kind) && matches!(kind, "resource" | "data")).then_some(kind).zip(parts.next())
    })
}

#[cfg(test)]
mod tests {
    use hcl_edit::structure::Block;

    use super::*;
    use crate::{diagnostic::Source, hcl::Document, modules::ALL};

    /// Every HCL text that modules are composed of.
    fn texts() -> Vec<(String, &'static str)> {
        let of_module = |module: &Module| {
            let name = module.name;
            let features = module.features.iter().flat_map(move |feature| {
                [
                    (format!("{name}/{}.tf", feature.name), feature.text),
                    (format!("{name}/{}.absent.hcl", feature.name), feature.absent),
                ]
            });
            features.collect::<Vec<_>>()
        };
        let features = ALL.iter().flat_map(|module| of_module(module));
        features.chain([("common.tf".to_owned(), COMMON)]).collect()
    }

    fn parsed(document: &Document) -> Vec<&Block> {
        assert_eq!(document.body().attributes().count(), 0, "{}", document.source().path());
        document.body().blocks().collect()
    }

    #[test]
    fn splitting_sees_what_the_parser_sees() {
        for (name, text) in texts() {
            let document = Document::parse(Source::new(&name, text)).unwrap();
            let expected = parsed(&document);
            let split = blocks(text);
            assert_eq!(split.len(), expected.len(), "{name}");
            for (found, expected) in split.iter().zip(expected) {
                assert_eq!(found.kind, expected.ident.as_str(), "{name}");
                let above = found.text.strip_suffix(&format!("{}\n", document.text(expected).trim_end())).unwrap();
                assert!(above.lines().all(|line| line.starts_with('#')), "{name}: {above}");
            }
            // Between blocks are empty lines only: nothing is lost.
            let between = split.iter().fold(text.to_owned(), |rest, block| rest.replacen(block.text, "", 1));
            assert_eq!(between.trim(), "", "{name}");
        }
    }

    #[test]
    fn declared_types_are_those_that_the_parser_sees() {
        for (name, text) in texts() {
            let document = Document::parse(Source::new(&name, text)).unwrap();
            let declared =
                parsed(&document).into_iter().filter(|block| matches!(block.ident.as_str(), "resource" | "data"));
            let expected: Vec<(&str, &str)> =
                declared.map(|block| (block.ident.as_str(), block.labels[0].as_str())).collect();
            assert_eq!(declared_types(text).collect::<Vec<_>>(), expected, "{name}");
        }
    }
}
