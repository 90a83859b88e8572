//! A provider as Terraform talks to it: schema, configuration, and the life of resources.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use super::{
    data::Reader,
    estate::Estate,
    overlay::{self, Overlay, fill},
    plan::Planner,
    protocol::messages::{self, Diagnostic},
    random,
    schema::message,
    synthesis::{Synthesis, seed},
    value::{Entries, Value, conform},
};
use crate::schema::{Block, Mode, NestedBlock, Schemas};

/// Equal objects get ids of their own; so many are tried before two may share one, as names do.
const MOST_COPIES: u32 = 64;

/// One provider of a rehearsal.
#[derive(Debug)]
pub(super) struct Provider {
    /// Its address without the registry, e.g. `hashicorp/aws`.
    pub(super) source: String,
    /// The types it is asked for; serving all 2,200 of the AWS provider would cost Terraform a second per command.
    pub(super) types: BTreeSet<(Keyword, String)>,
    pub(super) schemas: Arc<Schemas>,
    /// Every word that the configuration has, and every name in a state that has a value.
    pub(super) words: Arc<HashSet<String>>,
    /// The schemas of the types as they are served, made on first use.
    pub(super) blocks: OnceLock<BTreeMap<(Keyword, String), Arc<Block>>>,
    pub(super) estate: Arc<Mutex<Estate>>,
    /// The account the rehearsal is in, unless the configuration allows another only.
    pub(super) account: String,
}

/// Which kind of thing a type is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Keyword {
    /// A resource.
    Resource,
    /// A data source.
    Data,
}

/// What the configuration of a provider says.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    /// The region, for providers that have one.
    pub(super) region: Option<String>,
    /// The account.
    pub(super) account: String,
    /// Tags for every resource.
    pub(super) default_tags: Entries,
}

/// One instance of a provider with its configuration.
#[derive(Debug)]
pub(super) struct Connection {
    provider: Arc<Provider>,
    settings: Mutex<Settings>,
}

impl Connection {
    pub(super) fn new(provider: Arc<Provider>) -> Self {
        let settings = Settings { account: provider.account.clone(), ..Settings::default() };
        Self { provider, settings: Mutex::new(settings) }
    }

    pub(super) fn schema(&self) -> messages::ProviderSchema {
        let described = self.provider.schemas.provider(&self.provider.source);
        let mut answer = messages::ProviderSchema {
            provider: described.and_then(|it| it.configuration()).map(|block| message(&block)),
            capabilities: Some(messages::Capabilities { get_provider_schema_optional: true }),
            ..messages::ProviderSchema::default()
        };
        for ((keyword, name), block) in self.provider.blocks() {
            let schemas = match keyword {
                Keyword::Resource => &mut answer.resources,
                Keyword::Data => &mut answer.data,
            };
            schemas.insert(name.clone(), message(block));
        }
        answer
    }

    pub(super) fn configure(&self, request: &messages::ConfigureRequest) -> messages::Diagnosed {
        let config = Value::decode(request.config.as_ref()).unwrap_or(Value::Null);
        let mut settings = lock(&self.settings);
        settings.region = config.get("region").and_then(Value::text).map(str::to_owned);
        let tags = config.get("default_tags").and_then(|blocks| blocks.items().first()?.get("tags"));
        settings.default_tags = tags.and_then(Value::entries).cloned().unwrap_or_default();
        let allowed = config.get("allowed_account_ids").map(Value::texts).unwrap_or_default();
        if let Some(account) = allowed.into_iter().next() {
            settings.account = account;
        }
        if self.provider.source == "hashicorp/aws" && settings.region.is_none() {
            let missing = Diagnostic::error(
                "Missing region",
                "The provider's configuration names no region, and a rehearsal takes none from the surroundings.",
            );
            return messages::Diagnosed { diagnostics: vec![missing] };
        }
        messages::Diagnosed::default()
    }

    pub(super) fn upgrade(&self, request: &messages::UpgradeRequest) -> messages::StateResponse {
        let raw = request.raw_state.as_ref().map(|raw| raw.json.as_slice()).unwrap_or_default();
        let state = serde_json::from_slice(raw).map(Value::from_json);
        match (self.block(Keyword::Resource, &request.type_name), state) {
            (Some(block), Ok(state)) => {
                messages::StateResponse { state: Some(conform(&block, &state).encode()), diagnostics: Vec::new() }
            }
            _ => messages::StateResponse { state: None, diagnostics: vec![unreadable(&request.type_name)] },
        }
    }

