//! All commands and their arguments.

use std::path::PathBuf;

use super::level_name::LevelName;
use super::model_name::ModelName;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::run_flags::RunFlags;
use crate::run::Clock;

/// Finds out whether a distributed program is right: runs your node program, alone or in a
/// cluster, under faults, and judges what clients were told.
#[derive(Debug, Parser)]
#[command(
    name = "splitbrain",
    version,
    propagate_version = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,

    /// When to use colours.
    #[arg(long, value_enum, default_value_t = ColorWhen::Auto, global = true)]
    pub(super) color: ColorWhen,

    /// Say less on stderr: no progress, no hints.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,

    /// Say more on stderr: problems of nodes as they happen.
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run one workload against one node program, under faults, and judge it.
    Test(Box<TestArgs>),
    /// Run a whole suite against one program and print the table with points.
    Grade(GradeArgs),
    /// Run a cluster of programs that talk over TCP, disturb their links, and judge what they did.
    Cluster(ClusterArgs),
    /// Judge a recorded history.
    Check(CheckArgs),
    /// Do a recorded run again and say whether it is the same, line by line.
    Replay(ReplayArgs),
    /// Find a smaller run that fails in the same way as a recorded one.
    Shrink(ShrinkArgs),
    /// List what there is.
    List {
        /// What to list.
        #[arg(value_enum)]
        what: ListWhat,
    },
    /// Say what an anomaly means, with a small example.
    Explain {
        /// The anomaly's name, as it stands in a verdict.
        anomaly: String,
    },
    /// Be a reference node, on stdin and stdout or over HTTP, or one that is broken on purpose.
    Node {
        /// Which node: one of `splitbrain list nodes`.
        name: String,
        /// What shall be broken: one of `splitbrain list bugs`.
        #[arg(long)]
        bug: Option<String>,
    },
    /// Write a starter node that answers `init` and nothing else.
    New {
        /// python, go, javascript or rust.
        language: String,
        /// The workload that it will be for: one of `splitbrain list workloads`.
        workload: String,
        /// Where to write it; the workload's name by default.
        dir: Option<PathBuf>,
    },
    /// Say what this machine allows, and how to get what it lacks.
    Doctor,
    /// Print a machine-readable schema.
    Schema {
        /// Which document it describes.
        #[arg(value_enum)]
        name: SchemaName,
    },
    /// Print a script that completes commands and flags in a shell.
    Completions {
        /// Which shell.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page, in roff.
    Man,
}

/// `splitbrain test`.
#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// The run.
    #[command(flatten)]
    pub(super) run: RunFlags,

    /// The node program and where results go.
    #[command(flatten)]
    pub(super) program: ProgramArgs,

    /// Run so many times, with seed after seed, until a run is not valid.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) test_count: u32,

    /// Show what nodes write to stderr.
    #[arg(long)]
    pub(super) log_stderr: bool,

    /// Show every message as it is sent.
    #[arg(long)]
    pub(super) log_net_send: bool,

    /// Show every message as it is delivered.
    #[arg(long)]
    pub(super) log_net_recv: bool,

    /// Flags that mean nothing to the workloads of this version.
    #[command(flatten)]
    pub(super) unused: UnusedArgs,
}

/// Flags of other workloads, so that a command line that is used for all of them keeps working.
#[derive(Debug, Args)]
#[command(next_help_heading = "Without effect on the workloads of this version")]
pub(crate) struct UnusedArgs {
    /// For transactions.
    #[arg(long, value_name = "MODELS")]
    consistency_models: Option<String>,

    /// For transactions.
    #[arg(long, value_name = "N")]
    max_txn_length: Option<u32>,

    /// For transactions and logs.
    #[arg(long, value_name = "N")]
    max_writes_per_key: Option<u32>,
}

