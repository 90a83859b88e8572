//! Models of the Hugging Face Hub that the program knows, and the figures of a model that decide what it runs on.

use std::{fmt, sync::OnceLock};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Provenance, embedded};
use crate::diagnostic::did_you_mean;

/// The models the program knows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    /// When and where the figures were taken.
    pub provenance: Provenance,
    /// Families together.
    #[serde(rename = "models")]
    pub all: Vec<Model>,
}

/// A model: what it is, and what decides its size in memory.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Repository on the Hub, or a name for a model that is not there.
    pub id: String,
    /// Short names it answers to besides its id, in lower case.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// What it does.
    pub task: Task,
    /// What serves it.
    pub engine: Engine,
    /// Whether the Hub gives the weights only to accounts that accepted the model's terms, so needs a token.
    #[serde(default)]
    pub gated: bool,
    /// Parameters of the whole model; with a mixture of experts, of all experts.
    pub parameters: u64,
    /// Number format it is served in unless told otherwise.
    pub dtype: Dtype,
    /// What its key-value cache is made of; absent for models without one, such as encoders and diffusion models.
    #[serde(default)]
    pub attention: Option<Attention>,
    /// Tokens per sequence to size for unless told otherwise; 0 where tokens do not matter.
    pub context: u32,
    /// Sequences in flight to size for unless told otherwise.
    pub batch: u32,
    /// The longest sequence that the model itself allows, where that is known and matters.
    #[serde(default)]
    pub context_limit: Option<u32>,
    /// Memory for activations at that batch, in GiB; an estimate.
    pub activations_gib: f64,
}

/// The attention layers that keep keys and values of every token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Attention {
    /// Layers with a cache.
    pub layers: u32,
    /// Query heads.
    pub attention_heads: u32,
    /// Key-value heads; fewer than query heads with grouped-query attention.
    pub kv_heads: u32,
    /// Elements of one head.
    pub head_dim: u32,
}

/// What a model does, by the Hub's own names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Continues a text.
    TextGeneration,
    /// Draws a picture from a description.
    TextToImage,
    /// Writes down what it hears.
    AutomaticSpeechRecognition,
    /// Turns a text into a vector.
    FeatureExtraction,
}

/// The software that serves a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// vLLM: generation with continuous batching over a paged key-value cache.
    Vllm,
    /// The transformers library.
    Transformers,
    /// The diffusers library.
    Diffusers,
}

/// Number format of the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Dtype {
    /// IEEE single precision.
    Float32,
    /// IEEE half precision.
    Float16,
    /// The upper half of single precision.
    Bfloat16,
    /// Eight-bit floats.
    Fp8,
    /// Activation-aware quantisation to four bits.
    #[serde(rename = "awq-4")]
    Awq4,
}

impl Dtype {
    /// Every format, widest first.
    pub const ALL: [Self; 5] = [Self::Float32, Self::Float16, Self::Bfloat16, Self::Fp8, Self::Awq4];

    /// The name used in files and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Float32 => "float32",
            Self::Float16 => "float16",
            Self::Bfloat16 => "bfloat16",
            Self::Fp8 => "fp8",
            Self::Awq4 => "awq-4",
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dtype| dtype.name() == name)
    }

    /// Bytes of a hundred parameters, averaged over the model.
    ///
    /// AWQ keeps embeddings, norms and a scale per group of weights in 16 bits, which brings four bits to about 0.59
    /// bytes.
    #[must_use]
    pub const fn bytes_per_hundred_parameters(self) -> u32 {
        match self {
            Self::Float32 => 400,
            Self::Float16 | Self::Bfloat16 => 200,
            Self::Fp8 => 100,
            Self::Awq4 => 59,
        }
    }

    /// Bytes of a parameter, averaged over the model.
    #[must_use]
    pub fn bytes_per_parameter(self) -> f64 {
        f64::from(self.bytes_per_hundred_parameters()) / 100.0
    }

    /// Bytes per element of the key-value cache: quantised weights still compute, and cache, in 16 bits.
    #[must_use]
    pub const fn kv_bytes(self) -> u32 {
        match self {
            Self::Float32 => 4,
            Self::Float16 | Self::Bfloat16 | Self::Fp8 | Self::Awq4 => 2,
        }
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// The table, parsed on first use.
pub fn models() -> &'static Models {
    static TABLE: OnceLock<Models> = OnceLock::new();
    TABLE.get_or_init(|| embedded("models.json", include_str!("../../assets/models.json")))
}

