//! Checks what stands at the top of a file, and the blocks that only the language knows.

use hcl_edit::{
    expr::Expression,
    structure::{Block as HclBlock, Structure},
};

use super::{FileCheck, grade::Grade, language, references::Scope};
use crate::{
    hcl::{Found, visit},
    schema::{module::type_constraint, provider::Mode},
};

impl<'a> FileCheck<'a, '_> {
    /// Checks the whole file.
    pub(super) fn top_level(&mut self) {
        for structure in self.document.body() {
            match structure {
                Structure::Attribute(attribute) => {
                    let name = attribute.key.as_str();
                    let span = self.span(&attribute.key, attribute);
                    let message = format!("the argument `{name}` stands in no block");
                    let hint = "values of the module go into `locals { … }`, values of variables into a `.tfvars` file";
                    let diagnostic = self.error("argument-outside-block", message, span).hint(hint);
                    self.push(diagnostic);
                }
                Structure::Block(block) => self.top_level_block(block),
            }
        }
    }

    fn top_level_block(&mut self, block: &'a HclBlock) {
        let keyword = block.ident.as_str();
        let Some((_, labels)) = language::TOP_LEVEL.iter().find(|(name, _)| *name == keyword) else {
            let span = self.span(&block.ident, block);
            let names = language::TOP_LEVEL.iter().map(|(name, _)| *name);
            let message = format!("Terraform has no block `{keyword}`");
            self.undeclared("unknown-block", message, span, keyword, names);
            return;
        };
        if block.labels.len() != *labels {
            let span = self.header(block);
            let message = format!("`{keyword}` has {labels} label{}", if *labels == 1 { "" } else { "s" });
            let diagnostic = self
                .error("wrong-labels", message, span)
                .label(format!("{} here", block.labels.len()))
                .hint_if(example(keyword).map(|example| format!("write `{example}`")));
            self.push(diagnostic);
            return;
        }
        self.names(block);
        match keyword {
            "terraform" => return self.terraform(block),
            "variable" => return self.variable(block),
            "resource" => self.resource(Mode::Resource, block),
            "data" => self.resource(Mode::Data, block),
            "ephemeral" => self.resource(Mode::Ephemeral, block),
            "module" => self.module_call(block),
            "provider" => self.provider_block(block),
            "check" => {
                self.language_block(block, "check");
                block.body.get_blocks("data").for_each(|data| self.resource(Mode::Data, data));
            }
            "output" | "moved" | "import" | "removed" => self.language_block(block, keyword),
            _ => {}
        }
        self.references(block);
    }

    /// Checks that the last label is a name.
    fn names(&mut self, block: &HclBlock) {
        let Some(label) = block.labels.last() else { return };
        let is_letter = |letter: char| letter.is_alphabetic() || letter == '_';
        let name = label.as_str();
        let is_name = name.starts_with(is_letter)
            && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'));
        if !is_name {
            let span = self.document.span(label);
            let diagnostic = self
                .error("invalid-name", format!("`{name}` is no name"), span)
                .hint("a name begins with a letter or `_` and goes on with letters, digits, `_` and `-`");
            self.push(diagnostic);
        }
    }

    fn terraform(&mut self, block: &HclBlock) {
        self.language_block(block, "terraform");
        for backend in block.body.get_blocks("backend") {
            let Some(label) = backend.labels.first() else { continue };
            if !language::BACKENDS.contains(&label.as_str()) {
                let name = label.as_str();
                let span = self.document.span(label);
                let message = format!("Terraform has no backend `{name}`");
                self.undeclared("unknown-backend", message, span, name, language::BACKENDS);
            }
        }
    }

    fn variable(&mut self, block: &'a HclBlock) {
        self.language_block(block, "variable");
        let Some(label) = block.labels.first() else { return };
        if language::RESERVED_VARIABLES.contains(&label.as_str()) {
            let message = format!("no variable may have the name `{}`", label.as_str());
            let span = self.document.span(label);
            let diagnostic = self.error("reserved-name", message, span);
            self.push(diagnostic.hint("a module call uses that name itself: choose another one"));
        }
        let kind = block.body.get_attribute("type").map(|attribute| type_constraint(&attribute.value));
        if let Some(Err((part, why))) = &kind {
            let span = self.document.span(*part);
            let diagnostic = self
                .error("invalid-type", "the type of the variable is none that Terraform has", span)
                .label(*why)
                .hint("types are `string`, `number`, `bool`, `any`, `list(…)`, `set(…)`, `map(…)`, `object({…})` and `tuple([…])`");
            self.push(diagnostic);
        }
        if let Some(default) = block.body.get_attribute("default") {
            if let Some(Ok(kind)) = &kind {
                self.value(&default.value, kind, label.as_str(), &Grade::language());
            }
            self.default_is_plain(&default.value);
        }
        for validation in block.body.get_blocks("validation") {
            self.references_of_body("validation", &validation.body, &Scope::default());
        }
    }

    fn default_is_plain(&mut self, default: &'a Expression) {
        let mut references = Vec::new();
        visit(default, &[], &mut |found| {
            if let Found::Reference(reference) = found {
                references.push(reference);
            }
        });
        for reference in references {
            let span = self.document.span(reference.whole);
            let diagnostic = self
                .error("reference-in-default", "the default of a variable refers to something", span)
                .hint("a default is a plain value; make it `null` and use `coalesce` in `locals`");
            self.push(diagnostic);
        }
    }
}

/// How a block with labels is written.
fn example(keyword: &str) -> Option<&'static str> {
    match keyword {
        "resource" => Some("resource \"aws_vpc\" \"main\" { … }"),
        "data" => Some("data \"aws_region\" \"current\" { … }"),
        "ephemeral" => Some("ephemeral \"random_password\" \"main\" { … }"),
        "variable" => Some("variable \"name\" { … }"),
        "output" => Some("output \"name\" { … }"),
        "module" => Some("module \"name\" { … }"),
        "provider" => Some("provider \"aws\" { … }"),
        "check" => Some("check \"name\" { … }"),
        _ => None,
    }
}