    /// Rehearsed objects only change by Terraform, so the state is what there is.
    #[expect(clippy::unused_self, reason = "a method like the other calls")]
    pub(super) fn read(&self, request: messages::ReadRequest) -> messages::ReadResponse {
        messages::ReadResponse { new_state: request.current_state, private: request.private, diagnostics: Vec::new() }
    }

    pub(super) fn plan(&self, request: messages::PlanRequest) -> messages::PlanResponse {
        let prior = Value::decode(request.prior_state.as_ref());
        let proposed = Value::decode(request.proposed_new_state.as_ref());
        let (Some(block), Some(prior), Some(proposed)) =
            (self.block(Keyword::Resource, &request.type_name), prior, proposed)
        else {
            return messages::PlanResponse {
                diagnostics: vec![unreadable(&request.type_name)],
                ..messages::PlanResponse::default()
            };
        };
        let settings = lock(&self.settings).clone();
        let overlay = overlay::resource(&request.type_name);
        let planned = Planner { block: &block, overlay, settings: &settings }.plan(&prior, proposed);
        let path = |path: &Vec<String>| messages::Path::of(&path.iter().map(String::as_str).collect::<Vec<_>>());
        messages::PlanResponse {
            planned_state: Some(planned.state.encode()),
            requires_replace: planned.replace.iter().map(path).collect(),
            planned_private: request.prior_private,
            diagnostics: Vec::new(),
            legacy_type_system: true,
        }
    }

    pub(super) fn apply(&self, request: messages::ApplyRequest) -> messages::ApplyResponse {
        let prior = Value::decode(request.prior_state.as_ref());
        let planned = Value::decode(request.planned_state.as_ref());
        let answer = match (self.block(Keyword::Resource, &request.type_name), prior, planned) {
            (Some(block), Some(prior), Some(planned)) => self.change(&request.type_name, &block, &prior, &planned),
            _ => Err(unreadable(&request.type_name)),
        };
        let (new_state, diagnostics) = match answer {
            Ok(state) => (Some(state.encode()), Vec::new()),
            Err(diagnostic) => (request.prior_state, vec![diagnostic]),
        };
        messages::ApplyResponse { new_state, private: request.planned_private, diagnostics, legacy_type_system: true }
    }

    /// Makes, changes or deletes an object.
    fn change(&self, kind: &str, block: &Block, prior: &Value, planned: &Value) -> Result<Value, Diagnostic> {
        let settings = lock(&self.settings).clone();
        let overlay = overlay::resource(kind);
        // Held until the object is added, so that equal objects that are made at once get different ids.
        let mut estate = lock(&self.provider.estate);
        if *planned == Value::Null {
            estate.remove(kind, prior);
            return Ok(Value::Null);
        }
        if *prior == Value::Null
            && let Some(argument) = estate.taken(kind, overlay, planned)
        {
            let mut scope = Synthesis::new(kind, block, overlay, &settings, planned, 0);
            return Err(Diagnostic::error(
                format!("creating {kind}: {}", fill(&overlay.taken, argument, &mut scope)),
                format!("Another object of this rehearsal has the same `{argument}`."),
            ));
        }
        let mut state = Value::Null;
        for copy in 0..MOST_COPIES {
            state = synthesise(kind, block, overlay, &settings, planned, copy);
            if *prior != Value::Null || !estate.has_id(kind, &state) {
                break;
            }
        }
        if *prior != Value::Null {
            estate.remove(kind, prior);
        }
        estate.add(kind, state.clone());
        Ok(state)
    }

