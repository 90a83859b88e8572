//! The protocol's messages. The numbers of the fields are the protocol's; fields that a rehearsal neither reads nor
//! fills are left out, which the encoding allows.

use std::collections::HashMap;

use prost::{Enumeration, Message, Oneof};

/// A value of a type that both sides know; one of the two encodings is filled.
#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct Value {
    #[prost(bytes = "vec", tag = "1")]
    pub(in crate::rehearsal) msgpack: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(in crate::rehearsal) json: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub(in crate::rehearsal) enum Severity {
    Invalid = 0,
    Error = 1,
    Warning = 2,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct Diagnostic {
    #[prost(enumeration = "Severity", tag = "1")]
    pub(in crate::rehearsal) severity: i32,
    #[prost(string, tag = "2")]
    pub(in crate::rehearsal) summary: String,
    #[prost(string, tag = "3")]
    pub(in crate::rehearsal) detail: String,
    #[prost(message, optional, tag = "4")]
    pub(in crate::rehearsal) attribute: Option<Path>,
}

/// Where in a value something is.
#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct Path {
    #[prost(message, repeated, tag = "1")]
    pub(in crate::rehearsal) steps: Vec<Step>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct Step {
    #[prost(oneof = "Selector", tags = "1, 2, 3")]
    pub(in crate::rehearsal) selector: Option<Selector>,
}

#[derive(Clone, PartialEq, Eq, Oneof)]
pub(in crate::rehearsal) enum Selector {
    #[prost(string, tag = "1")]
    Attribute(String),
    #[prost(string, tag = "2")]
    Key(String),
    #[prost(int64, tag = "3")]
    Index(i64),
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct Schema {
    #[prost(int64, tag = "1")]
    pub(in crate::rehearsal) version: i64,
    #[prost(message, optional, tag = "2")]
    pub(in crate::rehearsal) block: Option<Block>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct Block {
    #[prost(message, repeated, tag = "2")]
    pub(in crate::rehearsal) attributes: Vec<Attribute>,
    #[prost(message, repeated, tag = "3")]
    pub(in crate::rehearsal) blocks: Vec<NestedBlock>,
    #[prost(bool, tag = "6")]
    pub(in crate::rehearsal) deprecated: bool,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct Attribute {
    #[prost(string, tag = "1")]
    pub(in crate::rehearsal) name: String,
    /// The type as JSON; empty where the attribute has a nested type.
    #[prost(bytes = "vec", tag = "2")]
    pub(in crate::rehearsal) kind: Vec<u8>,
    #[prost(bool, tag = "4")]
    pub(in crate::rehearsal) required: bool,
    #[prost(bool, tag = "5")]
    pub(in crate::rehearsal) optional: bool,
    #[prost(bool, tag = "6")]
    pub(in crate::rehearsal) computed: bool,
    #[prost(bool, tag = "7")]
    pub(in crate::rehearsal) sensitive: bool,
    #[prost(bool, tag = "9")]
    pub(in crate::rehearsal) deprecated: bool,
    #[prost(message, optional, tag = "10")]
    pub(in crate::rehearsal) nested: Option<NestedType>,
    #[prost(bool, tag = "11")]
    pub(in crate::rehearsal) write_only: bool,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct NestedType {
    #[prost(message, repeated, tag = "1")]
    pub(in crate::rehearsal) attributes: Vec<Attribute>,
    #[prost(enumeration = "Nesting", tag = "3")]
    pub(in crate::rehearsal) nesting: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub(in crate::rehearsal) enum Nesting {
    Invalid = 0,
    Single = 1,
    List = 2,
    Set = 3,
    Map = 4,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct NestedBlock {
    #[prost(string, tag = "1")]
    pub(in crate::rehearsal) name: String,
    #[prost(message, optional, tag = "2")]
    pub(in crate::rehearsal) block: Option<Block>,
    #[prost(enumeration = "Nesting", tag = "3")]
    pub(in crate::rehearsal) nesting: i32,
    #[prost(int64, tag = "4")]
    pub(in crate::rehearsal) min_items: i64,
    #[prost(int64, tag = "5")]
    pub(in crate::rehearsal) max_items: i64,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct Capabilities {
    /// Whether the schema need not be asked for by every process that knows it already.
    #[prost(bool, tag = "2")]
    pub(in crate::rehearsal) get_provider_schema_optional: bool,
}

/// Any request whose fields do not matter here.
#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct Empty {}

#[derive(Clone, PartialEq, Message)]
pub(in crate::rehearsal) struct ProviderSchema {
    #[prost(message, optional, tag = "1")]
    pub(in crate::rehearsal) provider: Option<Schema>,
    #[prost(map = "string, message", tag = "2")]
    pub(in crate::rehearsal) resources: HashMap<String, Schema>,
    #[prost(map = "string, message", tag = "3")]
    pub(in crate::rehearsal) data: HashMap<String, Schema>,
    #[prost(message, repeated, tag = "4")]
    pub(in crate::rehearsal) diagnostics: Vec<Diagnostic>,
    #[prost(message, optional, tag = "6")]
    pub(in crate::rehearsal) capabilities: Option<Capabilities>,
}

/// The answer of those calls that have nothing to say but what is wrong.
#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct Diagnosed {
    #[prost(message, repeated, tag = "1")]
    pub(in crate::rehearsal) diagnostics: Vec<Diagnostic>,
}

/// The answer of `ValidateProviderConfig`, whose diagnostics have a number of their own.
#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct ProviderValidated {
    #[prost(message, repeated, tag = "2")]
    pub(in crate::rehearsal) diagnostics: Vec<Diagnostic>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct ConfigureRequest {
    #[prost(message, optional, tag = "2")]
    pub(in crate::rehearsal) config: Option<Value>,
}

/// The request of `ValidateResourceConfig` and `ReadDataSource`.
#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct ConfigRequest {
    #[prost(string, tag = "1")]
    pub(in crate::rehearsal) type_name: String,
    #[prost(message, optional, tag = "2")]
    pub(in crate::rehearsal) config: Option<Value>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct UpgradeRequest {
    #[prost(string, tag = "1")]
    pub(in crate::rehearsal) type_name: String,
    #[prost(message, optional, tag = "3")]
    pub(in crate::rehearsal) raw_state: Option<RawState>,
}

/// A state as it stands in a state file.
#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct RawState {
    #[prost(bytes = "vec", tag = "1")]
    pub(in crate::rehearsal) json: Vec<u8>,
}

/// The answer of `UpgradeResourceState` and `ReadDataSource`.
#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct StateResponse {
    #[prost(message, optional, tag = "1")]
    pub(in crate::rehearsal) state: Option<Value>,
    #[prost(message, repeated, tag = "2")]
    pub(in crate::rehearsal) diagnostics: Vec<Diagnostic>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct ReadRequest {
    #[prost(string, tag = "1")]
    pub(in crate::rehearsal) type_name: String,
    #[prost(message, optional, tag = "2")]
    pub(in crate::rehearsal) current_state: Option<Value>,
    #[prost(bytes = "vec", tag = "3")]
    pub(in crate::rehearsal) private: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct ReadResponse {
    #[prost(message, optional, tag = "1")]
    pub(in crate::rehearsal) new_state: Option<Value>,
    #[prost(message, repeated, tag = "2")]
    pub(in crate::rehearsal) diagnostics: Vec<Diagnostic>,
    #[prost(bytes = "vec", tag = "3")]
    pub(in crate::rehearsal) private: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct PlanRequest {
    #[prost(string, tag = "1")]
    pub(in crate::rehearsal) type_name: String,
    #[prost(message, optional, tag = "2")]
    pub(in crate::rehearsal) prior_state: Option<Value>,
    #[prost(message, optional, tag = "3")]
    pub(in crate::rehearsal) proposed_new_state: Option<Value>,
    #[prost(message, optional, tag = "4")]
    pub(in crate::rehearsal) config: Option<Value>,
    #[prost(bytes = "vec", tag = "5")]
    pub(in crate::rehearsal) prior_private: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct PlanResponse {
    #[prost(message, optional, tag = "1")]
    pub(in crate::rehearsal) planned_state: Option<Value>,
    #[prost(message, repeated, tag = "2")]
    pub(in crate::rehearsal) requires_replace: Vec<Path>,
    #[prost(bytes = "vec", tag = "3")]
    pub(in crate::rehearsal) planned_private: Vec<u8>,
    #[prost(message, repeated, tag = "4")]
    pub(in crate::rehearsal) diagnostics: Vec<Diagnostic>,
    /// Whether defaults of arguments that are not computed are accepted, as providers of the older kit have them.
    #[prost(bool, tag = "5")]
    pub(in crate::rehearsal) legacy_type_system: bool,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct ApplyRequest {
    #[prost(string, tag = "1")]
    pub(in crate::rehearsal) type_name: String,
    #[prost(message, optional, tag = "2")]
    pub(in crate::rehearsal) prior_state: Option<Value>,
    #[prost(message, optional, tag = "3")]
    pub(in crate::rehearsal) planned_state: Option<Value>,
    #[prost(bytes = "vec", tag = "5")]
    pub(in crate::rehearsal) planned_private: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct ApplyResponse {
    #[prost(message, optional, tag = "1")]
    pub(in crate::rehearsal) new_state: Option<Value>,
    #[prost(bytes = "vec", tag = "2")]
    pub(in crate::rehearsal) private: Vec<u8>,
    #[prost(message, repeated, tag = "3")]
    pub(in crate::rehearsal) diagnostics: Vec<Diagnostic>,
    #[prost(bool, tag = "4")]
    pub(in crate::rehearsal) legacy_type_system: bool,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct ImportRequest {
    #[prost(string, tag = "1")]
    pub(in crate::rehearsal) type_name: String,
    #[prost(string, tag = "2")]
    pub(in crate::rehearsal) id: String,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct ImportResponse {
    #[prost(message, repeated, tag = "1")]
    pub(in crate::rehearsal) imported: Vec<Imported>,
    #[prost(message, repeated, tag = "2")]
    pub(in crate::rehearsal) diagnostics: Vec<Diagnostic>,
}

#[derive(Clone, PartialEq, Eq, Message)]
pub(in crate::rehearsal) struct Imported {
    #[prost(string, tag = "1")]
    pub(in crate::rehearsal) type_name: String,
    #[prost(message, optional, tag = "2")]
    pub(in crate::rehearsal) state: Option<Value>,
}

impl Diagnostic {
    /// An error about the object as a whole.
    pub(in crate::rehearsal) fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Error as i32, summary: summary.into(), detail: detail.into(), attribute: None }
    }
}

impl Path {
    /// The path of an attribute, or of an attribute inside single blocks.
    pub(in crate::rehearsal) fn of(names: &[&str]) -> Self {
        let mut steps = Vec::new();
        for (position, name) in names.iter().enumerate() {
            if position > 0 {
                steps.push(Step { selector: Some(Selector::Index(0)) });
            }
            steps.push(Step { selector: Some(Selector::Attribute((*name).to_owned())) });
        }
        Self { steps }
    }
}
