//! Runs a program in the foreground, and keeps a process that stands for another.

use std::{
    io,
    os::unix::process::ExitStatusExt as _,
    process::{Child, Command, ExitStatus, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::signal::unix::{SignalKind, signal};

/// Runs a program with this terminal until it ends.
///
/// Ctrl-C reaches the program by itself, being of the same group, and only it decides what then happens; a request to
/// terminate is handed on as an interrupt, after which Terraform still saves its state.
pub(super) fn foreground(command: &mut Command) -> io::Result<ExitStatus> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut interrupts = signal(SignalKind::interrupt())?;
        let mut terminations = signal(SignalKind::terminate())?;
        let mut child = tokio::process::Command::from(std::mem::replace(command, Command::new(""))).spawn()?;
        let process = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        loop {
            tokio::select! {
                status = child.wait() => return status,
                _ = interrupts.recv() => {}
                _ = terminations.recv() => {
                    if let Some(process) = process {
                        // It may have ended meanwhile, which the next turn sees.
                        let _ = kill_process(process, Signal::INT);
                    }
                }
            }
        }
    })
}

/// The exit code that a shell would report.
pub(super) fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}

/// A process that does nothing and ends with this program.
#[derive(Debug)]
pub struct Bystander {
    child: Child,
}

impl Bystander {
    /// Starts it: `cat`, which ends when its input does.
    pub fn start() -> io::Result<Self> {
        let child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        Ok(Self { child })
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