impl UnusedArgs {
    /// The names of those that were given.
    pub(super) fn given(&self) -> Vec<&'static str> {
        let given = [
            ("--consistency-models", self.consistency_models.is_some()),
            ("--max-txn-length", self.max_txn_length.is_some()),
            ("--max-writes-per-key", self.max_writes_per_key.is_some()),
        ];
        given
            .into_iter()
            .filter(|(_, is_given)| *is_given)
            .map(|(name, _)| name)
            .collect()
    }
}

/// `splitbrain grade`.
#[derive(Debug, Args)]
pub(crate) struct GradeArgs {
    /// One of `splitbrain list suites`, or the path of a suite file.
    pub(super) suite: String,

    /// The directory with the programs of a cluster, for suites of clusters. It is copied; nothing
    /// is written in it. With --bin, that program runs in the place of all that are not in the
    /// foreground.
    #[arg(long, value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,

    /// The node program and where results go.
    #[command(flatten)]
    pub(super) program: ProgramArgs,
}

/// `splitbrain cluster`.
#[derive(Debug, Args)]
pub(crate) struct ClusterArgs {
    /// One of `splitbrain list scenarios`, or the path of a scenario file.
    pub(super) scenario: String,

    /// The directory with the programs, each in the directory that the scenario names. It is
    /// copied; nothing is written in it. By default it is this one, if anything in it is needed.
    #[arg(long, value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,

    /// A program to run in the place of all that run in the background, each in a directory of its
    /// own; nothing is built then.
    #[arg(long, value_name = "PATH")]
    pub(super) bin: Option<PathBuf>,

    /// Arguments for the program of --bin.
    #[arg(last = true, value_name = "ARGS", requires = "bin")]
    pub(super) args: Vec<String>,

    /// Decides which connections a lossy link loses and what clients ask: a number, 0x..., or a git
    /// hash.
    #[arg(long)]
    pub(super) seed: Option<workloads::random::Seed>,

    /// Write the run directory here instead of below runs/.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,

    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,

    /// Write the result as JUnit XML as well.
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,
}

/// `splitbrain replay`.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// The directory of a run, as below runs/ (runs/latest), or its verdict.json.
    pub(super) run: PathBuf,

    /// Write the replay here and keep it. By default it stands beside the run, and is removed when
    /// it is the same.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,

    /// Which clock the replay has; in real time it cannot be the same.
    #[arg(long, value_enum, default_value_t = Time::Auto)]
    pub(super) time: Time,
}

/// `splitbrain shrink`.
#[derive(Debug, Args)]
pub(crate) struct ShrinkArgs {
    /// The directory of a run that is invalid, or its verdict.json.
    pub(super) run: PathBuf,

    /// Write the smallest run here instead of beside the run, as RUN-shrunk.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,

    /// Try at most so many smaller runs.
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub(super) max_runs: u32,

    /// Try for at most so many seconds.
    #[arg(long, value_name = "S", default_value_t = 300)]
    pub(super) max_seconds: u64,

    /// What to print on stdout.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
}

/// `splitbrain check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The history, in JSON Lines or in Jepsen's EDN; `-` is stdin.
    pub(super) file: PathBuf,

    /// What the history is about.
    #[arg(long, value_enum)]
    pub(super) model: ModelName,

    /// Ask for this level of consistency. Without it the question is whether the history is
    /// linearizable, and if it is not, which weaker levels hold.
    #[arg(long, value_enum)]
    pub(super) level: Option<LevelName>,

    /// Values are [key, value], as Jepsen's `independent` writes them: many objects in one history.
    #[arg(long)]
    pub(super) independent: bool,

    /// What a register holds before anything is written, as JSON.
    #[arg(long, value_name = "VALUE", default_value = "null")]
    pub(super) initial: String,

    /// A cas that ended with `fail` found another value than it compared with. Without this it did
    /// nothing, for whatever reason.
    #[arg(long)]
    pub(super) failed_cas_found_another: bool,

    /// Judge while the history comes, and stop at the first violation: for pipes that do not end.
    /// Only JSON Lines; EDN is read to its end.
    #[arg(long, conflicts_with_all = ["independent", "level"])]
    pub(super) stop_on_violation: bool,

    /// So many can hold a semaphore at once.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) permits: u32,

    /// Stop after so many seconds; what is not decided by then is unknown.
    #[arg(long, value_name = "S")]
    pub(super) timeout: Option<u64>,

    /// Use at most so much memory for a search, in megabytes.
    #[arg(long, value_name = "MB", default_value_t = 1024)]
    pub(super) memory: usize,

    /// Write a page for a browser as well, with a drawing of what is wrong.
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,

    /// Write a linearization of each object that has one: the lines in which operations begin, in
    /// the order in which they took effect.
    #[arg(long, value_name = "FILE")]
    pub(super) order: Option<PathBuf>,

    /// What to print on stdout.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
}

