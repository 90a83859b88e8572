//! The evaluated content of resources: arguments, nested and dynamic blocks, and provider configurations.

use std::{collections::BTreeMap, sync::Arc};

use hcl_edit::{
    Span,
    expr::{Expression, ObjectKey},
    structure::{Block, Body, Structure},
};

use super::{
    Expander,
    instance::{Configuration, NestedBlock},
    module::{Module, is_meta},
    names::Names,
    origin,
    repetition::Repeated,
    source::{Declared, ResourceKey},
};
use crate::hcl::{
    Document,
    evaluate::{Bound, Failure, Scope, Value, pairs},
};

impl<'m> Expander<'_, 'm> {
    /// The arguments and nested blocks of one instance of a resource.
    pub(super) fn resource_configuration(
        &self,
        module: &Module<'m>,
        key: ResourceKey<'m>,
        position: usize,
        repeated: &Repeated,
    ) -> Configuration {
        let Some(block) = module.declarations.resources.get(&key) else { return Configuration::default() };
        let names = Names { expander: self, module, document: block.document, repeated };
        let mut configuration = Configuration::default();
        for structure in &block.item.body {
            match structure {
                Structure::Attribute(argument) => {
                    let name = argument.key.as_str();
                    if !is_meta(name) {
                        let value = self.argument(module, key, position, repeated, name);
                        configuration.attributes.insert(name.to_owned(), value);
                    }
                }
                Structure::Block(nested) => self.nested(nested, block.document, &names, &mut configuration.blocks),
            }
        }
        configuration
    }

    fn nested(&self, block: &Block, document: &Document, scope: &dyn Scope, blocks: &mut Vec<NestedBlock>) {
        if block.has_ident("dynamic") {
            self.dynamic(block, document, scope, blocks);
            return;
        }
        blocks.push(NestedBlock {
            kind: block.ident.as_str().to_owned(),
            labels: block.labels.iter().map(|label| label.as_str().to_owned()).collect(),
            waits_for: None,
            configuration: self.content(&block.body, document, scope),
        });
    }

    fn content(&self, body: &Body, document: &Document, scope: &dyn Scope) -> Configuration {
        let mut configuration = Configuration::default();
        for structure in body {
            match structure {
                Structure::Attribute(argument) => {
                    let name = argument.key.as_str();
                    let value = match name {
                        // These list names of arguments and resources, not values.
                        "ignore_changes" | "replace_triggered_by" => written(&argument.value, document),
                        _ => self.evaluate(&argument.value, document, scope),
                    };
                    configuration.attributes.insert(name.to_owned(), value);
                }
                Structure::Block(nested) => self.nested(nested, document, scope, &mut configuration.blocks),
            }
        }
        configuration
    }

    /// One block for every element of a dynamic block's `for_each`.
    fn dynamic(&self, block: &Block, document: &Document, scope: &dyn Scope, blocks: &mut Vec<NestedBlock>) {
        let (Some(kind), Some(each), Some(content)) =
            (block.labels.first(), block.body.get_attribute("for_each"), block.body.get_blocks("content").next())
        else {
            return;
        };
        let iterator = block.body.get_attribute("iterator").and_then(|iterator| iterator.value.as_variable());
        let iterator = iterator.map_or(kind.as_str(), |name| name.as_str());
        let mut add = |key: Value, value: Value, waits_for: Option<String>| {
            let element = Value::object([("key", key), ("value", value)]);
            let inner = Bound { parent: scope, name: iterator, value: &element };
            blocks.push(NestedBlock {
                kind: kind.as_str().to_owned(),
                labels: Vec::new(),
                waits_for,
                configuration: self.content(&content.body, document, &inner),
            });
        };
        let collection = self.evaluate(&each.value, document, scope);
        match pairs(&collection) {
            // The elements of a set are its keys, so unknown ones may turn out to be fewer.
            Ok(pairs) if !(matches!(collection, Value::Set(_)) && origin(&collection).is_some()) => {
                for (key, value) in pairs {
                    add(key, value.marked(collection.is_sensitive()), None);
                }
            }
            Ok(_) => {
                let origin = origin(&collection).unwrap_or_else(|| Arc::from("a set"));
                let unknown = Value::unknown(Arc::clone(&origin));
                add(unknown.clone(), unknown, Some(origin.to_string()));
            }
            Err(Failure::Waits(unknown)) => {
                let origin = unknown.origin().to_owned();
                add(Value::Unknown(unknown.clone()), Value::Unknown(unknown), Some(origin));
            }
            Err(Failure::Wrong(_)) => {
                let message = format!("for_each of a dynamic block needs a collection, not {collection}");
                self.report("repetition", message, document, each.value.span().unwrap_or_default());
            }
        }
    }
}

/// What the provider configurations of a called module stand for in the root module.
pub(super) fn providers(caller: &Module<'_>, call: Declared<'_, Block>) -> BTreeMap<String, String> {
    let Some(providers) = call.item.body.get_attribute("providers") else {
        // Only configurations without an alias are inherited.
        let inherited = caller.providers.iter().filter(|(name, _)| !name.contains('.'));
        return inherited.map(|(name, root)| (name.clone(), root.clone())).collect();
    };
    let mut passed = BTreeMap::new();
    for (key, value) in providers.value.as_object().into_iter().flatten() {
        let name = match key {
            ObjectKey::Ident(name) => name.as_str(),
            ObjectKey::Expression(expression) => call.document.text(expression).trim(),
        };
        let value = call.document.text(value.expr()).trim();
        passed.insert(name.to_owned(), root_provider(caller, value));
    }
    passed
}

/// The root module's provider configuration behind a name of a module.
pub(super) fn root_provider(module: &Module<'_>, name: &str) -> String {
    module.providers.get(name).cloned().unwrap_or_else(|| name.to_owned())
}

/// The provider configuration of a resource, as the root module names it.
pub(super) fn provider_of(module: &Module<'_>, kind: &str, block: Declared<'_, Block>) -> String {
    let chosen = block.item.body.get_attribute("provider").map(|provider| block.document.text(&provider.value).trim());
    root_provider(module, chosen.unwrap_or_else(|| kind.split('_').next().unwrap_or(kind)))
}

/// The members of a list, as written; or the one word, as `all`.
pub(super) fn references(expression: &Expression, document: &Document) -> Vec<String> {
    match expression {
        Expression::Array(array) => array.iter().map(|member| document.text(member).trim().to_owned()).collect(),
        other => vec![document.text(other).trim().to_owned()],
    }
}

fn written(expression: &Expression, document: &Document) -> Value {
    Value::tuple(references(expression, document).into_iter().map(Value::string))
}
