//! Sizing: the worked examples of the design, and every figure of the reference calculation.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails it by panicking, as the test itself does")]

use std::fmt::Write as _;

use deployer::{
    catalog::{
        instances::{Instance, instances},
        models::{Attention, Dtype, Engine, Model, Task, models},
        sizing::{Reason, Sizing, need, size},
    },
    report::sizing::{SizingReport, render},
};
use proptest::prelude::*;

const GIB: f64 = 1_073_741_824.0;

fn model(name: &str) -> &'static Model {
    models().find(name).unwrap()
}

fn sized(name: &str, dtype: Dtype) -> Sizing {
    let model = model(name);
    size(model, model.context, model.batch, dtype)
}

fn by_default(name: &str) -> Sizing {
    sized(name, model(name).dtype)
}

#[track_caller]
fn assert_near(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{actual} is not {expected}");
}

/// Weights, cache and need on so many GPUs, as the design's table rounds them.
#[track_caller]
fn assert_example(sizing: &Sizing, weights: f64, kib_per_token: u64, cache: f64, gpus: u32, need: f64) {
    assert_near(sizing.weights_gib, weights, if weights > 100.0 { 0.05 } else { 0.005 });
    assert_eq!(sizing.kv_bytes_per_token, kib_per_token * 1024);
    assert_near(sizing.kv_cache_gib, cache, 0.0051);
    assert_near(sizing.need(gpus).need_gib, need, 0.05);
}

fn fits(sizing: &Sizing, instance: &str) -> bool {
    sizing.fitting.iter().any(|fit| fit.instance.name == instance)
}

fn cheapest(sizing: &Sizing) -> &str {
    &sizing.fitting[0].instance.name
}

fn reason(sizing: &Sizing, instance: &str) -> Reason {
    sizing.refused.iter().find(|refused| refused.instance.name == instance).unwrap().reason
}

#[test]
fn gpt2_runs_on_the_smallest_gpu() {
    let sizing = by_default("gpt2");
    assert_example(&sizing, 0.23, 36, 1.13, 1, 2.8);
    assert_eq!(cheapest(&sizing), "g4dn.xlarge");
}

#[test]
fn stable_diffusion_xl_fits_24_gib_and_just_the_t4() {
    let sizing = by_default("stabilityai/stable-diffusion-xl-base-1.0");
    assert_example(&sizing, 6.46, 0, 0.0, 1, 13.3);
    assert!(fits(&sizing, "g6.xlarge") && fits(&sizing, "g5.xlarge"));
    assert_near(sizing.fitting[0].headroom_gib, 1.7, 0.05);
    assert_eq!(sizing.fitting[0].kv_room_tokens, None);
    assert_eq!(reason(&sizing, "g6.12xlarge"), Reason::Heads { kv_heads: 0 });
}

#[test]
fn llama_8b_needs_48_gib_for_eight_long_sequences() {
    let sizing = by_default("meta-llama/Llama-3.1-8B");
    assert_example(&sizing, 14.96, 128, 8.0, 1, 27.7);
    assert!(fits(&sizing, "g6e.2xlarge"));
    assert!(matches!(reason(&sizing, "g6.2xlarge"), Reason::GpuMemory { .. }));
    assert_eq!(reason(&sizing, "g4dn.12xlarge"), Reason::Dtype);
    // A smaller load fits 24 GiB, but an xlarge has too little main memory to load the weights.
    let small = size(model("meta-llama/Llama-3.1-8B"), 2048, 8, Dtype::Bfloat16);
    assert!(matches!(reason(&small, "g6.xlarge"), Reason::HostMemory { have_gib: 16.0, .. }));
    let g6 = small.fitting.iter().find(|fit| fit.instance.name == "g6.2xlarge").unwrap();
    assert_eq!(g6.kv_room_tokens.unwrap() / 1000, 26);
}

#[test]
fn mistral_7b_is_a_little_smaller() {
    let sizing = by_default("mistralai/Mistral-7B-v0.3");
    assert_example(&sizing, 13.50, 128, 8.0, 1, 26.1);
    assert!(fits(&sizing, "g6e.2xlarge"));
    let g6 = instances().find("g6.2xlarge").unwrap().gpus.as_ref().unwrap();
    assert_eq!(sizing.kv_room_tokens(g6).unwrap() / 1000, 38);
}

#[test]
fn qwen_32b_needs_four_gpus_or_four_bits() {
    let sizing = by_default("Qwen/Qwen2.5-32B");
    assert_example(&sizing, 61.03, 256, 16.0, 4, 91.7);
    assert_eq!(cheapest(&sizing), "g6e.12xlarge");
    let quantised = by_default("Qwen/Qwen2.5-32B-Instruct-AWQ");
    assert_near(quantised.need(1).need_gib, 40.6, 0.05);
    assert!(fits(&quantised, "g6e.2xlarge"));
}