impl Models {
    /// The model with this id or alias; case does not matter, as on the Hub.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Model> {
        self.all.iter().find(|model| model.names().any(|known| known.eq_ignore_ascii_case(name)))
    }

    /// The known name that a misspelt one most likely means.
    #[must_use]
    pub fn suggest(&self, name: &str) -> Option<&str> {
        did_you_mean(name, self.all.iter().flat_map(Model::names))
    }
}

impl Model {
    /// A language model of which only the number of parameters is known, in billions.
    ///
    /// Without the shape of its layers the key-value cache is not counted.
    #[must_use]
    pub fn of_size(id: &str, billions: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "parameters fit into 64 bits")]
        let parameters = (billions.max(0.0) * 1e9) as u64;
        Self {
            id: id.to_owned(),
            aliases: Vec::new(),
            task: Task::TextGeneration,
            engine: Engine::Vllm,
            gated: false,
            parameters,
            dtype: Dtype::Float16,
            attention: None,
            context: 0,
            batch: 1,
            context_limit: None,
            activations_gib: estimated_activations_gib(parameters),
        }
    }

    /// The same model for another task, with the engine that serves such.
    #[must_use]
    pub fn for_task(self, task: Task) -> Self {
        let engine = match task {
            Task::TextGeneration => Engine::Vllm,
            Task::TextToImage => Engine::Diffusers,
            Task::FeatureExtraction | Task::AutomaticSpeechRecognition => Engine::Transformers,
        };
        Self { task, engine, ..self }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.id.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

/// Memory for activations, in GiB, of a model nobody measured: by its size, as of the known models.
#[must_use]
pub fn estimated_activations_gib(parameters: u64) -> f64 {
    match parameters {
        0..200_000_000 => 0.2,
        200_000_000..15_000_000_000 => 1.0,
        15_000_000_000..50_000_000_000 => 1.5,
        _ => 2.0,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique() {
        let mut seen = BTreeSet::new();
        for name in models().all.iter().flat_map(Model::names) {
            assert!(seen.insert(name.to_ascii_lowercase()), "{name} names two models");
        }
    }

    #[test]
    fn models_answer_to_id_and_alias() {
        assert_eq!(models().find("gpt2").unwrap().id, "openai-community/gpt2");
        let llama = models().find("META-llama/Llama-3.1-8B-Instruct").unwrap();
        assert!(llama.gated);
        assert_eq!(llama.engine, Engine::Vllm);
        assert!(models().find("gpt-2000").is_none());
        assert_eq!(models().suggest("gtp2"), Some("gpt2"));
    }

    #[test]
    fn defaults_are_within_the_model() {
        for model in &models().all {
            assert!(model.context_limit.is_none_or(|limit| model.context <= limit), "{}", model.id);
            if let Some(attention) = model.attention {
                assert_eq!(attention.attention_heads % attention.kv_heads, 0, "{}", model.id);
            }
        }
    }

    #[test]
    fn dtype_names_match_the_files() {
        for dtype in Dtype::ALL {
            assert_eq!(serde_json::to_value(dtype).unwrap(), dtype.name());
            assert_eq!(Dtype::from_name(dtype.name()), Some(dtype));
        }
    }

    #[test]
    fn estimates_agree_with_the_known_language_models() {
        for model in models().all.iter().filter(|model| model.task == Task::TextGeneration) {
            assert!((estimated_activations_gib(model.parameters) - model.activations_gib).abs() < 1e-9, "{}", model.id);
        }
    }
}
