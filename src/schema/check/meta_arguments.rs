//! The arguments and blocks that the language itself puts into resources: `count`, `lifecycle`, `provisioner` and so on.

use hcl_edit::{
    expr::{Expression, TraversalOperator},
    structure::{Attribute, Block as HclBlock, Body, Structure},
};

use super::{FileCheck, body::Owner, grade::Grade, language};
use crate::schema::{
    module::provider_reference,
    provider::{Block, Mode},
    types::Type,
};

/// The arguments that every resource, data source and ephemeral resource takes.
pub(super) const ARGUMENTS: [&str; 4] = ["count", "depends_on", "for_each", "provider"];

/// The blocks that every resource takes; data sources and ephemeral resources take the first.
pub(super) const BLOCKS: [&str; 3] = ["lifecycle", "connection", "provisioner"];

impl FileCheck<'_, '_> {
    /// Checks the language's own parts of a resource; `schema` is the resource's, where there is one.
    pub(super) fn meta_arguments(&mut self, body: &Body, mode: Mode, schema: Option<(&Block, &Grade<'_>)>) {
        self.repetition(body);
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => match attribute.key.as_str() {
                    "provider" => self.provider_argument(&attribute.value),
                    "depends_on" => self.depends_on(attribute),
                    _ => {}
                },
                Structure::Block(block) => match block.ident.as_str() {
                    "lifecycle" => self.lifecycle(block, mode, schema),
                    "connection" if mode == Mode::Resource => self.language_block(block, "connection"),
                    "provisioner" if mode == Mode::Resource => self.provisioner(block),
                    _ => {}
                },
            }
        }
    }

    /// Checks `count` and `for_each`.
    pub(super) fn repetition(&mut self, body: &Body) {
        let count = body.get_attribute("count");
        let each = body.get_attribute("for_each");
        if let Some(count) = count {
            self.value(&count.value, &Type::Number, "count", &Grade::language());
        }
        let Some(each) = each else { return };
        if count.is_some() {
            let span = self.span(&each.key, each);
            let diagnostic = self
                .error("count-and-for-each", "`count` and `for_each` exclude each other", span)
                .hint("keep one of the two");
            self.push(diagnostic);
        }
        let is_sequence = match &each.value {
            Expression::Array(_) => true,
            Expression::ForExpr(each) => each.key_expr.is_none(),
            _ => false,
        };
        if is_sequence {
            let span = self.document.span(&each.value);
            let diagnostic = self
                .error("wrong-type", "`for_each` takes a map or a set of strings, not a list", span)
                .hint("write `toset([…])`, or an object with a key for each element");
            self.push(diagnostic);
        }
    }

    /// Checks that a `provider = name.alias` names a configuration that is declared.
    pub(super) fn provider_argument(&mut self, value: &Expression) {
        let Some((name, Some(alias))) = provider_reference(value) else { return };
        let module = self.context.module;
        let address = format!("{name}.{alias}");
        let is_declared = module.configurations.contains(&address) || module.configuration_aliases.contains(&address);
        if is_declared || module.is_partial {
            return;
        }
        let span = self.document.span(value);
        let names = module.configurations.iter().chain(&module.configuration_aliases).map(String::as_str);
        let close = crate::diagnostic::did_you_mean(&address, names);
        let hint = close.map_or_else(
            || {
                format!(
                    "add `provider \"{name}\" {{ alias = \"{alias}\" … }}`, or `{address}` to `configuration_aliases`"
                )
            },
            |close| format!("did you mean `{close}`?"),
        );
        let message = format!("there is no provider configuration `{address}`");
        let diagnostic = self.error("undeclared-provider", message, span).hint(hint);
        self.push(diagnostic);
    }

    /// Checks that `depends_on` lists whole objects.
    pub(super) fn depends_on(&mut self, attribute: &Attribute) {
        let Expression::Array(entries) = &attribute.value else {
            let span = self.document.span(&attribute.value);
            let diagnostic = self
                .error("invalid-depends-on", "`depends_on` takes a list of references", span)
                .hint("write `depends_on = [aws_vpc.main]`");
            self.push(diagnostic);
            return;
        };
        for entry in entries {
            let Expression::Traversal(traversal) = entry else { continue };
            let Expression::Variable(root) = &traversal.expr else { continue };
            let names = traversal.operators.iter().filter(|it| matches!(it.value(), TraversalOperator::GetAttr(_)));
            // How many names lead to a whole object: `aws_vpc.main`, `data.aws_ami.this`, `module.vpc.some_output`.
            let whole = match root.as_str() {
                "data" | "ephemeral" | "resource" | "module" | "action" => 2,
                "var" | "local" => continue,
                _ => 1,
            };
            if names.count() > whole {
                let span = self.document.span(entry);
                let diagnostic = self
                    .error("invalid-depends-on", "`depends_on` takes whole objects, not their attributes", span)
                    .hint("end the reference at the name of the resource or module");
                self.push(diagnostic);
            }
        }
    }

    fn lifecycle(&mut self, block: &HclBlock, mode: Mode, schema: Option<(&Block, &Grade<'_>)>) {
        self.language_block(block, if mode == Mode::Resource { "lifecycle" } else { "lifecycle of data" });
        let (Some(ignored), Some((schema, grade))) = (block.body.get_attribute("ignore_changes"), schema) else {
            return;
        };
        let Expression::Array(entries) = &ignored.value else { return };
        for entry in entries {
            let name = match entry {
                Expression::Variable(name) => name.as_str(),
                Expression::Traversal(traversal) => match &traversal.expr {
                    Expression::Variable(name) => name.as_str(),
                    _ => continue,
                },
                _ => continue,
            };
            let names = || schema.attributes.keys().chain(schema.blocks.keys()).map(String::as_str);
            if names().all(|known| known != name) && name != "all" {
                let message = format!("`ignore_changes` names `{name}`, which the resource does not have");
                let span = self.document.span(entry);
                let diagnostic = self.error("unknown-attribute", message, span);
                self.findings.outcome.diagnostics.extend(grade.unknown(diagnostic, name, names()));
            }
        }
    }

    fn provisioner(&mut self, block: &HclBlock) {
        let Some(name) = block.labels.first().map(hcl_edit::structure::BlockLabel::as_str) else { return };
        // Other provisioners were taken out of Terraform, or come from plug-ins.
        if matches!(name, "local-exec" | "remote-exec" | "file") {
            self.language_block(block, name);
        }
    }

    /// Checks one of the language's own blocks by its description in `language.json`.
    pub(super) fn language_block(&mut self, block: &HclBlock, description: &str) {
        let Some(schema) = language::block(description) else { return };
        let grade = Grade::language();
        let name = block.ident.as_str();
        let is_whole = !self.is_override;
        let owner = Owner { name, grade: &grade, arguments: &[], blocks: &[], is_whole };
        let header = self.header(block);
        self.body(&block.body, header, &schema, owner);
    }
}
