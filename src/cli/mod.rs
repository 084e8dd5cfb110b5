//! The command line: a thin shell over the library.

mod args;
#[cfg(feature = "live")]
mod audit;
mod check;
mod deployed;
mod explain;
mod files;
mod judging;
mod principals;
mod simulate;
mod surround;
mod terminal;
mod terraform_dir;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

/// Exit statuses, as the README documents them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Nothing at or above `--fail-on`.
    Clean,
    /// Findings at or above it.
    Findings,
    /// A wrong call, or an input that could not be read or understood.
    Trouble,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Trouble => 2,
        })
    }
}

/// Why a command did not come to its end.
enum Failure {
    /// The call was wrong: what, and what would be right.
    WrongCall { message: String, help: Option<String> },
    /// The output could not be written.
    Output(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    // clap prints its own errors and exits with 2.
    let cli = Cli::parse();
    let done = match cli.command {
        Command::Check(args) => check::run(&args),
        #[cfg(feature = "live")]
        Command::Audit(args) => audit::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Rules => explain::rules(),
        Command::Explain { rule } => explain::explain(&rule),
    };
    match done {
        Ok(exit) => exit.into(),
        // Whoever reads our output has seen enough (`| head`).
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Clean.into(),
        Err(Failure::Output(error)) => {
            complain(&format!("cannot write the output: {error}"), None);
            Exit::Trouble.into()
        }
        Err(Failure::WrongCall { message, help }) => {
            complain(&message, help.as_deref());
            Exit::Trouble.into()
        }
    }
}

/// An error on standard error, in the form of the command line's own errors.
fn complain(message: &str, help: Option<&str>) {
    let mut out = io::stderr().lock();
    // Nobody is left to tell if standard error is closed.
    let _ = writeln!(out, "error: {message}");
    if let Some(help) = help {
        let _ = writeln!(out, "\n  help: {help}");
    }
}
