//! One file per command: arguments, the work by the library's functions, and what is printed.

pub mod cost;
pub mod doctor;
pub mod generate;
pub mod init;
pub mod model;
mod output;
pub mod permissions;
pub mod preview;
pub mod schema;
pub mod shell;
pub mod terraform;
pub mod validate;

pub use output::Output;

use std::process::ExitCode;

use crate::{
    cli::{Cli, Command, Global},
    error::Result,
};

/// Runs the command that was asked for.
pub fn run(cli: Cli) -> Result<ExitCode> {
    let Cli { global, command } = cli;
    let output = Output::new(&global);
    match command {
        Command::Init(arguments) => init::run(&arguments, &global, &output),
        Command::Generate(arguments) => generate::run(&arguments, &global, &output),
        Command::Validate(arguments) => validate::run(&arguments, &global, &output),
        Command::Preview(arguments) => preview::run(&arguments, &global, &output),
        Command::Cost(arguments) => cost::run(&arguments, &global, &output),
        Command::Permissions(arguments) => permissions::run(&arguments, &global, &output),
        Command::Model(command) => model::run(&command, &global, &output),
        Command::Schema(command) => schema::run(&command, &global, &output),
        Command::Terraform(arguments) => return terraform::run(&arguments, &global, &output),
        Command::Doctor => doctor::run(&global, &output),
        Command::Completions(arguments) => shell::completions(&arguments),
        Command::Man => shell::manual(),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// The workspace named on the command line.
fn workspace(global: &Global) -> Result<crate::files::Workspace> {
    crate::files::Workspace::open(&global.workspace)
}
