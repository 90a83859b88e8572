//! The headers of safetensors files: eight bytes with the length of a JSON object that describes every tensor.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::catalog::models::Dtype;

/// The longest header that readers of the format accept, in bytes.
const LONGEST_HEADER: u64 = 100_000_000;

/// Endings of the names of tensors that describe quantised weights and are not parameters.
const QUANTISATION_ENDINGS: [&str; 8] =
    [".scales", ".qzeros", ".g_idx", ".weight_scale", ".weight_scale_inv", ".input_scale", ".k_scale", ".v_scale"];

/// Four-bit weights that AWQ packs into one 32-bit element.
const PACKED_WEIGHTS: u64 = 8;

/// Why a header or an index cannot be used.
#[derive(Debug, Error)]
pub enum SafetensorsError {
    /// The length at the start is beyond what the format allows.
    #[error("the header claims to have {0} bytes, but the format ends at {LONGEST_HEADER}")]
    HeaderLength(u64),
    /// The text is not the JSON expected there.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// One tensor, as a header describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// For example `model.layers.0.self_attn.q_proj.weight`.
    pub name: String,
    /// Element type by the format's own names, for example `BF16`.
    pub dtype: String,
    /// Elements along each dimension; none for a single number.
    pub shape: Vec<u64>,
}

/// Length of the header in bytes, from the first eight bytes of a file.
pub fn header_length(first: [u8; 8]) -> Result<usize, SafetensorsError> {
    let length = u64::from_le_bytes(first);
    usize::try_from(length).ok().filter(|_| length <= LONGEST_HEADER).ok_or(SafetensorsError::HeaderLength(length))
}

/// The tensors of a header, without the eight bytes before it.
pub fn tensors(header: &[u8]) -> Result<Vec<Tensor>, SafetensorsError> {
    #[derive(Deserialize)]
    struct Entry {
        dtype: String,
        shape: Vec<u64>,
    }
    let entries: Map<String, Value> = serde_json::from_slice(header)?;
    entries
        .into_iter()
        .filter(|(name, _)| name != "__metadata__")
        .map(|(name, value)| {
            let Entry { dtype, shape } = serde_json::from_value(value)?;
            Ok(Tensor { name, dtype, shape })
        })
        .collect()
}

/// Parameters in these tensors: floating-point elements, and weights packed by AWQ.
///
/// Masks and position tables that a few models store as floats count too; gpt2's are 10 % of it.
#[must_use]
pub fn parameters(tensors: &[Tensor]) -> u64 {
    tensors.iter().map(parameters_of).fold(0, u64::saturating_add)
}

fn parameters_of(tensor: &Tensor) -> u64 {
    if QUANTISATION_ENDINGS.iter().any(|ending| tensor.name.ends_with(ending)) {
        return 0;
    }
    let elements = tensor.shape.iter().copied().fold(1, u64::saturating_mul);
    if tensor.name.ends_with(".qweight") {
        elements.saturating_mul(PACKED_WEIGHTS)
    } else if tensor.dtype.starts_with('F') || tensor.dtype == "BF16" {
        elements
    } else {
        0
    }
}

/// The index of a model whose weights are in several files.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Index {
    metadata: IndexMetadata,
    /// File of each tensor.
    pub weight_map: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
struct IndexMetadata {
    total_size: u64,
    total_parameters: Option<u64>,
}

impl Index {
    /// Reads the bytes of a `model.safetensors.index.json`.
    pub fn parse(bytes: &[u8]) -> Result<Self, SafetensorsError> {
        Ok(serde_json::from_slice(bytes)?)
    }

    /// Parameters by the index alone: as it states them, or the size of all files by the bytes of a parameter as
    /// stored.
    #[must_use]
    pub fn parameters(&self, stored: Dtype) -> u64 {
        let implied = self.metadata.total_size.saturating_mul(100) / u64::from(stored.bytes_per_hundred_parameters());
        self.metadata.total_parameters.unwrap_or(implied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_the_elements_of_weights() {
        let header = br#"{"__metadata__": {"format": "pt"},
            "embed.weight": {"dtype": "BF16", "shape": [1000, 64], "data_offsets": [0, 128000]},
            "norm.weight": {"dtype": "F32", "shape": [64], "data_offsets": [128000, 128256]},
            "temperature": {"dtype": "F16", "shape": [], "data_offsets": [128256, 128258]},
            "position_ids": {"dtype": "I64", "shape": [1, 512], "data_offsets": [128258, 132354]}}"#;
        assert_eq!(parameters(&tensors(header).unwrap()), 64_000 + 64 + 1);
    }

    #[test]
    fn packed_weights_are_unpacked_and_their_scales_left_out() {
        let header = br#"{"q.qweight": {"dtype": "I32", "shape": [128, 16], "data_offsets": [0, 8192]},
            "q.qzeros": {"dtype": "I32", "shape": [1, 16], "data_offsets": [8192, 8256]},
            "q.scales": {"dtype": "F16", "shape": [1, 128], "data_offsets": [8256, 8512]},
            "k.weight": {"dtype": "F8_E4M3", "shape": [8, 8], "data_offsets": [8512, 8576]},
            "k.weight_scale_inv": {"dtype": "F32", "shape": [1], "data_offsets": [8576, 8580]}}"#;
        assert_eq!(parameters(&tensors(header).unwrap()), 128 * 128 + 64);
    }

    #[test]
    fn an_absurd_length_is_refused_before_it_is_allocated() {
        assert_eq!(header_length([16, 0, 0, 0, 0, 0, 0, 0]).unwrap(), 16);
        let error = header_length([0xff; 8]).unwrap_err();
        assert!(error.to_string().starts_with("the header claims to have 18446744073709551615 bytes"));
    }

    #[test]
    fn an_index_states_or_implies_the_parameters() {
        let index = Index::parse(br#"{"metadata": {"total_size": 2000}, "weight_map": {"a": "b"}}"#).unwrap();
        assert_eq!(index.parameters(Dtype::Bfloat16), 1000);
        let index = br#"{"metadata": {"total_size": 2000, "total_parameters": 900}, "weight_map": {}}"#;
        assert_eq!(Index::parse(index).unwrap().parameters(Dtype::Bfloat16), 900);
    }
}
