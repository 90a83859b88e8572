//! The figures of a model that is not in the table, from a local copy of its repository: `config.json` for the shape,
//! the headers of its safetensors files for the exact number of parameters. The weights themselves are not read.

mod config;
mod safetensors;

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

pub use config::Config;
pub use safetensors::{Index, SafetensorsError, Tensor, header_length, parameters, tensors};

use super::models::{Dtype, Engine, Model, Task, estimated_activations_gib};
use crate::{
    diagnostic::Source,
    error::{Error, Kind, Result},
};

const CONFIG: &str = "config.json";
const INDEX: &str = "model.safetensors.index.json";
const SINGLE: &str = "model.safetensors";
const EXPLICIT: &str = "state the model's parameters, layers, kv_heads and head_dim instead";

/// Tokens per sequence to size for when a model allows more.
const USUAL_CONTEXT: u32 = 8192;

/// The figures of the model in a directory, which becomes its id.
///
/// Fails with [`Kind::Input`] if the files are not those of a model with safetensors weights, and [`Kind::Outside`] if
/// they cannot be read.
pub fn read_directory(directory: &Path) -> Result<Model> {
    let path = directory.join(CONFIG);
    let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
    let config = Config::parse(&Source::new(path.display().to_string(), text))
        .map_err(|diagnostic| Error::from_diagnostics(vec![diagnostic]))?;
    let parameters = count_parameters(directory, config.stored_dtype)?;
    Ok(model(directory.display().to_string(), &config, parameters))
}

/// A model from its shape and its number of parameters.
#[must_use]
pub fn model(id: String, config: &Config, parameters: u64) -> Model {
    let (task, engine, batch) = if config.hears {
        (Task::AutomaticSpeechRecognition, Engine::Transformers, 16)
    } else if config.attention.is_some() {
        (Task::TextGeneration, Engine::Vllm, 8)
    } else {
        (Task::FeatureExtraction, Engine::Transformers, 64)
    };
    Model {
        id,
        aliases: Vec::new(),
        task,
        engine,
        gated: false,
        parameters,
        dtype: config.dtype,
        attention: config.attention,
        context: config.context_limit.map_or(USUAL_CONTEXT, |limit| limit.min(USUAL_CONTEXT)),
        batch,
        context_limit: config.context_limit,
        activations_gib: estimated_activations_gib(parameters),
    }
}

fn count_parameters(directory: &Path, stored: Dtype) -> Result<u64> {
    let path = directory.join(INDEX);
    if !path.exists() {
        let path = directory.join(SINGLE);
        return header_parameters(&path);
    }
    let bytes = fs::read(&path).map_err(|error| unreadable(&path, error))?;
    let index = Index::parse(&bytes).map_err(|error| malformed(&path, error))?;
    let files: BTreeSet<&String> = index.weight_map.values().collect();
    // The index alone is enough for an estimate, so that a model can be sized before its shards are fetched.
    if !files.iter().any(|file| directory.join(file).exists()) {
        return Ok(index.parameters(stored));
    }
    files.into_iter().map(|file| header_parameters(&directory.join(file))).sum()
}

fn header_parameters(path: &Path) -> Result<u64> {
    let mut file = File::open(path).map_err(|error| unreadable(path, error))?;
    let mut length = [0; 8];
    file.read_exact(&mut length).map_err(|error| unreadable(path, error))?;
    let length = header_length(length).map_err(|error| malformed(path, error))?;
    let mut header = vec![0; length];
    file.read_exact(&mut header).map_err(|error| unreadable(path, error))?;
    Ok(parameters(&tensors(&header).map_err(|error| malformed(path, error))?))
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    let path = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => Error::new(Kind::Input, format!("{path} is missing")).hint(EXPLICIT),
        io::ErrorKind::UnexpectedEof => Error::new(Kind::Input, format!("{path} ends within its header"))
            .hint("fetch the file again: the download is incomplete"),
        _ => Error::new(Kind::Outside, format!("{path} cannot be read")).caused_by(error),
    }
}

fn malformed(path: &Path, error: SafetensorsError) -> Error {
    Error::new(Kind::Input, format!("{} is not what its name says", path.display())).caused_by(error).hint(EXPLICIT)
}
