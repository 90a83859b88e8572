//! Instances of modules, and the values of what they declare.

use std::{
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use hcl_edit::{Span, structure::Block};

use super::{
    Expander, Memory,
    configuration::providers,
    instance::{Key, Mode},
    names::Names,
    repetition::{Repeated, Repeats, Repetition},
    source::{Declarations, Declared, ResourceKey, Variable, flag, local_directory},
};
use crate::hcl::evaluate::{Entries, Failure, Step, Unknown, Value};

/// One instance of a module.
pub(super) struct Module<'m> {
    place: usize,
    /// The address, such as `module.vpc["a"]`; empty for the root module.
    pub(super) address: String,
    /// The value of `path.module`.
    pub(super) path_from_root: String,
    pub(super) declarations: Rc<Declarations<'m>>,
    call: Option<Call<'m>>,
    /// Names of provider configurations here and the root module's that they stand for; others are the same.
    pub(super) providers: BTreeMap<String, String>,
    variables: Memory<&'m str, Value>,
    locals: Memory<&'m str, Value>,
    outputs: Memory<&'m str, Value>,
    resources: Memory<ResourceKey<'m>, Rc<Repeats>>,
    calls: Memory<&'m str, Rc<Repeats>>,
    arguments: Memory<(ResourceKey<'m>, usize, &'m str), Value>,
    looked_up: Memory<(ResourceKey<'m>, usize), Rc<Entries>>,
    children: Memory<(&'m str, usize), Option<usize>>,
}

/// Who calls a module, and for which instance.
pub(super) struct Call<'m> {
    caller: usize,
    block: Declared<'m, Block>,
    pub(super) repeated: Repeated,
    depth: usize,
}

impl<'m> Module<'m> {
    pub(super) fn root(declarations: Rc<Declarations<'m>>) -> impl FnOnce(usize) -> Self {
        |place| Self::new(place, String::new(), ".".to_owned(), declarations, None)
    }

    fn new(
        place: usize,
        address: String,
        path_from_root: String,
        declarations: Rc<Declarations<'m>>,
        call: Option<Call<'m>>,
    ) -> Self {
        Self {
            place,
            address,
            path_from_root,
            declarations,
            call,
            providers: BTreeMap::new(),
            variables: HashMap::new().into(),
            locals: HashMap::new().into(),
            outputs: HashMap::new().into(),
            resources: HashMap::new().into(),
            calls: HashMap::new().into(),
            arguments: HashMap::new().into(),
            looked_up: HashMap::new().into(),
            children: HashMap::new().into(),
        }
    }

    /// The address of something in the module.
    pub(super) fn address_of(&self, what: &str) -> String {
        if self.address.is_empty() { what.to_owned() } else { format!("{}.{what}", self.address) }
    }

    /// What the number of instances of the module itself waits for.
    pub(super) fn waits_for(&self) -> Option<&str> {
        self.call.as_ref().and_then(|call| call.repeated.waits_for.as_deref())
    }

    fn depth(&self) -> usize {
        self.call.as_ref().map_or(0, |call| call.depth)
    }
}

/// The address of one instance of a resource.
pub(super) fn resource_address(module: &Module<'_>, (mode, kind, name): ResourceKey<'_>, key: &Key) -> String {
    let prefix = if mode == Mode::Data { "data." } else { "" };
    module.address_of(&format!("{prefix}{kind}.{name}{key}"))
}

impl<'m> Expander<'_, 'm> {
    /// The value of an input variable.
    pub(super) fn variable(&self, module: &Module<'m>, name: &str) -> Value {
        let unknown = || Value::unknown(module.address_of(&format!("var.{name}")));
        match module.declarations.variables.get_key_value(name) {
            Some((name, variable)) => self.remember(&module.variables, *name, variable.block.place(), unknown, || {
                let value = self.given(module, name, variable).unwrap_or_else(unknown);
                value.marked(variable.sensitive)
            }),
            None => unknown(),
        }
    }

    /// A variable's value or default, converted to its type; nothing where there is neither.
    fn given(&self, module: &Module<'m>, name: &str, variable: &Variable<'m>) -> Option<Value> {
        let mut place = (variable.block.document, variable.block.item.span());
        let given = match &module.call {
            None => self.surroundings.variable(name),
            Some(call) => {
                let caller = self.module(call.caller)?;
                call.block.item.body.get_attribute(name).map(|argument| {
                    let document = call.block.document;
                    let names = Names { expander: self, module: &caller, document, repeated: &call.repeated };
                    place = (document, argument.value.span());
                    self.evaluate(&argument.value, document, &names)
                })
            }
        };
        let value = match given {
            Some(Value::Null) if !variable.nullable => None,
            given => given,
        };
        let default = || {
            let names =
                Names { expander: self, module, document: variable.block.document, repeated: &Repeated::SINGLE };
            variable.default().map(|default| self.evaluate(default, variable.block.document, &names))
        };
        match variable.kind.convert(&value.or_else(default)?) {
            Ok(value) => Some(value),
            Err(Failure::Waits(unknown)) => Some(Value::Unknown(unknown)),
            Err(Failure::Wrong(message)) => {
                let message = format!("the value of variable \"{name}\" does not fit: {message}");
                self.report("variable-type", message, place.0, place.1.unwrap_or_default());
                None
            }
        }
    }

    /// The value of a local.
    pub(super) fn local(&self, module: &Module<'m>, name: &str) -> Value {
        let unknown = || Value::unknown(module.address_of(&format!("local.{name}")));
        match module.declarations.locals.get_key_value(name) {
            Some((name, local)) => self.remember(&module.locals, *name, local.place(), unknown, || {
                let names = Names { expander: self, module, document: local.document, repeated: &Repeated::SINGLE };
                self.evaluate(&local.item.value, local.document, &names)
            }),
            None => unknown(),
        }
    }

    /// The value of an output.
    pub(super) fn output(&self, module: &Module<'m>, name: &str) -> Option<Value> {
        let (name, output) = module.declarations.outputs.get_key_value(name)?;
        let unknown = || Value::unknown(module.address_of(name));
        Some(self.remember(&module.outputs, *name, output.place(), unknown, || {
            let names = Names { expander: self, module, document: output.document, repeated: &Repeated::SINGLE };
            let value = output.item.body.get_attribute("value");
            let value = value.map_or(Value::Null, |value| self.evaluate(&value.value, output.document, &names));
            value.marked(flag(output.item, "sensitive").unwrap_or(false))
        }))
    }

    /// The value of `module.<name>` and the steps behind it that were taken.
    pub(super) fn call_value(&self, module: &Module<'m>, name: &str, path: &[Step<'_>]) -> Option<(Value, usize)> {
        let (name, _) = module.declarations.calls.get_key_value(name)?;
        let repeats = self.call_repetition(module, name)?;
        let (position, taken) = position(&repeats.repetition, path);
        if let (Some(position), Some(Step::Attribute(output))) = (position, path.get(taken)) {
            let value = match self.child(module, name, position) {
                Some(child) => self.output(&child, output)?,
                None => Value::unknown(module.address_of(&format!("module.{name}.{output}"))),
            };
            return Some((value, taken + 1));
        }
        let all = repeats.repetition.collect(|position| match self.child(module, name, position) {
            Some(child) => {
                let outputs = child.declarations.outputs.keys();
                Value::object(outputs.filter_map(|output| Some((*output, self.output(&child, output)?))))
            }
            None => Value::unknown(module.address_of(&format!("module.{name}"))),
        });
        Some((all, 0))
    }

    pub(super) fn call_repetition(&self, module: &Module<'m>, name: &'m str) -> Option<Rc<Repeats>> {
        let block = *module.declarations.calls.get(name)?;
        let unknown = || Repeats::new(Repetition::Unknown { texts: true, origin: format!("module.{name}").into() });
        Some(self.remember(&module.calls, name, block.place(), unknown, || {
            let names = Names { expander: self, module, document: block.document, repeated: &Repeated::SINGLE };
            Repeats::new(self.repetition(block, &names))
        }))
    }

    /// An instance of a called module; nothing where its source is not at hand.
    pub(super) fn child(&self, module: &Module<'m>, name: &'m str, position: usize) -> Option<Rc<Module<'m>>> {
        let block = *module.declarations.calls.get(name)?;
        let repeats = self.call_repetition(module, name)?;
        let repeated = repeats.instances.get(position)?;
        let place = self.remember(
            &module.children,
            (name, position),
            block.place(),
            || None,
            || {
                let source = block.item.body.get_attribute("source")?.value.as_str()?;
                let declarations = self.declarations(&local_directory(module.declarations.directory, source)?)?;
                if module.depth() >= super::DEEPEST {
                    return None;
                }
                let address = module.address_of(&format!("module.{name}{}", repeated.key));
                let path = local_directory(&module.path_from_root, source)?;
                let providers = providers(module, block);
                let waits_for = module.waits_for().map(std::sync::Arc::from);
                let repeated =
                    Repeated { waits_for: waits_for.or_else(|| repeated.waits_for.clone()), ..repeated.clone() };
                let call = Call { caller: module.place, block, repeated, depth: module.depth() + 1 };
                let child = self.add_module(|place| Module {
                    providers,
                    ..Module::new(place, address, path, declarations, Some(call))
                });
                Some(child.place)
            },
        );
        self.module(place?)
    }

    /// How many instances of a resource there are.
    pub(super) fn resource_repetition(&self, module: &Module<'m>, key: ResourceKey<'m>) -> Option<Rc<Repeats>> {
        let block = *module.declarations.resources.get(&key)?;
        let unknown = || {
            let origin = resource_address(module, key, &Key::None).into();
            Repeats::new(Repetition::Unknown { texts: block.item.body.has_attribute("for_each"), origin })
        };
        Some(self.remember(&module.resources, key, block.place(), unknown, || {
            let names = Names { expander: self, module, document: block.document, repeated: &Repeated::SINGLE };
            Repeats::new(self.repetition(block, &names))
        }))
    }

    /// The value of a reference to a resource, and the steps behind it that were taken.
    pub(super) fn resource_value(
        &self,
        module: &Module<'m>,
        key: ResourceKey<'_>,
        path: &[Step<'_>],
    ) -> Option<(Value, usize)> {
        let (key, _) = module.declarations.resource(&key)?;
        let repeats = self.resource_repetition(module, *key)?;
        let instances = &repeats.instances;
        let (position, taken) = position(&repeats.repetition, path);
        if let (Some(position), Some(Step::Attribute(name))) = (position, path.get(taken)) {
            let repeated = instances.get(position)?;
            return Some((self.argument(module, *key, position, repeated, name), taken + 1));
        }
        let all = repeats.repetition.collect(|position| {
            instances.get(position).map_or(Value::Null, |repeated| self.object(module, *key, position, repeated))
        });
        Some((all, 0))
    }

    /// A resource's object with all that is known about its attributes.
    fn object(&self, module: &Module<'m>, key: ResourceKey<'m>, position: usize, repeated: &Repeated) -> Value {
        let mut attributes = Entries::new();
        if let Some(block) = module.declarations.resources.get(&key) {
            for argument in block.item.body.attributes().filter(|argument| !is_meta(argument.key.as_str())) {
                let name = argument.key.as_str();
                attributes.insert(name.into(), self.argument(module, key, position, repeated, name));
            }
        }
        if key.0 == Mode::Data {
            attributes.extend(
                self.looked_up(module, key, position, repeated)
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
        }
        for name in self.attributes(key.0, key.1).keys() {
            attributes.entry(name.clone()).or_insert_with(|| self.computed(module, key, repeated, name));
        }
        Value::Unknown(Unknown::with_attributes(resource_address(module, key, &repeated.key), attributes))
    }

    /// An attribute of a resource: as configured, or unknown where the provider computes it.
    pub(super) fn argument(
        &self,
        module: &Module<'m>,
        key: ResourceKey<'m>,
        position: usize,
        repeated: &Repeated,
        name: &str,
    ) -> Value {
        let unknown = || Value::unknown(format!("{}.{name}", resource_address(module, key, &repeated.key)));
        let block = module.declarations.resources.get(&key);
        let argument = block
            .and_then(|block| Some(Declared { document: block.document, item: block.item.body.get_attribute(name)? }));
        match argument {
            Some(argument) => {
                let Declared { document, item } = argument;
                let argument_key = (key, position, item.key.as_str());
                self.remember(&module.arguments, argument_key, argument.place(), unknown, || {
                    let names = Names { expander: self, module, document, repeated };
                    self.evaluate(&item.value, document, &names)
                })
            }
            None if key.0 == Mode::Data => {
                let looked_up = self.looked_up(module, key, position, repeated).get(name).cloned();
                looked_up.unwrap_or_else(|| self.computed(module, key, repeated, name))
            }
            None => self.computed(module, key, repeated, name),
        }
    }

    /// An attribute that the configuration does not set.
    fn computed(&self, module: &Module<'m>, key: ResourceKey<'m>, repeated: &Repeated, name: &str) -> Value {
        let origin = || format!("{}.{name}", resource_address(module, key, &repeated.key));
        let block = module.declarations.resources.get(&key);
        if block.is_some_and(|block| block.item.body.has_blocks(name) || has_dynamic(block.item, name)) {
            return Value::unknown(origin());
        }
        match self.attributes(key.0, key.1).get(name) {
            Some(true) => Value::Unknown(Unknown::present(origin())),
            Some(false) => Value::Null,
            None => Value::unknown(origin()),
        }
    }

    /// What is known of a data source beforehand.
    fn looked_up(
        &self,
        module: &Module<'m>,
        key: ResourceKey<'m>,
        position: usize,
        repeated: &Repeated,
    ) -> Rc<Entries> {
        let Some(block) = module.declarations.resources.get(&key) else { return Rc::default() };
        self.remember(&module.looked_up, (key, position), block.place(), Rc::default, || {
            let configuration = self.resource_configuration(module, key, position, repeated);
            Rc::new(self.surroundings.data(key.1, &configuration))
        })
    }
}

/// Arguments that Terraform itself understands, for every resource.
pub(super) fn is_meta(name: &str) -> bool {
    matches!(name, "count" | "for_each" | "provider" | "depends_on")
}

/// Whether a block holds a dynamic block of a type.
fn has_dynamic(block: &Block, kind: &str) -> bool {
    block.body.get_blocks("dynamic").any(|dynamic| dynamic.has_labels(&[kind]))
}

/// The instance that a path leads to, and the steps that say so.
fn position(repetition: &Repetition, path: &[Step<'_>]) -> (Option<usize>, usize) {
    match (repetition, path.first()) {
        (Repetition::Single, _) => (Some(0), 0),
        (repetition, Some(Step::Index(key))) => (repetition.position(key), 1),
        _ => (None, 0),
    }
}
