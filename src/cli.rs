//! The command line: what may be typed, and the defaults that the surroundings give it.

use std::{env, io::IsTerminal as _, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::{Output, cost, generate, init, model, permissions, preview, schema, shell, terraform, validate};

/// Takes a Hugging Face model to a GPU endpoint on AWS, through Terraform that people can read and edit.
#[derive(Debug, Parser)]
#[command(
    name = "deployer",
    version,
    about,
    long_about = None,
    max_term_width = 100,
    after_help = "Exit codes: 0 done · 1 failed · 2 wrong usage or input · 3 changes or conflicts where none are allowed \
                  · 4 approval needed · 5 outside world not ready · 130 cancelled",
    after_long_help = "\
Examples:
  deployer init my-models --environment dev,prod --model openai-community/gpt2
  deployer generate                     write the Terraform of every environment
  deployer generate prod --dry-run      show what would change, as a diff
  deployer validate environments/prod   check Terraform offline, hand-written too
  deployer preview prod                 everything a deploy would do, touching nothing
  deployer model size meta-llama/Llama-3.1-8B --context 8192 --batch 8

Exit codes:
  0    done
  1    a stage, or something else that should have worked, failed
  2    wrong usage, or a specification or Terraform file with errors
  3    changes or conflicts where none are allowed
  4    an approval is needed and was not given
  5    the outside world is not ready: credentials, docker, terraform, quota
  130  cancelled",
    subcommand_required = true,
    arg_required_else_help = true
)]
pub struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Workspace to work in
    #[arg(short = 'C', long, global = true, value_name = "DIR", default_value = ".")]
    pub(crate) workspace: PathBuf,
    /// Never ask, never open a screen; implied by `CI=true` and where there is no terminal
    #[arg(long, global = true)]
    pub(crate) ci: bool,
    /// How to print results; with `--ci` under GitHub Actions `github`, else `plain`
    #[arg(long, global = true, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// When to use colour; `NO_COLOR` is honoured
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorChoice,
    /// Print results and problems only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Print more about what is done
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Lines for people.
    Plain,
    /// Versioned JSON for scripts.
    Json,
    /// Lines with GitHub Actions annotations.
    Github,
}

/// When colour is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal that shows it.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl From<ColorChoice> for anstream::ColorChoice {
    fn from(choice: ColorChoice) -> Self {
        match choice {
            ColorChoice::Auto => Self::Auto,
            ColorChoice::Always => Self::Always,
            ColorChoice::Never => Self::Never,
        }
    }
}

impl Cli {
    /// Sets up colour for the whole process and gives the way to the operator.
    #[must_use]
    pub fn prepare(&self) -> Output {
        anstream::ColorChoice::from(self.global.color).write_global();
        Output::new(&self.global)
    }
}

impl Global {
    /// The format to print in, `--format` or what the surroundings suggest.
    pub(crate) fn resolved_format(&self) -> Format {
        let flag = |name| env::var(name).is_ok_and(|value| value == "true" || value == "1");
        let unattended = self.ci || flag("CI") || !std::io::stdout().is_terminal();
        match self.format {
            Some(format) => format,
            None if unattended && flag("GITHUB_ACTIONS") => Format::Github,
            None => Format::Plain,
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a workspace; never overwrites anything
    Init(init::Arguments),
    /// Write the Terraform of environments, keeping every edit
    Generate(generate::Arguments),
    /// Check environments or any Terraform files, offline
    Validate(validate::Arguments),
    /// Show everything a deploy would do, touching nothing
    Preview(preview::Arguments),
    /// Estimate the monthly cost of an environment
    Cost(cost::Arguments),
    /// Print the least-privilege IAM policy that deploying an environment needs
    Permissions(permissions::Arguments),
    /// Look at models: which are known, how big they are, what they run on
    #[command(subcommand)]
    Model(model::Command),
    /// Show or renew the provider schemas that checks use
    #[command(subcommand)]
    Schema(schema::Command),
    /// Run the real Terraform in a stack, or in a rehearsal of it
    Terraform(terraform::Arguments),
    /// Check what this machine has of what a deploy needs
    Doctor,
    /// Print a completion script for a shell
    Completions(shell::CompletionArguments),
    /// Print the manual page
    Man,
}
