//! A module's README: what it is, how to call it, and the tables of inputs and outputs that people know from
//! terraform-docs, read from the composed files.

use std::fmt::Write as _;

use hcl_edit::structure::{Block, Body, Structure};

use super::Module;
use crate::{diagnostic::Source, hcl::Document};

struct Input {
    name: String,
    description: String,
    kind: String,
    default: Option<String>,
}

/// Writes the README of a composed module.
pub(super) fn render(module: &Module, variables: &str, outputs: &str, versions: &str) -> String {
    let inputs = inputs(variables);
    let mut text = format!("# {}\n\n{}\n\n{}\n", module.name, module.summary, module.about.trim());
    usage(&mut text, module.name, &inputs);
    requirements(&mut text, versions);
    text.push_str("\n## Inputs\n\n| Name | Description | Type | Default | Required |\n|---|---|---|---|:---:|\n");
    for input in &inputs {
        let required = if input.default.is_some() { "no" } else { "yes" };
        let default = input.default.as_deref().map_or_else(|| "n/a".to_owned(), code);
        let _ = writeln!(
            text,
            "| {} | {} | {} | {default} | {required} |",
            input.name,
            cell(&input.description),
            code(&input.kind)
        );
    }
    text.push_str("\n## Outputs\n\n| Name | Description |\n|---|---|\n");
    for (name, description) in output_descriptions(outputs) {
        let _ = writeln!(text, "| {name} | {} |", cell(&description));
    }
    text
}

fn usage(text: &mut String, name: &str, inputs: &[Input]) {
    let _ = write!(text, "\n## Usage\n\n```hcl\nmodule \"{name}\" {{\n");
    let required: Vec<&Input> = inputs.iter().filter(|input| input.default.is_none()).collect();
    let width = required.iter().map(|input| input.name.len()).max().unwrap_or(0).max("source".len());
    let _ = writeln!(text, "  {:width$} = \"../../../modules/{name}\"", "source");
    for input in required {
        let _ = writeln!(text, "  {:width$} = …", input.name);
    }
    text.push_str("}\n```\n");
}

fn requirements(text: &mut String, versions: &str) {
    let Some(document) = parse("versions.tf", versions) else {
        return;
    };
    text.push_str("\n## Requirements\n\n| Name | Version |\n|---|---|\n");
    for terraform in labelled(document.body(), "terraform") {
        if let Some(version) = terraform.body.get_attribute("required_version") {
            let _ = writeln!(text, "| terraform | {} |", string(&version.value).unwrap_or_default());
        }
        for providers in labelled(&terraform.body, "required_providers") {
            for provider in providers.body.attributes() {
                let version = provider.value.as_object().and_then(|object| {
                    object.iter().find(|(key, _)| key.as_ident().is_some_and(|key| key.as_str() == "version"))
                });
                let version = version.and_then(|(_, value)| string(value.expr())).unwrap_or_default();
                let _ = writeln!(text, "| {} | {version} |", provider.key.as_str());
            }
        }
    }
}

fn inputs(variables: &str) -> Vec<Input> {
    let Some(document) = parse("variables.tf", variables) else {
        return Vec::new();
    };
    let mut inputs: Vec<Input> = labelled(document.body(), "variable")
        .map(|block| {
            let text = |name| block.body.get_attribute(name).map(|it| document.text(&it.value).trim().to_owned());
            Input {
                name: label(block),
                description: description(block),
                kind: text("type").unwrap_or_else(|| "any".to_owned()),
                default: text("default"),
            }
        })
        .collect();
    inputs.sort_by(|left, right| left.name.cmp(&right.name));
    inputs
}

fn output_descriptions(outputs: &str) -> Vec<(String, String)> {
    let Some(document) = parse("outputs.tf", outputs) else {
        return Vec::new();
    };
    let mut found: Vec<_> =
        labelled(document.body(), "output").map(|block| (label(block), description(block))).collect();
    found.sort();
    found
}

/// The composed files come from embedded text that tests parse, so there is nobody to report an error to here.
fn parse(name: &str, text: &str) -> Option<Document> {
    Document::parse(Source::new(name, text)).ok()
}

fn labelled<'a>(body: &'a Body, kind: &'a str) -> impl Iterator<Item = &'a Block> {
    body.iter().filter_map(move |structure| match structure {
        Structure::Block(block) if block.ident.as_str() == kind => Some(block),
        _ => None,
    })
}

fn label(block: &Block) -> String {
    block.labels.first().map(|label| label.as_str().to_owned()).unwrap_or_default()
}

fn description(block: &Block) -> String {
    block.body.get_attribute("description").and_then(|it| string(&it.value)).unwrap_or_default()
}

fn string(expression: &hcl_edit::expr::Expression) -> Option<String> {
    expression.as_str().map(str::to_owned)
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// A value in a table: on one line, as code, without what breaks the table.
fn code(value: &str) -> String {
    let one_line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("`{}`", one_line.replace('|', "\\|"))
}
