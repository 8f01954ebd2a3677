//! Suites: the items that a program is graded by, and how many points each is worth.
//!
//! A suite is a TOML file. [`Suite::parse`] reads one and reports everything that is wrong with
//! it, each with its line quoted; [`built_in()`] finds those that ship with Splitbrain.

mod built_in;
mod options;
mod read;
mod schema;

pub use built_in::{BUILT_IN, BuiltIn, built_in};
pub use schema::schema;

use checker::Verdict;

use crate::options::RunOptions;
use crate::random::Seed;
use crate::toml_file::FileErrors;
use crate::transcript::Case;
use crate::workload::WORKLOADS;

/// What a program is graded by.
#[derive(Debug, Clone)]
pub struct Suite {
    /// Its name on the command line and in documents.
    pub name: String,
    /// One line for lists.
    pub title: String,
    /// What to know before reading the points.
    pub notes: Option<String>,
    /// The items, in the order of the file.
    pub items: Vec<Item>,
}

/// One row of the table of points.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its name, unique in the suite.
    pub id: String,
    /// One line about what it demands.
    pub title: String,
    /// What it is worth when it holds; there are no partial points.
    pub points: u32,
    /// What is done.
    pub kind: ItemKind,
}

/// The kinds of item.
#[derive(Debug, Clone)]
pub enum ItemKind {
    /// Lines in, lines expected out; one process.
    Transcript(Case),
    /// Runs of a workload.
    Run(Box<RunItem>),
    /// A cluster of programs that talk over TCP.
    Cluster(ClusterItem),
}

impl ItemKind {
    /// How the kind is written.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Transcript(_) => "transcript",
            Self::Run(_) => "run",
            Self::Cluster(_) => "cluster",
        }
    }
}

/// Runs of a workload that must all end as expected.
#[derive(Debug, Clone, PartialEq)]
pub struct RunItem {
    /// The options of each run.
    pub options: RunOptions,
    /// How often, and with which seeds.
    pub seeds: Seeds,
    /// How each run must end; `Invalid` for a program that is meant to fail.
    pub expect: Verdict,
}

/// The seeds of an item's runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seeds {
    /// So many runs, from the seed of the whole grading on.
    Count(u32),
    /// These.
    List(Vec<Seed>),
}

impl Seeds {
    /// The seeds, given the one that the grading began with.
    #[must_use]
    pub fn from(&self, first: Seed) -> Vec<Seed> {
        match self {
            Self::Count(n) => (0..u64::from(*n)).map(|i| first.nth(i)).collect(),
            Self::List(seeds) => seeds.clone(),
        }
    }
}

/// A scenario file with a cluster in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterItem {
    /// A built-in scenario, or the scenario's file, relative to that of the suite.
    pub scenario: String,
    /// What is added to it, as it would stand at its end.
    pub more: String,
}

impl Suite {
    /// Reads a suite.
    ///
    /// # Errors
    /// Everything that is wrong with the file, in the order of its lines.
    pub fn parse(text: &str) -> Result<Self, FileErrors> {
        let known: Vec<&str> = WORKLOADS.iter().map(|w| w.info().name).collect();
        read::read(text, &known)
    }

    /// Adds something to the scenarios of all clusters, before what their own items add.
    fn add(&mut self, more: &str) {
        for item in &mut self.items {
            if let ItemKind::Cluster(cluster) = &mut item.kind {
                cluster.more = format!("{more}\n{}", cluster.more);
            }
        }
    }

    /// The sum of all items' points.
    #[must_use]
    pub fn max_points(&self) -> u32 {
        self.items.iter().map(|item| item.points).sum()
    }
}