#[test]
fn llama_70b_just_fits_four_l40s() {
    let sizing = by_default("meta-llama/Llama-3.1-70B");
    assert_example(&sizing, 131.4, 320, 20.0, 4, 174.9);
    assert_eq!(cheapest(&sizing), "g6e.12xlarge");
    assert_near(sizing.fitting[0].headroom_gib, 3.9, 0.1);
    assert!(fits(&sizing, "g6e.48xlarge") && fits(&sizing, "p4d.24xlarge"));
    let eight_bits = sized("meta-llama/Llama-3.1-70B", Dtype::Fp8);
    assert_near(eight_bits.weights_gib, 65.7, 0.05);
    assert_eq!(reason(&eight_bits, "g4dn.metal"), Reason::Dtype);
}

#[test]
fn whisper_runs_on_a_t4() {
    let sizing = by_default("openai/whisper-large-v3");
    assert_example(&sizing, 2.87, 160, 4.76, 1, 10.7);
    assert_eq!(cheapest(&sizing), "g4dn.xlarge");
    // Twenty heads split over four GPUs, not over eight.
    assert!(fits(&sizing, "g6.12xlarge"));
    assert_eq!(reason(&sizing, "g6.48xlarge"), Reason::Heads { kv_heads: 20 });
}

#[test]
fn bge_has_no_cache() {
    let sizing = by_default("BAAI/bge-large-en-v1.5");
    assert_example(&sizing, 0.62, 0, 0.0, 1, 2.9);
    assert_eq!(cheapest(&sizing), "g4dn.xlarge");
}

#[test]
fn a_model_outside_the_table_is_sized_by_its_shape() {
    let own = Model {
        id: "in-house".to_owned(),
        aliases: Vec::new(),
        task: Task::TextGeneration,
        engine: Engine::Vllm,
        gated: false,
        parameters: 8_030_000_000,
        dtype: Dtype::Float32,
        attention: Some(Attention { layers: 32, attention_heads: 32, kv_heads: 8, head_dim: 128 }),
        context: 8192,
        batch: 8,
        context_limit: None,
        activations_gib: 1.0,
    };
    let sizing = size(&own, own.context, own.batch, own.dtype);
    // Twice the bytes of both weights and cache.
    assert_near(sizing.weights_gib, 2.0 * 14.957, 0.001);
    assert_near(sizing.kv_cache_gib, 16.0, 1e-9);
}

#[test]
fn every_figure_of_the_reference_calculation_is_reproduced() {
    let cases = [
        ("gpt2", "gpt2", Dtype::Float16),
        ("SDXL base 1.0", "sdxl", Dtype::Float16),
        ("Llama-3.1-8B", "llama-3.1-8b", Dtype::Float16),
        ("Mistral-7B-v0.3", "mistral-7b", Dtype::Float16),
        ("Qwen2.5-32B", "qwen2.5-32b", Dtype::Float16),
        ("Qwen2.5-32B AWQ-4", "qwen2.5-32b", Dtype::Awq4),
        ("Llama-3.1-70B", "llama-3.1-70b", Dtype::Float16),
        ("Llama-3.1-70B FP8", "llama-3.1-70b", Dtype::Fp8),
        ("whisper-large-v3", "whisper-large-v3", Dtype::Float16),
        ("bge-large-en-v1.5", "bge-large-en-v1.5", Dtype::Float16),
    ];
    let mut text = String::new();
    for (title, name, dtype) in cases {
        print_as_the_reference_does(&mut text, title, &sized(name, dtype));
    }
    // The reference (fixtures/sizing.txt is its output) knows neither the rule on number formats nor that on main
    // memory; instances refused for those alone are counted back in above, so every line must be the same.
    assert_same_lines(&text, include_str!("fixtures/sizing.txt"));
}

#[track_caller]
fn assert_same_lines(actual: &str, expected: &str) {
    for (number, (actual, expected)) in actual.lines().zip(expected.lines()).enumerate() {
        assert_eq!(actual, expected, "line {}", number + 1);
    }
    assert_eq!(actual.lines().count(), expected.lines().count());
}

