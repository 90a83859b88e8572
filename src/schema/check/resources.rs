//! Checks resources, data sources, ephemeral resources and provider configurations against their provider's schema.

use hcl_edit::structure::{Block as HclBlock, BlockLabel};

use super::{
    FileCheck, Lookup,
    body::Owner,
    grade::Grade,
    meta_arguments::{ARGUMENTS, BLOCKS},
};
use crate::schema::{
    module::Module,
    provider::{Mode, Provider},
};

/// The arguments of a `provider` block that are the language's own.
const PROVIDER_ARGUMENTS: [&str; 3] = ["alias", "for_each", "version"];

impl<'a> FileCheck<'a, '_> {
    /// Checks a `resource`, `data` or `ephemeral` block.
    pub(super) fn resource(&mut self, mode: Mode, block: &'a HclBlock) {
        let [kind, name] = block.labels.as_slice() else { return };
        let key = (mode, kind.as_str().to_owned(), name.as_str().to_owned());
        let Some(resource) = self.context.module.resources.get(&key) else { return };
        let kind_name = kind.as_str();
        match self.context.lookup(mode, kind_name, &resource.provider) {
            Lookup::Known(schema, grade) => {
                self.meta_arguments(&block.body, mode, Some((&schema, &grade)));
                let owner = Owner {
                    name: kind_name,
                    grade: &grade,
                    arguments: &ARGUMENTS,
                    blocks: if mode == Mode::Resource { &BLOCKS } else { &BLOCKS[..1] },
                    is_whole: !self.is_overridden(block),
                };
                let header = self.header(block);
                self.body(&block.body, header, &schema, owner);
            }
            Lookup::Unknown(provider, grade) => {
                self.meta_arguments(&block.body, mode, None);
                self.unknown_type(mode, kind, provider, &grade);
            }
            Lookup::Foreign(source) => {
                self.meta_arguments(&block.body, mode, None);
                match self.slip_of_provider(mode, kind_name) {
                    Some(meant) => {
                        let span = self.document.span(kind);
                        let message = format!("no provider of the module has a {} `{kind_name}`", mode.noun());
                        let diagnostic = self.error(unknown_code(mode), message, span).label("unknown type");
                        self.push(diagnostic.hint(format!("did you mean `{meant}`?")));
                    }
                    None => self.skip(source, kind_name),
                }
            }
        }
    }

    /// The type meant where only the provider's part of its name is mistyped, as in `asw_vpc`.
    fn slip_of_provider(&self, mode: Mode, kind: &str) -> Option<String> {
        let (local_name, rest) = kind.split_once('_')?;
        if self.context.module.requirements.contains_key(local_name) {
            return None;
        }
        let names = self.context.schemas.providers().filter_map(|provider| {
            let meant = provider.source().rsplit('/').next()?;
            (strsim::damerau_levenshtein(local_name, meant) == 1).then(|| (provider, format!("{meant}_{rest}")))
        });
        names.into_iter().find(|(provider, meant)| provider.has(mode, meant)).map(|(_, meant)| meant)
    }

    fn unknown_type(&mut self, mode: Mode, kind: &BlockLabel, provider: &Provider, grade: &Grade<'_>) {
        let name = kind.as_str();
        let message = format!("{} {} has no {} `{name}`", provider.source(), provider.version(), mode.noun());
        let other = [Mode::Resource, Mode::Data].into_iter().find(|other| provider.has(*other, name));
        let span = self.document.span(kind);
        let diagnostic = self.error(unknown_code(mode), message, span).label("unknown type").hint_if(
            other.map(|other| format!("`{name}` is a {}: write `{} \"{name}\"`", other.noun(), other.keyword())),
        );
        let names: Vec<&str> = provider.names(mode).collect();
        let graded = grade.unknown_type(diagnostic, name, names);
        self.findings.outcome.diagnostics.extend(graded);
    }

    /// Checks a `provider` block.
    pub(super) fn provider_block(&mut self, block: &'a HclBlock) {
        let Some(name) = block.labels.first().map(BlockLabel::as_str) else { return };
        let Ok((provider, grade)) = self.context.provider(name) else { return };
        let Some(schema) = provider.configuration() else { return };
        let label = format!("provider {name}");
        // What a configuration lacks may come from the environment.
        let owner = Owner { name: &label, grade: &grade, arguments: &PROVIDER_ARGUMENTS, blocks: &[], is_whole: false };
        let header = self.header(block);
        self.body(&block.body, header, &schema, owner);
    }

    /// Whether another file adds to a block, so that what it lacks may stand there.
    pub(super) fn is_overridden(&self, block: &HclBlock) -> bool {
        let same = |other: &HclBlock| {
            let labels = |block: &HclBlock| block.labels.iter().map(|it| it.as_str().to_owned()).collect::<Vec<_>>();
            other.ident.as_str() == block.ident.as_str() && labels(other) == labels(block)
        };
        let mut overrides = self.context.module.documents.iter().filter(|document| Module::is_override(document));
        self.is_override || overrides.any(|document| document.body().blocks().any(same))
    }
}

const fn unknown_code(mode: Mode) -> &'static str {
    match mode {
        Mode::Resource => "unknown-resource-type",
        Mode::Data => "unknown-data-source",
        Mode::Ephemeral => "unknown-ephemeral-resource",
    }
}
