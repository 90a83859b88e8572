//! Visits everything that a module and the modules under it declare.

use hcl_edit::{Span, structure::Block};

use super::{
    Expander, configuration,
    instance::{Expansion, Instance},
    module::{Module, resource_address},
    names::Names,
    repetition::Repeated,
    source::{Declared, local_directory},
};
use crate::hcl::evaluate::Value;

/// Expands the root module.
pub(super) fn expansion<'m>(expander: &Expander<'_, 'm>, root: &Module<'m>) -> Expansion {
    let mut instances = Vec::new();
    visit(expander, root, &mut instances);
    let outputs = root.declarations.outputs.keys();
    let outputs = outputs.filter_map(|name| Some(((*name).to_owned(), expander.output(root, name)?))).collect();
    let mut problems = expander.problems.take();
    problems.sort_by(|left, right| left.sort_key().cmp(&right.sort_key()));
    Expansion { instances, outputs, problems }
}

fn visit<'m>(expander: &Expander<'_, 'm>, module: &Module<'m>, instances: &mut Vec<Instance>) {
    let declarations = &module.declarations;
    for (name, variable) in &declarations.variables {
        // Text that stands in for an unknown value has another form than the value will have.
        if !expander.variable(module, name).holds_stand_in() {
            validate(expander, module, variable.block);
        }
    }
    // What nothing refers to may be wrong as well.
    for name in declarations.locals.keys() {
        expander.local(module, name);
    }
    for name in declarations.outputs.keys() {
        expander.output(module, name);
    }
    for (key, block) in &declarations.resources {
        let Some(repeats) = expander.resource_repetition(module, *key) else { continue };
        let depends_on = block.item.body.get_attribute("depends_on");
        let depends_on = depends_on.map(|list| configuration::references(&list.value, block.document));
        for (position, repeated) in repeats.instances.iter().enumerate() {
            let waits_for = module.waits_for().or(repeated.waits_for.as_deref());
            instances.push(Instance {
                address: resource_address(module, *key, &repeated.key),
                mode: key.0,
                kind: key.1.to_owned(),
                name: key.2.to_owned(),
                module: module.address.clone(),
                waits_for: waits_for.map(str::to_owned),
                provider: configuration::provider_of(module, key.1, *block),
                depends_on: depends_on.clone().unwrap_or_default(),
                configuration: expander.resource_configuration(module, *key, position, repeated),
                key: repeated.key.clone(),
            });
        }
    }
    for (name, call) in &declarations.calls {
        let Some(repeats) = expander.call_repetition(module, name) else { continue };
        for position in 0..repeats.instances.len() {
            match expander.child(module, name, position) {
                Some(child) => visit(expander, &child, instances),
                None => missing(expander, module, *call),
            }
        }
    }
}

/// Says that the content of a module is not counted, where its source is a folder that is not there.
fn missing(expander: &Expander<'_, '_>, module: &Module<'_>, call: Declared<'_, Block>) {
    let Some(source) = call.item.body.get_attribute("source") else { return };
    let text = source.value.as_str().unwrap_or_default();
    if let Some(directory) = local_directory(module.declarations.directory, text) {
        let message = format!("there is no module in {directory}");
        expander.report("module-source", message, call.document, source.value.span().unwrap_or_default());
    }
}

/// Reports the validations of a variable that are known not to hold.
fn validate<'m>(expander: &Expander<'_, 'm>, module: &Module<'m>, variable: Declared<'m, Block>) {
    let document = variable.document;
    let names = Names { expander, module, document, repeated: &Repeated::SINGLE };
    for validation in variable.item.body.get_blocks("validation") {
        let Some(condition) = validation.body.get_attribute("condition") else { continue };
        let holds = expander.evaluate(&condition.value, document, &names);
        if holds.as_bool() == Some(false) {
            let message = validation.body.get_attribute("error_message");
            let message = message.map_or(Value::Null, |message| expander.evaluate(&message.value, document, &names));
            let message = message.as_str().unwrap_or("the value is not valid").trim_end_matches('.').to_owned();
            expander.report("validation", message, document, condition.value.span().unwrap_or_default());
        }
    }
}
