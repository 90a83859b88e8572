//! The shape of a model from its `config.json`, whose keys differ between families of models.

use serde::Deserialize;

use crate::{
    catalog::models::{Attention, Dtype},
    diagnostic::{Diagnostic, Source},
};

/// What a model's `config.json` says about its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// What its key-value cache is made of; absent for a model that does not generate.
    pub attention: Option<Attention>,
    /// The longest sequence that the model allows; for an encoder with a decoder, both together.
    pub context_limit: Option<u32>,
    /// The number format it is served in: the published one, but 16 bits where that is single precision.
    pub dtype: Dtype,
    /// The number format it is stored in.
    pub stored_dtype: Dtype,
    /// Whether it turns speech into text.
    pub hears: bool,
}

/// The keys, by all their names; the same key can stand under two names in one file.
#[derive(Deserialize)]
struct Keys {
    #[serde(default)]
    architectures: Vec<String>,
    #[serde(default)]
    is_encoder_decoder: bool,
    num_hidden_layers: Option<u32>,
    n_layer: Option<u32>,
    decoder_layers: Option<u32>,
    num_attention_heads: Option<u32>,
    n_head: Option<u32>,
    decoder_attention_heads: Option<u32>,
    num_key_value_heads: Option<u32>,
    hidden_size: Option<u32>,
    n_embd: Option<u32>,
    d_model: Option<u32>,
    head_dim: Option<u32>,
    max_position_embeddings: Option<u32>,
    n_positions: Option<u32>,
    max_target_positions: Option<u32>,
    max_source_positions: Option<u32>,
    dtype: Option<String>,
    torch_dtype: Option<String>,
    quantization_config: Option<Quantization>,
    kv_lora_rank: Option<u32>,
    text_config: Option<Box<Self>>,
}

#[derive(Deserialize)]
struct Quantization {
    quant_method: Option<String>,
    bits: Option<u32>,
}

impl Config {
    /// Reads the text of a `config.json`; the error says what is missing or unknown.
    pub fn parse(source: &Source) -> Result<Self, Diagnostic> {
        let text: Keys = serde_json::from_str(source.text()).map_err(|error| invalid(source, &error))?;
        let problem = |code, message: String| {
            Diagnostic::error(code, message, source, 0..0)
                .hint("state the model's parameters, layers, kv_heads and head_dim instead")
        };
        let stored_dtype = text.stored_dtype().map_err(|unknown| problem("unknown-number-format", unknown))?;
        let dtype = if stored_dtype == Dtype::Float32 { Dtype::Float16 } else { stored_dtype };
        let hears = text.architectures.iter().any(|name| name.contains("Whisper") || name.contains("SpeechSeq2Seq"));
        // A model that also sees keeps the part that generates under a key of its own.
        let generates = text.generates();
        let language = text.text_config.as_deref().unwrap_or(&text);
        if language.kv_lora_rank.is_some() {
            let message =
                "multi-head latent attention (`kv_lora_rank`) compresses its cache in a way that is not known";
            return Err(problem("unknown-attention", message.to_owned()));
        }
        let attention = if generates {
            let missing = |key: &str| problem("missing-key", format!("`{key}` is missing"));
            Some(language.attention().map_err(missing)?)
        } else {
            None
        };
        Ok(Self { attention, context_limit: language.context_limit(), dtype, stored_dtype, hears })
    }
}

impl Keys {
    /// Whether the model generates tokens; one that does not say what it is counts as generating, which needs more.
    fn generates(&self) -> bool {
        const GENERATING: [&str; 4] = ["CausalLM", "LMHead", "ConditionalGeneration", "SpeechSeq2Seq"];
        let generates = |name: &String| GENERATING.iter().any(|part| name.contains(part));
        self.architectures.is_empty() || self.architectures.iter().any(generates)
    }

    /// The attention layers, or the key that is missing or makes no sense.
    fn attention(&self) -> Result<Attention, &'static str> {
        let layers = self.decoder_layers.or(self.num_hidden_layers).or(self.n_layer).ok_or("num_hidden_layers")?;
        let attention_heads = self.decoder_attention_heads.or(self.num_attention_heads).or(self.n_head);
        let attention_heads = attention_heads.filter(|heads| *heads > 0).ok_or("num_attention_heads")?;
        let hidden = self.hidden_size.or(self.n_embd).or(self.d_model);
        let head_dim = self.head_dim.or_else(|| hidden.map(|hidden| hidden / attention_heads));
        Ok(Attention {
            layers,
            attention_heads,
            kv_heads: self.num_key_value_heads.unwrap_or(attention_heads),
            head_dim: head_dim.ok_or("hidden_size")?,
        })
    }

    fn context_limit(&self) -> Option<u32> {
        match (self.max_target_positions, self.max_source_positions) {
            (Some(target), Some(source)) if self.is_encoder_decoder => Some(target.saturating_add(source)),
            _ => self.max_position_embeddings.or(self.n_positions),
        }
    }

    fn stored_dtype(&self) -> Result<Dtype, String> {
        if let Some(quantization) = &self.quantization_config {
            let method = quantization.quant_method.as_deref().unwrap_or("unnamed");
            return match (method, quantization.bits) {
                ("awq", None | Some(4)) => Ok(Dtype::Awq4),
                ("fp8", _) => Ok(Dtype::Fp8),
                (_, bits) => {
                    let bits = bits.map(|bits| format!(" with {bits} bits")).unwrap_or_default();
                    Err(format!("quantisation `{method}`{bits} is not known"))
                }
            };
        }
        let language = self.text_config.as_deref().and_then(|text| text.dtype.as_ref().or(text.torch_dtype.as_ref()));
        match self.dtype.as_ref().or(self.torch_dtype.as_ref()).or(language).map(String::as_str) {
            None | Some("float32") => Ok(Dtype::Float32),
            Some("float16") => Ok(Dtype::Float16),
            Some("bfloat16") => Ok(Dtype::Bfloat16),
            Some(other) => Err(format!("number format `{other}` is not known")),
        }
    }
}

