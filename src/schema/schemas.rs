//! All provider schemas that the check knows: those embedded in the program, or newer ones a workspace has stored.

use std::{
    borrow::Cow,
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::provider::{Mode, Provider};
use crate::{
    diagnostic::Source,
    error::{Error, Kind, Result},
};

/// The folder of a workspace, relative to its root, that holds the schemas it uses instead of the embedded ones.
pub const STORED: &str = ".deployer/schemas";

/// The embedded schemas: address, version and text. `assets/schemas/NOTICE.md` says where they come from.
const EMBEDDED: [(&str, &str, &str); 7] = [
    ("hashicorp/aws", "6.25.0", include_str!(concat!(env!("OUT_DIR"), "/aws.compact.json"))),
    ("hashicorp/helm", "3.1.1", include_str!(concat!(env!("OUT_DIR"), "/helm.compact.json"))),
    ("hashicorp/kubernetes", "2.38.0", include_str!(concat!(env!("OUT_DIR"), "/kubernetes.compact.json"))),
    ("hashicorp/null", "3.2.4", include_str!(concat!(env!("OUT_DIR"), "/null.compact.json"))),
    ("hashicorp/random", "3.7.2", include_str!(concat!(env!("OUT_DIR"), "/random.compact.json"))),
    ("hashicorp/time", "0.13.1", include_str!(concat!(env!("OUT_DIR"), "/time.compact.json"))),
    ("hashicorp/tls", "4.1.0", include_str!(concat!(env!("OUT_DIR"), "/tls.compact.json"))),
];

/// The provider inside Terraform itself, which `terraform providers schema` does not always list.
const BUILT_IN: (&str, &str, &str) = ("builtin/terraform", "1.0.0", include_str!("built_in.json"));

/// Provider schemas by address without the registry, e.g. `hashicorp/aws`.
#[derive(Clone, Debug)]
pub struct Schemas {
    providers: IndexMap<String, (Arc<Provider>, Origin)>,
}

/// Where a schema comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// From the program itself.
    Embedded,
    /// From this file of the workspace.
    Stored(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded => formatter.write_str("built in"),
            Self::Stored(file) => write!(formatter, "{}", file.display()),
        }
    }
}

/// What `schema info` shows of one provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The address, e.g. `hashicorp/aws`.
    pub source: String,
    /// The version, e.g. `6.25.0`.
    pub version: String,
    /// How many resource types it has.
    pub resources: usize,
    /// How many data sources it has.
    pub data_sources: usize,
    /// How many ephemeral resource types it has.
    pub ephemeral_resources: usize,
    /// Where it comes from.
    pub origin: Origin,
}

/// The part of a stored schema that says whose it is.
#[derive(Deserialize)]
struct Header {
    #[serde(rename = "p")]
    address: String,
    version: String,
}

impl Schemas {
    /// The schemas embedded in the program. Costs nothing until one of them is asked for a block.
    #[must_use]
    pub fn embedded() -> Self {
        let provider = |(source, version, text): (&str, &str, &'static str)| {
            (source.to_owned(), (Arc::new(Provider::new(source, version, text)), Origin::Embedded))
        };
        Self { providers: EMBEDDED.into_iter().chain([BUILT_IN]).map(provider).collect() }
    }

    /// The embedded schemas, replaced and complemented by those that a workspace has stored.
    ///
    /// A workspace without a folder of schemas is fine; a file in it that is no schema is an error.
    pub fn of_workspace(workspace: &Path) -> Result<Self> {
        let folder = workspace.join(STORED);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::embedded()),
            Err(error) => {
                return Err(Error::new(Kind::Failed, format!("cannot read `{}`", folder.display())).caused_by(error));
            }
        };
        let mut files: Vec<PathBuf> = entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .collect();
        files.sort();
        let mut schemas = Self::embedded();
        for file in files {
            let text = fs::read_to_string(&file).map_err(|error| {
                Error::new(Kind::Failed, format!("cannot read `{}`", file.display())).caused_by(error)
            })?;
            schemas.add(&Source::new(file.display().to_string(), text))?;
        }
        Ok(schemas)
    }

    /// Uses a stored schema instead of the embedded one of the same provider.
    pub fn add(&mut self, stored: &Source) -> Result<()> {
        let broken = |why: &str| {
            Error::new(Kind::Input, format!("`{}` is not a stored provider schema: {why}", stored.path()))
                .hint("run `deployer schema refresh` to write it again")
        };
        let header: Header = serde_json::from_str(stored.text()).map_err(|error| broken(&error.to_string()))?;
        let source = source_of(&header.address);
        let provider = Provider::new(&source, &header.version, Cow::Owned(stored.text().to_owned()));
        // Decoding everything would cost more than most checks; what is malformed elsewhere counts as not described.
        if provider.configuration().is_none() {
            return Err(broken("the block of the provider itself is missing or malformed"));
        }
        let origin = Origin::Stored(PathBuf::from(stored.path()));
        self.providers.insert(source, (Arc::new(provider), origin));
        Ok(())
    }

    /// The schema of a provider by its address, with or without the registry's host.
    #[must_use]
    pub fn provider(&self, source: &str) -> Option<&Provider> {
        self.providers.get(&source_of(source)).map(|(provider, _)| provider.as_ref())
    }

    /// All providers' schemas.
    pub fn providers(&self) -> impl Iterator<Item = &Provider> {
        self.providers.values().map(|(provider, _)| provider.as_ref())
    }

    /// What there is, for people. Indexes every schema.
    #[must_use]
    pub fn summaries(&self) -> Vec<Summary> {
        let summary = |(provider, origin): &(Arc<Provider>, Origin)| Summary {
            source: provider.source().to_owned(),
            version: provider.version().to_owned(),
            resources: provider.names(Mode::Resource).count(),
            data_sources: provider.names(Mode::Data).count(),
            ephemeral_resources: provider.names(Mode::Ephemeral).count(),
            origin: origin.clone(),
        };
        self.providers.values().map(summary).collect()
    }
}

/// A provider's address without the registry's host: its last two parts.
pub(super) fn source_of(address: &str) -> String {
    let parts: Vec<&str> = address.rsplitn(3, '/').collect();
    match parts[..] {
        [name, namespace, ..] => format!("{namespace}/{name}").to_lowercase(),
        _ => format!("hashicorp/{address}").to_lowercase(),
    }
}