fn print_as_the_reference_does(text: &mut String, title: &str, sizing: &Sizing) {
    let kib = sizing.kv_bytes_per_token / 1024;
    let (weights, cache, activations) = (sizing.weights_gib, sizing.kv_cache_gib, sizing.activations_gib);
    writeln!(text, "\n{title}: W={weights:.2} GiB kv/tok={kib} KiB KV={cache:.2} act={activations:?}").unwrap();
    assert_eq!(sizing.needs.iter().map(|need| need.gpus).collect::<Vec<_>>(), [1, 4, 8]);
    for need in &sizing.needs {
        let (used, needed) = (need.used_gib, need.need_gib);
        writeln!(text, "   {} GPU: raw {used:.1} need {needed:.1} GiB total", need.gpus).unwrap();
    }
    let mut cheapest = fits_by_gpu_memory(sizing);
    cheapest.sort_by(|a, b| a.0.price_per_hour.total_cmp(&b.0.price_per_hour));
    let cheapest: Vec<_> = cheapest
        .iter()
        .take(4)
        .map(|(instance, spare)| format!("('{}', {}, {spare:.1})", instance.name, instance.price_per_hour))
        .collect();
    writeln!(text, "   cheapest: [{}]", cheapest.join(", ")).unwrap();
    for name in [
        "g4dn.xlarge",
        "g6.xlarge",
        "g6e.xlarge",
        "g5.12xlarge",
        "g6e.12xlarge",
        "g5.48xlarge",
        "g6e.48xlarge",
        "p5.4xlarge",
        "p4d.24xlarge",
        "p5.48xlarge",
    ] {
        let instance = instances().find(name).unwrap();
        if let Some(tokens) = sizing.kv_room_tokens(instance.gpus.as_ref().unwrap()) {
            let gpus = instance.gpus.as_ref().unwrap();
            let count = f64::from(gpus.count);
            let room = count * gpus.gpu.memory_gib * 0.9 - sizing.weights_gib - sizing.activations_gib - count;
            writeln!(text, "     {name}: KV room {room:.1} GiB = {} tok", commas(tokens)).unwrap();
        }
    }
}

/// Instances whose GPUs have the memory, with what is left of it.
fn fits_by_gpu_memory(sizing: &Sizing) -> Vec<(&'static Instance, f64)> {
    let kept = sizing.fitting.iter().map(|fit| (fit.instance, fit.headroom_gib));
    let counted_back = sizing.refused.iter().filter_map(|refused| {
        let gpus = refused.instance.gpus.as_ref()?;
        let spare = refused.instance.gpu_memory_gib() - sizing.need(gpus.count).need_gib;
        (matches!(refused.reason, Reason::HostMemory { .. } | Reason::Dtype) && spare >= 0.0)
            .then_some((refused.instance, spare))
    });
    kept.chain(counted_back).collect()
}

fn commas(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}

#[test]
fn reports_fit_eighty_columns() {
    for model in &models().all {
        let text = render(&by_default(&model.id));
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn a_report_reads_well() {
    insta::assert_snapshot!(render(&by_default("meta-llama/Llama-3.1-8B")));
}

#[test]
fn a_report_says_when_nothing_holds_the_model() {
    let text = render(&size(model("llama-3.1-70b"), 131_072, 256, Dtype::Bfloat16));
    assert!(text.contains("No instance holds it."), "{text}");
}

#[test]
fn the_json_report_is_versioned() {
    let value = serde_json::to_value(SizingReport::new(&by_default("gpt2"))).unwrap();
    assert_eq!(value["version"], 1);
    assert_eq!(value["fitting"][0]["instance"], "g4dn.xlarge");
    assert_eq!(value["refused"][0]["reason"], "heads");
    assert_eq!(value["prices"]["date"], "2026-09-25");
}

proptest! {
    /// Whatever the model: an instance that fits keeps every rule, and no instance is lost.
    #[test]
    fn what_fits_keeps_every_rule(
        parameters in 1_000_000_u64..200_000_000_000,
        kv_heads in prop::sample::select(vec![1_u32, 2, 4, 5, 8, 20, 32]),
        context in 1_u32..100_000,
        batch in 1_u32..64,
        dtype in prop::sample::select(Dtype::ALL.to_vec()),
    ) {
        let mut model = model("llama-3.1-8b").clone();
        model.parameters = parameters;
        model.attention = Some(Attention { kv_heads, ..model.attention.unwrap() });
        let sizing = size(&model, context, batch, dtype);
        prop_assert_eq!(sizing.fitting.len() + sizing.refused.len(), instances().with_gpus().count());
        prop_assert!(sizing.fitting.is_sorted_by(|a, b| a.price_per_hour <= b.price_per_hour));
        for fit in &sizing.fitting {
            let gpus = fit.instance.gpus.as_ref().unwrap();
            let again = need(sizing.weights_gib, sizing.kv_cache_gib, sizing.activations_gib, gpus.count);
            prop_assert!(again.need_gib <= fit.instance.gpu_memory_gib());
            prop_assert!(kv_heads % gpus.count == 0 && gpus.gpu.supports(dtype));
            prop_assert!(fit.instance.memory_gib >= 1.2 * sizing.weights_gib);
            // The load asked for is within the room reported, give or take a token.
            let asked = u64::from(context) * u64::from(batch);
            prop_assert!(fit.kv_room_tokens.unwrap() + 1 >= asked);
        }
        for refused in &sizing.refused {
            if let Reason::GpuMemory { need_gib, have_gib } = refused.reason {
                prop_assert!(need_gib > have_gib);
            }
        }
        prop_assert!((sizing.kv_cache_gib * GIB - f64::from(context) * f64::from(batch)
            * f64::from(u32::try_from(sizing.kv_bytes_per_token).unwrap())).abs() < 1024.0);
    }
}
