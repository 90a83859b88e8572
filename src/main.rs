//! The program: parse the command line, run the command, turn its error into an exit code.

use std::{error::Error as _, process::ExitCode};

use clap::Parser as _;
use deployer::{
    cli::Cli,
    commands::{self, Output},
    error::Error,
};

fn main() -> ExitCode {
    // Without the hook a panic still prints; with it the report says where.
    let _ = color_eyre::install();
    let cli = Cli::parse();
    let output = cli.prepare();
    match commands::run(cli) {
        Ok(code) => code,
        Err(error) => {
            report(&error, &output);
            error.kind.into()
        }
    }
}

/// Prints the files' problems, the error with its causes, and what to do.
fn report(error: &Error, output: &Output) {
    // Standard error may be closed; the exit code still tells.
    let _ = output.diagnostics(&error.diagnostics);
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(current) = cause {
        causes.push(current.to_string());
        cause = current.source();
    }
    let _ = output.failure(&error.to_string(), &causes, &error.hints);
}
