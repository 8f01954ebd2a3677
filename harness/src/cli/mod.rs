//! The command line: what is asked for, and where the answers go.
//!
//! Results go to stdout, everything else to stderr. One file a command; `args` declares them all.

mod again;
mod args;
mod check;
mod cluster;
mod doctor;
mod explain;
mod grade;
mod interrupt;
mod level_name;
mod list;
mod manual;
mod model_name;
mod new;
mod node;
mod output;
mod progress;
mod replay;
mod run_flags;
mod schema;
mod shrink;
mod test;

use std::process::ExitCode;

use clap::Parser;
use results::Exit;
use results::render::SerializeError;

use args::{Cli, Command};

/// A command that could not do its job: what to say, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
}

impl Failure {
    fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
        }
    }

    fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }
}

impl From<SerializeError> for Failure {
    fn from(error: SerializeError) -> Self {
        Self::new(Exit::Internal, error.to_string())
    }
}

/// A document that cannot be written is our fault.
impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::new(Exit::Internal, error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::Io, error.to_string())
    }
}

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    // Usage errors end here with code 2, help and version with 0.
    let cli = Cli::parse();
    cli.color.apply();
    let exit = match run(&cli) {
        Ok(exit) => exit,
        Err(Failure { exit, message }) => {
            anstream::eprintln!("splitbrain: {message}");
            exit
        }
    };
    exit.into()
}

fn run(cli: &Cli) -> Result<Exit, Failure> {
    let output = output::Output::of(cli);
    match &cli.command {
        Command::Test(args) => test::run(args, &output),
        Command::Grade(args) => grade::run(args, &output),
        Command::Cluster(args) => cluster::run(args, &output),
        Command::Check(args) => check::run(args, &output),
        Command::Replay(args) => replay::run(args, &output),
        Command::Shrink(args) => shrink::run(args, &output),
        Command::List { what } => list::run(*what, &output),
        Command::Explain { anomaly } => explain::run(anomaly, &output),
        Command::Node { name, bug } => node::run(name, bug.as_deref()),
        Command::New {
            language,
            workload,
            dir,
        } => new::run(language, workload, dir.as_deref(), &output),
        Command::Doctor => doctor::run(&output),
        Command::Schema { name } => schema::run(*name, &output),
        Command::Completions { shell } => manual::completions(*shell),
        Command::Man => manual::man(),
    }
}
