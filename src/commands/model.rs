//! `deployer model`: which models are known, how big they are, and what they run on.

use std::path::Path;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{
    Output,
    output::{HEADING, styled},
};
use crate::{
    catalog::{
        model_files,
        models::{Dtype, Model, models},
        sizing::{self, Sizing},
    },
    cli::{Format, Global},
    error::{Error, Kind, Result},
    generate::Environments,
    report,
};

/// What to know of models.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the models that environments serve, or those whose size is known
    List(ListArguments),
    /// Tell how much GPU memory a model needs and which instances hold it
    Size(SizeArguments),
}

/// Arguments of `model list`.
#[derive(Debug, Args)]
pub struct ListArguments {
    /// List the catalogue instead: models whose size is known
    #[arg(long)]
    known: bool,
}

/// Arguments of `model size`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  deployer model size gpt2
  deployer model size meta-llama/Llama-3.1-8B --context 8192 --batch 8 --dtype fp8
  deployer model size ./my-model           a folder with config.json and safetensors files")]
pub struct SizeArguments {
    /// Repository on the Hugging Face hub, or a folder with config.json and safetensors files
    source: String,
    /// Tokens to hold per request; default: the model's own
    #[arg(long, value_name = "TOKENS")]
    context: Option<u32>,
    /// Requests in flight at once
    #[arg(long, value_name = "REQUESTS")]
    batch: Option<u32>,
    /// Number format of the weights: float32, float16, bfloat16, fp8 or awq-4
    #[arg(long, value_parser = dtype)]
    dtype: Option<Dtype>,
    /// Parameters in billions, for a model that is not known
    #[arg(long, value_name = "BILLIONS")]
    parameters_billion: Option<f64>,
}

fn dtype(name: &str) -> Result<Dtype, String> {
    Dtype::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = Dtype::ALL.iter().map(|dtype| dtype.name()).collect();
        format!("one of: {}", names.join(", "))
    })
}

/// Runs the command.
pub fn run(command: &Command, global: &Global, output: &Output) -> Result<()> {
    match command {
        Command::List(arguments) if arguments.known => known(output),
        Command::List(_) => served(global, output),
        Command::Size(arguments) => size(arguments, output),
    }
}

#[derive(Serialize)]
struct Versioned<T: Serialize> {
    version: u32,
    #[serde(flatten)]
    value: T,
}

fn size(arguments: &SizeArguments, output: &Output) -> Result<()> {
    let model = model(arguments)?;
    let context = arguments.context.unwrap_or(model.context);
    let batch = arguments.batch.unwrap_or(model.batch);
    let sizing: Sizing = sizing::size(&model, context, batch, arguments.dtype.unwrap_or(model.dtype));
    if output.format == Format::Json {
        return output.json(&Versioned { version: 1, value: &sizing });
    }
    output.print(&report::sizing::render(&sizing))
}

fn model(arguments: &SizeArguments) -> Result<Model> {
    let source = arguments.source.as_str();
    let folder = Path::new(source);
    if folder.is_dir() {
        return model_files::read_directory(folder);
    }
    if let Some(model) = models().find(source) {
        return Ok(model.clone());
    }
    if let Some(billions) = arguments.parameters_billion {
        return Ok(Model::of_size(source, billions));
    }
    let error = Error::new(Kind::Input, format!("the size of `{source}` is not known"));
    let error = match models().suggest(source) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None => error,
    };
    Err(error
        .hint("give its size with `--parameters-billion`, or name a folder with its config.json and safetensors files")
        .hint("`deployer model list --known` lists the models whose size is known"))
}

fn known(output: &Output) -> Result<()> {
    if output.format == Format::Json {
        #[derive(Serialize)]
        struct Known {
            models: &'static [Model],
        }
        return output.json(&Versioned { version: 1, value: Known { models: &models().all } });
    }
    let mut text = styled(HEADING, &format!("{:<44} {:>12}  {:<28}", "MODEL", "PARAMETERS", "TASK")) + "\n";
    for model in &models().all {
        #[expect(clippy::cast_precision_loss, reason = "shown with two decimals")]
        let billions = model.parameters as f64 / 1e9;
        let gated = if model.gated { "  gated" } else { "" };
        text += &format!("{:<44} {billions:>10.2} B  {}{gated}\n", model.id, crate::spec::word(&model.task));
    }
    output.print(&text)
}

fn served(global: &Global, output: &Output) -> Result<()> {
    #[derive(Serialize)]
    struct Served<'a> {
        environment: &'a str,
        name: &'a str,
        source: &'a str,
        instance: &'a str,
        replicas_min: u32,
        replicas_max: u32,
    }
    #[derive(Serialize)]
    struct Listed<'a> {
        models: Vec<Served<'a>>,
    }
    let environments = Environments::load(&super::workspace(global)?)?;
    let models = environments.all.iter().flat_map(|environment| {
        environment.models.iter().map(|model| Served {
            environment: &environment.name,
            name: &model.name,
            source: &model.source,
            instance: &model.instance,
            replicas_min: model.replicas_min,
            replicas_max: model.replicas_max,
        })
    });
    let models: Vec<Served<'_>> = models.collect();
    if output.format == Format::Json {
        return output.json(&Versioned { version: 1, value: Listed { models } });
    }
    let mut text = styled(
        HEADING,
        &format!("{:<16} {:<20} {:<16} {:<9} {}", "ENVIRONMENT", "MODEL", "INSTANCE", "REPLICAS", "SOURCE"),
    ) + "\n";
    for model in models {
        let replicas = format!("{}–{}", model.replicas_min, model.replicas_max);
        text += &format!(
            "{:<16} {:<20} {:<16} {replicas:<9} {}\n",
            model.environment, model.name, model.instance, model.source
        );
    }
    output.print(&text)
}