    /// Hands out what a stack of this rehearsal made; there is nothing else that could be imported.
    pub(super) fn import(&self, request: &messages::ImportRequest) -> messages::ImportResponse {
        let estate = lock(&self.provider.estate);
        let found = estate.find(&request.type_name, "id", &request.id);
        match (self.block(Keyword::Resource, &request.type_name), found) {
            (Some(block), Some(object)) => {
                let state = Some(conform(&block, object).encode());
                let imported = messages::Imported { type_name: request.type_name.clone(), state };
                messages::ImportResponse { imported: vec![imported], diagnostics: Vec::new() }
            }
            _ => {
                let missing = Diagnostic::error(
                    "Cannot import non-existent remote object",
                    format!(
                        "No stack of this rehearsal has made a {} with the id `{}`.",
                        request.type_name, request.id
                    ),
                );
                messages::ImportResponse { imported: Vec::new(), diagnostics: vec![missing] }
            }
        }
    }

    pub(super) fn read_data(&self, request: &messages::ConfigRequest) -> messages::StateResponse {
        let kind = &request.type_name;
        let config = Value::decode(request.config.as_ref());
        let (Some(block), Some(config)) = (self.block(Keyword::Data, kind), config) else {
            return messages::StateResponse { state: None, diagnostics: vec![unreadable(kind)] };
        };
        let settings = lock(&self.settings).clone();
        let overlay = overlay::data(kind);
        let planned = Planner { block: &block, overlay, settings: &settings }.plan(&Value::Null, config);
        let Value::Entries(mut object) = planned.state else {
            return messages::StateResponse { state: None, diagnostics: vec![unreadable(kind)] };
        };
        let known = Reader { settings: &settings, estate: &lock(&self.provider.estate) }.known(kind, &object);
        match known {
            Ok(known) => {
                object.extend(known.into_iter().map(|(name, value)| (name.to_owned(), value)));
                let state = Synthesis::new(kind, &block, overlay, &settings, &Value::Entries(object), 0).complete();
                messages::StateResponse { state: Some(state.encode()), diagnostics: Vec::new() }
            }
            Err(diagnostic) => messages::StateResponse { state: None, diagnostics: vec![diagnostic] },
        }
    }

    fn block(&self, keyword: Keyword, name: &str) -> Option<Arc<Block>> {
        self.provider.blocks().get(&(keyword, name.to_owned())).cloned()
    }
}

impl Provider {
    /// The schemas of the types it is asked for. One that it does not have is Terraform's to complain about.
    fn blocks(&self) -> &BTreeMap<(Keyword, String), Arc<Block>> {
        self.blocks.get_or_init(|| {
            let block = |key: &(Keyword, String)| {
                let mode = match key.0 {
                    Keyword::Resource => Mode::Resource,
                    Keyword::Data => Mode::Data,
                };
                let whole = self.schemas.provider(&self.source)?.block(mode, &key.1)?;
                Some((key.clone(), Arc::new(mentioned(&whole, &self.words, true))))
            };
            self.types.iter().filter_map(block).collect()
        })
    }
}

/// A schema without those inner blocks that nothing mentions.
///
/// The statements of a web ACL nest in each other three levels deep, which is 20,000 attributes and costs Terraform
/// seconds at each step; a configuration writes a dozen of them. Outer blocks stay, for references to them.
fn mentioned(block: &Block, words: &HashSet<String>, is_outermost: bool) -> Block {
    let blocks = block.blocks.iter().filter(|(name, _)| is_outermost || words.contains(*name));
    let pruned = |nested: &NestedBlock| NestedBlock {
        block: Arc::new(mentioned(&nested.block, words, false)),
        ..nested.clone()
    };
    Block {
        attributes: block.attributes.clone(),
        blocks: blocks.map(|(name, nested)| (name.clone(), pruned(nested))).collect(),
        deprecated: block.deprecated,
    }
}

fn synthesise(kind: &str, block: &Block, overlay: &Overlay, settings: &Settings, planned: &Value, copy: u32) -> Value {
    let mut state = planned.clone();
    if let (random::KIND, Value::Entries(object)) = (kind, &mut state)
        && object.get("id") == Some(&Value::Unknown)
    {
        random::complete(object, &seed(kind, planned, copy));
    }
    Synthesis::new(kind, block, overlay, settings, &state, copy).complete()
}

fn unreadable(kind: &str) -> Diagnostic {
    Diagnostic::error(
        "The rehearsal cannot read this object",
        format!("`{kind}` is a type it does not know, or Terraform sent a value of another form than its schema's."),
    )
}

/// What another thread left behind when it panicked is whole: every change is one insertion or removal.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
