//! Scenarios: clusters of different programs that talk over TCP, what happens to their links, and
//! what they must have done in the end.
//!
//! A scenario is a TOML file; [`Scenario::parse`] reads one and reports everything that is wrong
//! with it. Nothing here runs anything: [`environment`](Process::environment) says what a program
//! finds in its environment, [`Expected::judge`] whether a text is what was expected.

mod built_in;
mod environment;
mod expected;
mod read;
mod schema;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod workload_tests;

use crate::quorum_kv::{ClientSetup, Settings};
use crate::toml_file::FileErrors;

pub use built_in::{BUILT_IN, BuiltIn, built_in};
pub use environment::Peer;
pub use expected::{Expected, Mismatch};
pub use schema::schema;

/// A cluster, its faults and its checks.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Its name on the command line and in documents.
    pub name: String,
    /// One line for lists.
    pub title: String,
    /// The file that it was read from.
    pub text: String,
    /// The programs, in the order of the file.
    pub processes: Vec<Process>,
    /// What lies in their directories before anything starts.
    pub files: Vec<GivenFile>,
    /// What happens to them and to their links.
    pub disturbances: Vec<Disturbance>,
    /// What must hold in the end.
    pub checks: Vec<Check>,
    /// What clients of the harness do, and what is judged by it. There is this or a check.
    pub workload: Option<Settings>,
}

/// A program of the cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Process {
    /// Its name, unique in the scenario.
    pub name: String,
    /// Its directory, below that of all programs; it works in there.
    pub dir: String,
    /// What is done once before anything starts; nothing if this is empty.
    pub build: Vec<String>,
    /// What is run, and its arguments.
    pub command: Vec<String>,
    /// The programs that it talks to; each by a link of its own.
    pub needs: Vec<String>,
    /// Whom it talks to under another name: that name, and who it really is.
    pub calls: Vec<(String, String)>,
    /// On how many ports it listens.
    pub ports: usize,
    /// Whether it runs for as long as the scenario; otherwise the others wait for its end.
    pub is_background: bool,
    /// How long it may take to accept connections, in seconds.
    pub ready_s: f64,
    /// How long it may run, in seconds, if it is not in the background.
    pub timeout_s: f64,
    /// More of its environment: names and values.
    pub env: Vec<(String, String)>,
}

/// A file that the scenario lays down. What a program that was handed in has in its place is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenFile {
    /// Below the directory of all programs.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// A fault that the scenario orders.
#[derive(Debug, Clone, PartialEq)]
pub struct Disturbance {
    /// What is done.
    pub fault: ScenarioFault,
    /// When it begins.
    pub begins: Begin,
    /// After how many seconds it is healed; never if this is not said. A process that was killed is
    /// started again then.
    pub lasts_s: Option<f64>,
}

/// What is done to a link or to a process.
#[derive(Debug, Clone, PartialEq)]
pub enum ScenarioFault {
    /// Something is wrong with the way from one process to another.
    Link {
        /// Who opens connections,
        from: String,
        /// and to whom.
        to: String,
        /// What is wrong.
        flaw: LinkFlaw,
    },
    /// The process is ended with SIGKILL.
    Kill(String),
    /// The process is stopped.
    Pause(String),
}

/// What can be wrong with a link.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LinkFlaw {
    /// Nothing gets through.
    Cut(Loss),
    /// Bytes arrive so much later in each direction.
    Delay {
        /// In milliseconds.
        latency_ms: f64,
    },
    /// So many of the connections are lost.
    Loss {
        /// From 0 to 1.
        probability: f64,
        /// How that looks.
        how: Loss,
        /// So many bytes arrive before, in one direction; with 0, nothing ever does.
        after_bytes: u64,
        /// So many connections are lost and no more; without it, there is no end.
        count: Option<u64>,
    },
    /// So many bytes get through in a second in each direction, at most.
    Slow {
        /// More than 0.
        bytes_per_s: f64,
    },
}

/// How a connection on which nothing gets through looks to those who opened it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Loss {
    /// It is reset.
    #[default]
    Reset,
    /// Nobody answers.
    BlackHole,
    /// It ends, as if all had been said.
    Close,
}

/// When a fault begins.
#[derive(Debug, Clone, PartialEq)]
pub enum Begin {
    /// Before any program starts.
    Always,
    /// So many seconds after all programs in the background were ready.
    AfterSeconds(f64),
    /// When so many answers have come back on a link.
    AfterResponses {
        /// Who asks,
        from: String,
        /// and who answers.
        to: String,
        /// Of HTTP; from 1.
        count: u64,
    },
}

/// Something that must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What it is, in a few words.
    pub name: String,
    /// What it is worth.
    pub points: u32,
    /// What is looked at.
    pub subject: Subject,
    /// How long it may take to become true after the last program in the foreground has ended, in
    /// seconds.
    pub within_s: f64,
}

/// What a check looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// What a file holds.
    File {
        /// Below the directory of all programs.
        path: String,
        /// What it must hold.
        expected: Expected,
    },
    /// How a program in the foreground ended.
    Exit {
        /// Which.
        process: String,
        /// With this code.
        code: i32,
    },
    /// What a program answers to a GET.
    Http {
        /// Which; asked directly, without faults.
        process: String,
        /// The path, with its slash.
        path: String,
        /// The status that it must have,
        status: u16,
        /// and the body.
        expected: Option<Expected>,
    },
}

impl Process {
    /// Who it is that this process calls so.
    #[must_use]
    pub fn really<'a>(&'a self, called: &'a str) -> &'a str {
        let call = self.calls.iter().find(|(name, _)| name == called);
        call.map_or(called, |(_, is)| is)
    }
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// Everything that is wrong with the file, in the order of its lines.
    pub fn parse(text: &str) -> Result<Self, FileErrors> {
        read::read(text)
    }

    /// The process of this name.
    #[must_use]
    pub fn process(&self, name: &str) -> Option<&Process> {
        self.processes.iter().find(|process| process.name == name)
    }

    /// Every link: who opens connections, and to whom, by their own names. Those of clients come
    /// last, in the order of [`clients`](Self::clients).
    pub fn links(&self) -> impl Iterator<Item = (&str, &str)> {
        let programs = self.processes.iter().flat_map(|process| {
            let needs = process.needs.iter();
            needs.map(|to| (process.name.as_str(), process.really(to)))
        });
        let clients = self.clients().iter().flat_map(|client| {
            let to = client.to.iter();
            to.map(|to| (client.name.as_str(), to.as_str()))
        });
        programs.chain(clients)
    }

    /// Runs this command in the place of everything in the background, which is not built then.
    pub fn run_instead(&mut self, command: &[String]) {
        for process in self.processes.iter_mut().filter(|p| p.is_background) {
            process.build.clear();
            process.command = command.to_vec();
        }
    }

    /// Whether some of its programs run in the foreground.
    #[must_use]
    pub fn has_foreground(&self) -> bool {
        self.processes.iter().any(|process| !process.is_background)
    }

    /// The clients of the workload, if there is one.
    #[must_use]
    pub fn clients(&self) -> &[ClientSetup] {
        let clients = self.workload.as_ref();
        clients.map_or(&[], |workload| &workload.clients)
    }

    /// The sum of all points, of checks and of the workload.
    #[must_use]
    pub fn max_points(&self) -> u32 {
        let workload = self.workload.as_ref();
        let workload = workload.map_or(0, |workload| workload.points);
        workload + self.checks.iter().map(|check| check.points).sum::<u32>()
    }
}
