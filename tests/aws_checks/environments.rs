//! The environments that every check looks at: three tiers, three edge modes and two compute modes, each expanded once.

use std::{collections::HashMap, ops::Deref, sync::LazyLock, thread};

use deployer::{
    diagnostic::Source,
    files::GeneratedFile,
    generate::{module_files, stack_files},
    hcl::{
        evaluate::Value,
        expand::{Configuration, Instance, Mode},
    },
    preview::{ExpandedStack, expand_stacks},
    spec::{
        self, EnvironmentSpec,
        config::{ComputeMode, EdgeMode, Tier},
    },
};

use crate::specifications::{name, specification};

/// An environment with all that it generates.
pub(crate) struct Environment {
    /// What was asked for.
    pub(crate) spec: EnvironmentSpec,
    /// The files of its workspace: modules and stacks.
    pub(crate) files: Vec<GeneratedFile>,
    /// The stacks with their resources.
    pub(crate) stacks: Vec<ExpandedStack>,
    /// Folders of the modules that stacks call, by stack and label.
    folders: HashMap<(&'static str, String), String>,
}

/// The eighteen environments. Those with managed nodes have the longest names that a specification may give, the
/// others short ones.
pub(crate) fn environments() -> &'static [Environment] {
    static ENVIRONMENTS: LazyLock<Vec<Environment>> = LazyLock::new(|| {
        let tiers = [Tier::Dev, Tier::Staging, Tier::Prod];
        let modes = [EdgeMode::Rest, EdgeMode::Http, EdgeMode::VpcOrigin];
        let computes = [ComputeMode::Managed, ComputeMode::Auto];
        let all: Vec<_> = tiers
            .into_iter()
            .flat_map(|tier| modes.map(|mode| (tier, mode)))
            .flat_map(|(tier, mode)| computes.map(|compute| (tier, mode, compute)))
            .collect();
        let made = |&(tier, mode, compute): &_| Environment::new(tier, mode, compute);
        thread::scope(|scope| {
            let parts: Vec<_> =
                all.chunks(3).map(|part| scope.spawn(move || part.iter().map(made).collect::<Vec<_>>())).collect();
            parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
        })
    });
    &ENVIRONMENTS
}

impl Environment {
    fn new(tier: Tier, mode: EdgeMode, compute: ComputeMode) -> Self {
        let name = name(tier, mode, compute);
        let text = specification(tier, mode, compute);
        let loaded = spec::load(&name, Source::new(format!("environments/{name}/environment.hcl"), &text))
            .unwrap_or_else(|problems| panic!("{name}: {problems:#?}\n{text}"));
        let spec = loaded.environment;
        let mut files = module_files(std::slice::from_ref(&spec));
        files.extend(stack_files(&spec));
        let stacks = expand_stacks(&spec, &files, &deployer::schema::Schemas::embedded());
        let folders = folders(&spec, &files);
        Self { spec, files, stacks, folders }
    }

    /// Whether EKS runs the nodes in managed groups, not in Auto Mode.
    pub(crate) fn is_managed(&self) -> bool {
        self.spec.cluster.compute == ComputeMode::Managed
    }

    /// A stack by name.
    pub(crate) fn stack(&self, name: &str) -> &ExpandedStack {
        let stack = self.stacks.iter().find(|stack| stack.stack.name == name);
        stack.unwrap_or_else(|| panic!("{}: there is no stack {name}", self.spec.name))
    }

