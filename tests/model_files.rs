//! Sizing a model from a local copy of its repository.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails it by panicking, as the test itself does")]

use std::{fs, path::Path};

use deployer::{
    catalog::{
        model_files::read_directory,
        models::{Dtype, Engine, Task},
    },
    error::Kind,
};
use tempfile::TempDir;

const CONFIG: &str = r#"{
  "architectures": ["LlamaForCausalLM"], "hidden_size": 512, "num_hidden_layers": 4, "num_attention_heads": 8,
  "num_key_value_heads": 2, "max_position_embeddings": 4096, "torch_dtype": "bfloat16"
}"#;

fn directory(files: &[(&str, Vec<u8>)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(directory.path().join(name), bytes).unwrap();
    }
    directory
}

/// A safetensors file with one matrix, cut off after the header: the weights are never read.
fn shard(name: &str, rows: u64, columns: u64) -> Vec<u8> {
    let end = rows * columns * 2;
    let header =
        format!(r#"{{"{name}": {{"dtype": "BF16", "shape": [{rows}, {columns}], "data_offsets": [0, {end}]}}}}"#);
    let mut bytes = u64::try_from(header.len()).unwrap().to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes
}

fn index(total_size: u64) -> Vec<u8> {
    let text = format!(
        r#"{{"metadata": {{"total_size": {total_size}}},
            "weight_map": {{"a": "model-1.safetensors", "b": "model-2.safetensors", "c": "model-2.safetensors"}}}}"#
    );
    text.into_bytes()
}

fn message(path: &Path) -> (Kind, String) {
    let error = read_directory(path).unwrap_err();
    let details: Vec<_> = error.diagnostics.iter().map(|it| it.message.clone()).collect();
    (error.kind, format!("{error} {}", details.join(", ")).replace(&format!("{}/", path.display()), ""))
}

#[test]
fn parameters_are_counted_in_the_headers_of_all_shards() {
    let files = [
        ("config.json", CONFIG.into()),
        ("model.safetensors.index.json", index(1)),
        ("model-1.safetensors", shard("a", 1000, 512)),
        ("model-2.safetensors", shard("b", 10, 10)),
        // Mistral publishes the same weights a second time under another name, which the index leaves out.
        ("consolidated.safetensors", shard("a", 1000, 512)),
    ];
    let directory = directory(&files);
    let model = read_directory(directory.path()).unwrap();
    assert_eq!(model.parameters, 512_100);
    assert_eq!((model.task, model.engine, model.dtype), (Task::TextGeneration, Engine::Vllm, Dtype::Bfloat16));
    let attention = model.attention.unwrap();
    assert_eq!((attention.layers, attention.kv_heads, attention.head_dim), (4, 2, 64));
    assert_eq!((model.context, model.context_limit), (4096, Some(4096)));
}

#[test]
fn one_file_needs_no_index() {
    let directory = directory(&[("config.json", CONFIG.into()), ("model.safetensors", shard("a", 3, 7))]);
    assert_eq!(read_directory(directory.path()).unwrap().parameters, 21);
}

#[test]
fn the_index_alone_is_enough() {
    let directory = directory(&[("config.json", CONFIG.into()), ("model.safetensors.index.json", index(2_000_000))]);
    assert_eq!(read_directory(directory.path()).unwrap().parameters, 1_000_000);
}

#[test]
fn what_is_missing_is_named() {
    assert_eq!(message(directory(&[]).path()), (Kind::Input, "config.json is missing ".to_owned()));
    let only_config = directory(&[("config.json", CONFIG.into())]);
    assert_eq!(message(only_config.path()), (Kind::Input, "model.safetensors is missing ".to_owned()));
    let one_shard = directory(&[
        ("config.json", CONFIG.into()),
        ("model.safetensors.index.json", index(1)),
        ("model-1.safetensors", shard("a", 1, 1)),
    ]);
    assert_eq!(message(one_shard.path()), (Kind::Input, "model-2.safetensors is missing ".to_owned()));
}

#[test]
fn what_is_broken_is_named() {
    let config = directory(&[("config.json", b"{}{".into())]);
    assert_eq!(message(config.path()), (Kind::Input, "1 problem found trailing characters".to_owned()));
    let cut_off =
        directory(&[("config.json", CONFIG.into()), ("model.safetensors", vec![64, 0, 0, 0, 0, 0, 0, 0, b'{'])]);
    assert_eq!(message(cut_off.path()), (Kind::Input, "model.safetensors ends within its header ".to_owned()));
    let pointer = b"version https://git-lfs.github.com/spec/v1\n".to_vec();
    let pointer = directory(&[("config.json", CONFIG.into()), ("model.safetensors", pointer)]);
    assert_eq!(message(pointer.path()), (Kind::Input, "model.safetensors is not what its name says ".to_owned()));
}
