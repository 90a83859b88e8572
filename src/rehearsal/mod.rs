//! Rehearses Terraform: `deployer` serves the providers itself, and every value is made up in the service's form.
//!
//! ```text
//! terraform ──TF_REATTACH_PROVIDERS──▶ server ── protocol ──▶ provider ── schema (the real ones, embedded)
//!                                                                ├─ plan       computed values are unknown
//!                                                                ├─ synthesis  apply makes them up ◀── overlay
//!                                                                ├─ data       data sources, answered for real
//!                                                                └─ estate     what the rehearsal's stacks have made
//! ```
//!
//! Terraform is the unmodified program, so plans, dependencies, diagnostics and states are its own. Nothing here knows
//! how to reach AWS.

mod data;
mod estate;
mod overlay;
mod plan;
mod protocol;
mod provider;
mod random;
mod schema;
mod server;
mod synthesis;
mod value;

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::Path,
    sync::{Arc, Mutex, OnceLock},
};

use serde_json::json;

use self::{
    estate::Estate,
    provider::{Keyword, Provider},
    server::Server,
};
use crate::{
    error::{Error, Kind, Result},
    schema::{Mode, Module, Schemas},
};

/// The account of a rehearsal whose environment names none; AWS's documentation uses it as an example.
const ACCOUNT: &str = "111122223333";

/// The registries whose providers are served: Terraform's and OpenTofu's take the same addresses below them.
const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// What a rehearsal is made of.
#[derive(Debug)]
pub struct Setup<'a> {
    /// The providers' schemas.
    pub schemas: Schemas,
    /// The modules that Terraform will load, for the types they use.
    pub modules: &'a [Module],
    /// The rehearsed states there are, as the text of state files.
    pub states: &'a [String],
    /// The account of the environment, where it names one.
    pub account: Option<&'a str>,
    /// A folder for sockets that nobody else can enter.
    pub sockets: &'a Path,
}

/// Providers being served; they end when it is dropped.
#[derive(Debug)]
pub struct Rehearsal {
    addresses: Vec<(String, String)>,
    _server: Server,
}

impl Rehearsal {
    /// Starts to serve the providers that the modules and states use.
    pub fn start(setup: Setup<'_>) -> Result<Self> {
        let mut estate = Estate::default();
        for state in setup.states {
            estate.add_state(state);
        }
        let (schemas, estate) = (Arc::new(setup.schemas), Arc::new(Mutex::new(estate)));
        let words = Arc::new(words(setup.modules, setup.states));
        let mut addresses = Vec::new();
        let mut providers = Vec::new();
        for (source, types) in types(setup.modules, setup.states) {
            if schemas.provider(&source).is_none() {
                return Err(unknown(&source));
            }
            let socket = setup.sockets.join(source.replace('/', "-"));
            addresses.push((source.clone(), socket.display().to_string()));
            let account = setup.account.unwrap_or(ACCOUNT).to_owned();
            let provider = Provider {
                source,
                types,
                schemas: Arc::clone(&schemas),
                words: Arc::clone(&words),
                blocks: OnceLock::new(),
                estate: Arc::clone(&estate),
                account,
            };
            providers.push((Arc::new(provider), socket));
        }
        let server = Server::start(providers)
            .map_err(|error| Error::new(Kind::Failed, "cannot serve the rehearsal's providers").caused_by(error))?;
        Ok(Self { addresses, _server: server })
    }

    /// The value of `TF_REATTACH_PROVIDERS`, which has Terraform use these providers instead of installing any.
    ///
    /// Terraform kills `process` where it finds nobody listening, so that should be one that nobody misses.
    #[must_use]
    pub fn reattach(&self, process: u32) -> String {
        let entries: serde_json::Map<String, serde_json::Value> = REGISTRIES
            .iter()
            .flat_map(|registry| {
                self.addresses.iter().map(move |(source, socket)| {
                    let address = json!({
                        "Protocol": "grpc",
                        "ProtocolVersion": protocol::VERSION,
                        "Pid": process,
                        "Test": true,
                        "Addr": { "Network": "unix", "String": socket },
                    });
                    (format!("{registry}/{source}"), address)
                })
            })
            .collect();
        serde_json::Value::from(entries).to_string()
    }
}

fn unknown(source: &str) -> Error {
    Error::new(Kind::Input, format!("the provider `{source}` cannot be rehearsed: its schema is not known"))
        .hint("`deployer schema refresh` stores the schemas of the providers that a workspace uses")
}

/// The types of each provider that modules declare and states hold.
fn types(modules: &[Module], states: &[String]) -> BTreeMap<String, BTreeSet<(Keyword, String)>> {
    let mut types: BTreeMap<String, BTreeSet<(Keyword, String)>> = BTreeMap::new();
    for module in modules {
        for requirement in module.requirements.values() {
            types.entry(requirement.source.clone()).or_default();
        }
        for ((mode, kind, _), resource) in &module.resources {
            let keyword = match mode {
                Mode::Resource => Keyword::Resource,
                Mode::Data => Keyword::Data,
                Mode::Ephemeral => continue,
            };
            let source = module.requirement(&resource.provider).source;
            types.entry(source).or_default().insert((keyword, kind.clone()));
        }
    }
    for (source, kind) in states.iter().flat_map(|state| state_types(state)) {
        types.entry(source).or_default().insert((Keyword::Resource, kind));
    }
    types.retain(|source, _| !source.starts_with("builtin/"));
    types
}

/// Every word in the modules, and every name in the states that has a value.
fn words(modules: &[Module], states: &[String]) -> HashSet<String> {
    let texts = modules.iter().flat_map(|module| &module.documents).map(|document| document.source().text());
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut words: HashSet<String> =
        texts.flat_map(|text| text.split(|letter| !is_letter(letter))).map(str::to_owned).collect();
    for state in states {
        names(&serde_json::from_str(state).unwrap_or_default(), &mut words);
    }
    words
}

fn names(value: &serde_json::Value, found: &mut HashSet<String>) {
    match value {
        serde_json::Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        serde_json::Value::Object(entries) => {
            for (name, value) in entries {
                if !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty()) {
                    found.insert(name.clone());
                    names(value, found);
                }
            }
        }
        _ => {}
    }
}

/// Provider and type of the resources in a state, which may hold some that no module declares any more.
fn state_types(state: &str) -> Vec<(String, String)> {
    let state: serde_json::Value = serde_json::from_str(state).unwrap_or_default();
    let resources = state["resources"].as_array().into_iter().flatten();
    let managed = resources.filter(|resource| resource["mode"] == "managed");
    let provider_and_type = |resource: &serde_json::Value| {
        // provider["registry.example/hashicorp/aws"], perhaps behind modules and before an alias
        let address = resource["provider"].as_str()?.split('"').nth(1)?;
        let source = address.split_once('/').map_or(address, |(_, source)| source);
        Some((source.to_owned(), resource["type"].as_str()?.to_owned()))
    };
    managed.filter_map(provider_and_type).collect()
}
