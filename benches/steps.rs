//! How long the steps of a command take, within one process and without the writing: `cargo bench`.
//!
//! What a step costs in a whole process, with its start and the disk, is what `benches/run` measures.

#![expect(clippy::expect_used, reason = "a benchmark of a workspace that cannot be read has no figure to give")]

use std::{fs, hint::black_box, path::Path};

use criterion::{BatchSize, Criterion};
use deployer::{
    catalog::{models::models, sizing},
    diagnostic::Source,
    files::{Workspace, plan},
    generate::{Environments, all_files, problems},
    schema::Schemas,
    spec,
    validate::validate,
};

/// The repository's own workspace.
fn workspace() -> Workspace {
    Workspace::open(env!("CARGO_MANIFEST_DIR")).expect("the repository is a workspace")
}

fn environments() -> Environments {
    Environments::load(&workspace()).expect("valid environments")
}

fn specification(criterion: &mut Criterion) {
    let path = "environments/prod/environment.hcl";
    let text = fs::read_to_string(workspace().path(path)).expect("a specification");
    criterion.bench_function("load a specification", |bencher| {
        bencher.iter(|| spec::load("prod", Source::new(path, black_box(&text))).expect("a valid specification"));
    });
}

fn generation(criterion: &mut Criterion) {
    let environments = environments();
    let prod = environments.find("prod").expect("the environment prod");
    criterion.bench_function("compose modules and stacks of an environment", |bencher| {
        bencher.iter(|| all_files(black_box(&environments.all), &[prod]));
    });
    let files = all_files(&environments.all, &[prod]);
    // A schema reads a block when it is first asked for it, which a command does once: so here does every iteration.
    criterion.bench_function("check an environment before it is written", |bencher| {
        bencher.iter_batched(Schemas::embedded, |schemas| problems(black_box(&files), &schemas), BatchSize::LargeInput);
    });
}

fn planning(criterion: &mut Criterion) {
    let workspace = workspace();
    let environments = environments();
    let selected: Vec<_> = environments.all.iter().collect();
    let scopes = ["modules".to_owned(), "environments/dev".to_owned(), "environments/prod".to_owned()];
    let files = all_files(&environments.all, &selected);
    criterion.bench_function("plan a workspace with nothing to do", |bencher| {
        let planned = |files| plan(&workspace, files, &scopes).expect("a readable workspace");
        bencher.iter_batched(|| files.clone(), planned, BatchSize::LargeInput);
    });
}

fn validation(criterion: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let paths = [root.join("environments/prod")];
    criterion.bench_function("validate an environment and the modules it calls", |bencher| {
        let validated = |schemas| validate(&paths, root, &schemas).expect("a readable environment");
        bencher.iter_batched(Schemas::embedded, validated, BatchSize::LargeInput);
    });
}

fn model_sizing(criterion: &mut Criterion) {
    let model = models().find("meta-llama/Llama-3.1-70B").expect("a model of the catalogue");
    criterion.bench_function("size a model against every instance", |bencher| {
        bencher.iter(|| sizing::size(black_box(model), 8192, 8, model.dtype));
    });
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for benchmark in [specification, generation, planning, validation, model_sizing] {
        benchmark(&mut criterion);
    }
    criterion.final_summary();
}
