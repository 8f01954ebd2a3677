//! The suites that ship with Splitbrain.

use super::Suite;
use crate::toml_file::FileErrors;

/// A suite that ships with Splitbrain.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// Its name.
    pub name: &'static str,
    /// Other names that it answers to.
    pub aliases: &'static [&'static str],
    /// Its file.
    pub text: &'static str,
}

impl BuiltIn {
    /// Reads the suite.
    ///
    /// # Errors
    /// A mistake in a file that ships with Splitbrain; a test keeps this from happening.
    pub fn suite(&self) -> Result<Suite, FileErrors> {
        Suite::parse(self.text)
    }
}

macro_rules! built_in {
    ($($name:literal $aliases:expr,)+) => {
        /// All of them, in the order in which they are listed.
        pub const BUILT_IN: &[BuiltIn] = &[$(BuiltIn {
            name: $name,
            aliases: &$aliases,
            text: include_str!(concat!("../../suites/", $name, ".toml")),
        },)+];
    };
}

built_in! {
    "echo" [],
    "unique-ids" [],
    "broadcast" [],
    "counter" ["g-counter"],
    "lww-kv" [],
    "vector-kv" [],
    "anti-entropy" [],
    "quorum-kv" [],
    "quorum-kv-http" [],
    "static-files" [],
    "gossip-max" [],
}

/// The built-in suite of this name.
#[must_use]
pub fn built_in(name: &str) -> Option<&'static BuiltIn> {
    BUILT_IN
        .iter()
        .find(|suite| suite.name == name || suite.aliases.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::super::{ItemKind, read};
    use super::*;
    use crate::options::RunOptions;
    use crate::scenario;

    const WORKLOADS: &[&str] = &[
        "echo",
        "unique-ids",
        "broadcast",
        "g-counter",
        "lww-kv",
        "vector-kv",
        "anti-entropy",
    ];

    fn suites() -> impl Iterator<Item = Suite> {
        BUILT_IN.iter().map(|built_in| {
            let suite: Result<_, FileErrors> = read::read(built_in.text, WORKLOADS);
            let suite = suite.unwrap_or_else(|e| panic!("{}: {e}", built_in.name));
            assert_eq!(suite.name, built_in.name);
            suite
        })
    }

    #[test]
    fn every_suite_is_worth_a_hundred_points() {
        for suite in suites() {
            assert_eq!(suite.max_points(), 100, "{}", suite.name);
        }
    }

    #[test]
    fn scenarios_of_clusters_are_built_in_and_can_be_read() {
        let items = suites().flat_map(|suite| suite.items);
        let clusters = items.filter_map(|item| match item.kind {
            ItemKind::Cluster(cluster) => Some((item.id, cluster)),
            _ => None,
        });
        let mut count = 0;
        for (id, cluster) in clusters {
            let base = scenario::built_in(&cluster.scenario).expect("built in");
            let whole = format!("{}\n{}", base.text, cluster.more);
            let read = scenario::Scenario::parse(&whole);
            let read = read.unwrap_or_else(|errors| panic!("{id}: {errors}"));
            assert!(
                !read.disturbances.is_empty() || read.workload.is_some(),
                "{id}"
            );
            count += 1;
        }
        assert_eq!(count, 25);
    }

    #[test]
    fn a_suite_takes_less_than_half_a_minute() {
        for suite in suites() {
            let seconds = suite.items.iter().map(|item| match &item.kind {
                ItemKind::Run(run) => {
                    let RunOptions {
                        time_limit,
                        recovery,
                        ..
                    } = run.options;
                    // Healthy nodes agree soon: a third of the recovery time is generous.
                    time_limit + recovery / 3.0
                }
                _ => 0.5,
            });
            let total: f64 = seconds.sum();
            assert!(total < 25.0, "{}: {total}", suite.name);
        }
    }

    #[test]
    fn the_tasks_have_two_sample_cases_each() {
        for name in ["counter", "lww-kv", "vector-kv", "anti-entropy"] {
            let suite = suites().find(|suite| suite.name == name).expect("built in");
            let transcripts = suite.items.iter().filter_map(|item| match &item.kind {
                ItemKind::Transcript(case) => Some(case),
                _ => None,
            });
            assert_eq!(transcripts.count(), 2, "{name}");
        }
        assert_eq!(built_in("g-counter").map(|s| s.name), Some("counter"));
        assert!(built_in("nothing").is_none());
    }
}
