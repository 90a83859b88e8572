//! `deployer completions` and `deployer man`: what shells and manuals need, made from the command line's definition.

use std::io;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::{
    cli::Cli,
    error::{Error, Kind, Result},
};

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  deployer completions bash > /etc/bash_completion.d/deployer
  deployer completions zsh > \"${fpath[1]}/_deployer\"
  deployer completions fish > ~/.config/fish/completions/deployer.fish")]
pub struct CompletionArguments {
    /// Shell
    shell: Shell,
}

/// Prints a completion script.
pub fn completions(arguments: &CompletionArguments) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "deployer", &mut script);
    print(&script)
}

/// Prints the manual page of the program and all its commands.
pub fn manual() -> Result<()> {
    let mut page = Vec::new();
    let mut command = Cli::command();
    command.build();
    let mut render = || -> io::Result<()> {
        clap_mangen::Man::new(command.clone()).render(&mut page)?;
        sections("deployer", &command, &mut page)
    };
    render().map_err(failed)?;
    print(&page)
}

/// A section for each command below one, and for those below it.
fn sections(name: &str, command: &clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    for subcommand in command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help") {
        let name = format!("{name} {}", subcommand.get_name());
        let manual = clap_mangen::Man::new(subcommand.clone().display_name(&name).bin_name(&name));
        page.extend_from_slice(format!(".SH \"{}\"\n", name.to_uppercase()).as_bytes());
        manual.render_description_section(page)?;
        manual.render_synopsis_section(page)?;
        manual.render_options_section(page)?;
        sections(&name, subcommand, page)?;
    }
    Ok(())
}

fn print(bytes: &[u8]) -> Result<()> {
    match io::Write::write_all(&mut io::stdout().lock(), bytes) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(failed(error)),
        _ => Ok(()),
    }
}

fn failed(error: io::Error) -> Error {
    Error::new(Kind::Failed, "cannot print").caused_by(error)
}