    /// All instances of a resource type, in the order of the stacks.
    pub(crate) fn resources<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Resource<'a>> {
        self.instances().filter(move |it| it.mode == Mode::Managed && it.kind == kind)
    }

    /// The one instance of a resource type.
    pub(crate) fn resource<'a>(&'a self, kind: &'a str) -> Resource<'a> {
        let mut found = self.resources(kind);
        match (found.next(), found.next()) {
            (Some(resource), None) => resource,
            (first, _) => panic!("{}: one {kind} was expected, {}", self.spec.name, first.map_or("none", |_| "more")),
        }
    }

    /// All instances of a data source.
    pub(crate) fn data<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Resource<'a>> {
        self.instances().filter(move |it| it.mode == Mode::Data && it.kind == kind)
    }

    /// The instance that a reference leads to: `module.vpc.aws_vpc.this.id`, or what stands in for the value of an earlier
    /// stack, `‹module.vpc.aws_vpc.this.id›`. What may be null keeps its reference in later stacks.
    pub(crate) fn target<'a>(&'a self, stack: &'a ExpandedStack, reference: &str) -> Option<Resource<'a>> {
        let origin = origin(reference);
        let own = origin.is_none().then_some(stack);
        let earlier = self.stacks.iter().take_while(|it| it.stack.name != stack.stack.name);
        let found = earlier.chain(own).filter_map(|stack| self.instance(stack, origin.unwrap_or(reference)));
        let found: Vec<_> = found.collect();
        assert!(found.len() < 2, "{}: {reference} of {} may be in two stacks", self.spec.name, stack.stack.name);
        found.into_iter().next()
    }

    /// The instance of a stack that a reference begins with.
    fn instance<'a>(&'a self, stack: &'a ExpandedStack, reference: &str) -> Option<Resource<'a>> {
        let leads = |it: &&Instance| {
            let rest = reference.strip_prefix(it.address.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let instance = stack.expansion.instances.iter().filter(leads).max_by_key(|it| it.address.len())?;
        Some(Resource { environment: self, stack, instance })
    }

    /// Resources and data sources of all stacks.
    pub(crate) fn instances(&self) -> impl Iterator<Item = Resource<'_>> {
        self.stacks.iter().flat_map(move |stack| {
            stack.expansion.instances.iter().map(move |instance| Resource { environment: self, stack, instance })
        })
    }
}

/// An instance with where it comes from.
#[derive(Clone, Copy)]
pub(crate) struct Resource<'a> {
    /// Whose it is.
    pub(crate) environment: &'a Environment,
    /// The stack it belongs to.
    pub(crate) stack: &'a ExpandedStack,
    instance: &'a Instance,
}

impl Deref for Resource<'_> {
    type Target = Instance;

    fn deref(&self) -> &Instance {
        self.instance
    }
}

impl<'a> Resource<'a> {
    /// All of its configuration, for as long as the environments live.
    pub(crate) const fn configuration(&self) -> &'a Configuration {
        &self.instance.configuration
    }

    /// An argument, by its path: names of nested blocks (the first of each kind) before the name.
    pub(crate) fn get(&self, path: &str) -> Option<&'a Value> {
        lookup(&self.instance.configuration, path)
    }

    /// A text argument; nothing where it is not known.
    pub(crate) fn text(&self, path: &str) -> Option<&'a str> {
        self.get(path)?.as_str()
    }

    /// An argument that must be known and a whole number.
    pub(crate) fn number(&self, path: &str) -> i128 {
        let number = self.get(path).and_then(Value::as_integer);
        number.unwrap_or_else(|| panic!("{}: `{path}` is {}", self.place(), shown(self.get(path))))
    }

    /// A flag that is known to be on.
    pub(crate) fn is_on(&self, path: &str) -> bool {
        self.get(path).and_then(Value::as_bool) == Some(true)
    }

    /// A flag that is known to be off, or left out.
    pub(crate) fn is_off(&self, path: &str) -> bool {
        self.get(path).is_none_or(|value| matches!(value, Value::Null) || value.as_bool() == Some(false))
    }

    /// What an unknown argument waits for, as `aws_vpc.this.id`; a known text as it is.
    pub(crate) fn reference(&self, path: &str) -> &'a str {
        self.get(path).and_then(reference).unwrap_or_default()
    }

    /// The instance that an argument refers to.
    pub(crate) fn target(&self, path: &str) -> Option<Resource<'a>> {
        self.environment.target(self.stack, self.reference(path))
    }

    /// The instances that the elements of a list refer to; those that refer to none are left out.
    pub(crate) fn targets(&self, path: &str) -> Vec<Resource<'a>> {
        let texts = self.texts(path);
        texts.into_iter().filter_map(|text| self.environment.target(self.stack, text)).collect()
    }

    /// Whether an argument is there: neither left out nor null. What is not known yet counts.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.get(path).is_some_and(|value| !matches!(value.revealed(), Value::Null))
    }

    /// Texts of a list, with what unknown ones wait for.
    pub(crate) fn texts(&self, path: &str) -> Vec<&'a str> {
        texts(self.get(path))
    }

    /// Environment, address and file, for messages.
    pub(crate) fn place(&self) -> String {
        let label = self.module.strip_prefix("module.").unwrap_or_default().to_owned();
        let stack = self.stack.stack.name;
        let own = format!("environments/{}/{stack}", self.environment.spec.name);
        let folder = self.environment.folders.get(&(stack, label)).unwrap_or(&own);
        format!("{}: {} in {stack} ({folder}/main.tf)", self.environment.spec.name, self.address)
    }
}