fn invalid(source: &Source, error: &serde_json::Error) -> Diagnostic {
    let line_start =
        source.text().split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let offset = (line_start + error.column().saturating_sub(1)).min(source.text().len());
    // serde_json ends its message with the place, which the diagnostic shows itself.
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    Diagnostic::error("invalid-json", message.to_owned(), source, offset..offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, Diagnostic> {
        Config::parse(&Source::new("config.json", text))
    }

    fn shape(config: &Config) -> Option<(u32, u32, u32, u32)> {
        config.attention.map(|it| (it.layers, it.attention_heads, it.kv_heads, it.head_dim))
    }

    #[test]
    fn a_llama_groups_its_queries() {
        let config = parse(
            r#"{"architectures": ["LlamaForCausalLM"], "hidden_size": 4096, "num_hidden_layers": 32,
                "num_attention_heads": 32, "num_key_value_heads": 8, "max_position_embeddings": 131072,
                "torch_dtype": "bfloat16"}"#,
        )
        .unwrap();
        assert_eq!(shape(&config), Some((32, 32, 8, 128)));
        assert_eq!((config.context_limit, config.dtype), (Some(131_072), Dtype::Bfloat16));
    }

    #[test]
    fn gpt2_has_keys_of_its_own() {
        let config = parse(
            r#"{"architectures": ["GPT2LMHeadModel"], "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024}"#,
        )
        .unwrap();
        assert_eq!(shape(&config), Some((12, 12, 12, 64)));
        assert_eq!((config.context_limit, config.dtype), (Some(1024), Dtype::Float16));
    }

    #[test]
    fn whisper_caches_in_its_decoder() {
        let config = parse(
            r#"{"architectures": ["WhisperForConditionalGeneration"], "is_encoder_decoder": true, "d_model": 1280,
                "num_hidden_layers": 32, "decoder_layers": 4, "decoder_attention_heads": 20,
                "max_source_positions": 1500, "max_target_positions": 448, "torch_dtype": "float16"}"#,
        )
        .unwrap();
        assert_eq!(shape(&config), Some((4, 20, 20, 64)));
        assert_eq!((config.context_limit, config.hears), (Some(1948), true));
    }

    #[test]
    fn an_encoder_has_no_cache() {
        let config = parse(
            r#"{"architectures": ["BertModel"], "hidden_size": 1024, "num_attention_heads": 16,
                "num_hidden_layers": 24, "max_position_embeddings": 512, "torch_dtype": "float32"}"#,
        )
        .unwrap();
        assert_eq!((config.attention, config.dtype), (None, Dtype::Float16));
    }

    #[test]
    fn the_part_that_generates_may_be_nested() {
        let config = parse(
            r#"{"architectures": ["Gemma3ForConditionalGeneration"], "dtype": "bfloat16",
                "text_config": {"hidden_size": 5376, "num_hidden_layers": 62, "num_attention_heads": 32,
                                "num_key_value_heads": 16, "head_dim": 128}}"#,
        )
        .unwrap();
        assert_eq!(shape(&config), Some((62, 32, 16, 128)));
        assert_eq!(config.dtype, Dtype::Bfloat16);
    }

    #[test]
    fn quantised_weights_are_recognised() {
        let with = |quantization: &str| {
            parse(&format!(
                r#"{{"hidden_size": 64, "num_hidden_layers": 1, "num_attention_heads": 1,
                     "quantization_config": {quantization}}}"#
            ))
        };
        assert_eq!(with(r#"{"quant_method": "awq", "bits": 4}"#).unwrap().dtype, Dtype::Awq4);
        assert_eq!(with(r#"{"quant_method": "fp8"}"#).unwrap().dtype, Dtype::Fp8);
        let error = with(r#"{"quant_method": "gptq", "bits": 3}"#).unwrap_err();
        assert_eq!(error.message, "quantisation `gptq` with 3 bits is not known");
        assert!(error.hint.is_some());
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        let error = parse(r#"{"num_hidden_layers": 2}"#).unwrap_err();
        assert_eq!(error.message, "`num_attention_heads` is missing");
        let error = parse(r#"{"num_hidden_layers": 2, "num_attention_heads": 0, "hidden_size": 64}"#).unwrap_err();
        assert_eq!(error.message, "`num_attention_heads` is missing");
        let error = parse(r#"{"architectures": ["DeepseekV3ForCausalLM"], "kv_lora_rank": 512}"#).unwrap_err();
        assert_eq!(error.code, "unknown-attention");
    }

    #[test]
    fn broken_json_is_pointed_at() {
        let error = parse("{\n  \"hidden_size\": ,\n}").unwrap_err();
        let location = error.location.unwrap();
        let position = location.source.position(location.span.start);
        assert_eq!((position.line, position.column), (2, 18));
        assert_eq!(error.message, "expected value");
    }
}