/// What `test` and `grade` share.
#[derive(Debug, Args)]
pub(crate) struct ProgramArgs {
    /// The node program; every node runs it in a directory of its own.
    #[arg(long, value_name = "PATH")]
    pub(super) bin: Option<PathBuf>,

    /// Arguments for the node program.
    #[arg(last = true, value_name = "ARGS")]
    pub(super) args: Vec<String>,

    /// The seed that decides operations and faults: a number, 0x..., or a git hash. Drawn and
    /// printed when it is not given.
    #[arg(long, value_name = "SEED")]
    pub(super) seed: Option<workloads::random::Seed>,

    /// Write the run directory here instead of below runs/.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,

    /// What to print on stdout.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,

    /// Write a JUnit report as well; of several runs, that of the last one.
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,

    /// Which clock runs have. In virtual time a minute takes about a second, and the same seed
    /// gives the same bytes; transcripts run in real time.
    #[arg(long, value_enum, default_value_t = Time::Auto)]
    pub(super) time: Time,

    /// Do every run twice and say whether it was the same; a run that was not is not valid but
    /// unknown (virtual time only).
    #[arg(long)]
    pub(super) verify: bool,

    /// Whether nodes are shut off from the rest of the machine; this version cannot do it.
    #[arg(long, value_enum, default_value_t = Sandbox::Auto)]
    pub(super) sandbox: Sandbox,
}

/// Whether nodes are shut off from the rest of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sandbox {
    /// If possible.
    Auto,
    /// Or not at all; not in this version.
    On,
    /// No.
    Off,
}

/// What to print on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables and sentences.
    Human,
    /// One JSON document.
    Json,
}

/// Which clock runs have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Time {
    /// Virtual if this machine allows it.
    Auto,
    /// One that stands still while nodes compute.
    Virtual,
    /// The machine's.
    Real,
}

impl Time {
    pub(super) fn clock(self) -> Clock {
        match self {
            Self::Auto => Clock::Auto,
            Self::Virtual => Clock::Virtual,
            Self::Real => Clock::Real,
        }
    }
}

/// What `list` lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListWhat {
    /// What can be tested.
    Workloads,
    /// What the nemesis can do.
    Faults,
    /// What can be graded.
    Suites,
    /// Clusters of programs over TCP.
    Scenarios,
    /// The reference nodes.
    Nodes,
    /// What can be broken in them.
    Bugs,
    /// The error codes of the protocol.
    Errors,
    /// What can be found wrong.
    Anomalies,
    /// The runs below runs/.
    Runs,
}

/// Which document a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaName {
    /// `verdict.json` and `test --format json`.
    Verdict,
    /// `grade --format json`.
    Grade,
    /// `environment.json`.
    Environment,
    /// `check --format json`.
    Check,
    /// A suite file.
    Suite,
    /// A scenario file.
    Scenario,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorWhen {
    /// Makes the choice known to all that print.
    pub(super) fn apply(self) {
        match self {
            Self::Auto => {}
            Self::Always => anstream::ColorChoice::Always.write_global(),
            Self::Never => anstream::ColorChoice::Never.write_global(),
        }
    }
}