/// The origin of a stand-in that makes up a text, before which an ARN has partition, service, Region and account.
fn origin(text: &str) -> Option<&str> {
    let (before, origin) = text.strip_suffix('›')?.split_once('‹')?;
    let arn = before.starts_with("arn:") && before.ends_with(':') && before.matches(':').count() == 5;
    ((before.is_empty() || arn) && !origin.contains('‹')).then_some(origin)
}

/// A text as it is in a deploy, where it may hold ids of NAT gateways and the last parts of certificates' ARNs.
pub(crate) fn deployed(text: &str) -> String {
    let mut rest = text;
    let mut deployed = String::new();
    while let Some((before, after)) = rest.split_once('‹') {
        let (origin, after) = after.split_once('›').unwrap();
        let (kept, value) = if origin.contains(".aws_nat_gateway.") {
            (before, "nat-0123456789abcdef0")
        } else if origin.contains(".aws_acm_certificate.") {
            (&before[..before.rfind("arn:").unwrap()], "01234567-89ab-cdef-0123-456789abcdef")
        } else {
            panic!("what {origin} looks like in a deploy is not known: {text}")
        };
        deployed.push_str(kept);
        deployed.push_str(value);
        rest = after;
    }
    deployed + rest
}

#[test]
fn stand_ins_are_told_from_other_texts() {
    assert_eq!(origin("‹module.vpc.aws_vpc.this.id›"), Some("module.vpc.aws_vpc.this.id"));
    assert_eq!(origin("arn:aws:service:us-east-1:111122223333:‹aws_lb.main.arn›"), Some("aws_lb.main.arn"));
    for other in ["module.vpc.aws_vpc.this.id", "a-‹aws_lb.main.id›", "‹a.b.id›/*", "‹a.b.id›,‹a.c.id›"]
    {
        assert_eq!(origin(other), None);
    }
    let certificate =
        "chat-certificate-arn:aws:service:us-east-1:111122223333:‹module.alb.aws_acm_certificate.a[0].arn›";
    assert_eq!(deployed(certificate), "chat-certificate-01234567-89ab-cdef-0123-456789abcdef");
    assert_eq!(deployed("‹module.vpc.aws_nat_gateway.a[0].id›-ports"), "nat-0123456789abcdef0-ports");
}

/// An argument of a block by its path.
pub(crate) fn lookup<'a>(configuration: &'a Configuration, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        Some((block, rest)) => lookup(configuration.block(block)?, rest),
        None => configuration.attribute(path),
    }
}

/// The text of a value, or what the unknown one waits for.
pub(crate) fn reference(value: &Value) -> Option<&str> {
    match value.revealed() {
        Value::String(text) => Some(text),
        Value::Unknown(unknown) => Some(unknown.origin()),
        _ => None,
    }
}

/// Texts of a list, with what unknown ones wait for; of a single text, itself.
pub(crate) fn texts(value: Option<&Value>) -> Vec<&str> {
    let Some(value) = value else { return Vec::new() };
    match value.elements() {
        Some(elements) => elements.iter().filter_map(reference).collect(),
        None => reference(value).into_iter().collect(),
    }
}

/// A value for a message.
pub(crate) fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "left out".to_owned(), ToString::to_string)
}

fn folders(spec: &EnvironmentSpec, files: &[GeneratedFile]) -> HashMap<(&'static str, String), String> {
    let mut folders = HashMap::new();
    for stack in deployer::stacks::ALL {
        let path = format!("environments/{}/{}/main.tf", spec.name, stack.name);
        let text = files.iter().find(|file| file.path == path).map_or("", |file| file.text.as_str());
        let mut label = "";
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("module \"") {
                label = rest.split('"').next().unwrap_or_default();
            } else if let Some((_, folder)) = line.split_once("\"../../../") {
                folders.insert((stack.name, label.to_owned()), folder.trim_end_matches('"').to_owned());
            }
        }
    }
    folders
}
