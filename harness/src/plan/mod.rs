//! The plan of a run: everything that the seed decides, as data, stored before anything starts.

mod faults;
mod left_out;
mod partition;
mod reduce;
mod skew;

use serde::{Deserialize, Serialize};
use workloads::RunOptions;
use workloads::options::Fault;
use workloads::random::Seed;

pub use faults::{FaultAction, LinkEffect, PlannedFault};
pub use left_out::LeftOut;
pub use skew::ClockChange;

/// A whole run, decided. Operations are not listed: the j-th operation of a client is a function
/// of the seed, the client and j (and of answers received).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Format and version of this document.
    pub schema: String,
    /// The version of Splitbrain that drew it.
    pub version: String,
    /// The program and its arguments.
    pub bin: Vec<String>,
    /// The seed.
    pub seed: Seed,
    /// What was asked for.
    pub options: RunOptions,
    /// The nodes.
    pub node_ids: Vec<String>,
    /// Every fault, in order of beginning.
    pub faults: Vec<PlannedFault>,
    /// Operations that are not issued.
    #[serde(default, skip_serializing_if = "LeftOut::is_empty")]
    pub left_out: LeftOut,
}

/// Options that cannot be made into a plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// There must be a node.
    #[error("--node-count must be at least 1")]
    NoNodes,
    /// A fault that needs peers.
    #[error(
        "`--nemesis {fault}` needs at least 2 nodes, because it acts between nodes; this run has \
         {nodes}. Use --node-count, or leave {fault} out."
    )]
    Alone {
        /// The fault.
        fault: Fault,
        /// How many nodes there are.
        nodes: usize,
    },
    /// A fault that real time does not have.
    #[error(
        "`--nemesis skew` exists in virtual time only, and this run would have the machine's clock: \
         {why}. Leave skew out, or see `splitbrain doctor` for what virtual time needs."
    )]
    SkewInRealTime {
        /// Why it is not in virtual time.
        why: String,
    },
    /// A number that is out of range.
    #[error("{flag} must be {expected}, not {got}")]
    OutOfRange {
        /// The flag.
        flag: &'static str,
        /// What is accepted.
        expected: &'static str,
        /// What was given.
        got: f64,
    },
}

impl Plan {
    /// Draws the plan of a run.
    ///
    /// # Errors
    /// When the options contradict each other or ask for a fault that would do nothing.
    pub fn draw(bin: Vec<String>, seed: Seed, options: RunOptions) -> Result<Self, PlanError> {
        validate(&options)?;
        let node_ids = options.node_ids();
        let faults = faults::schedule(seed, &options);
        Ok(Self {
            schema: "splitbrain/plan/1".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            bin,
            seed,
            options,
            node_ids,
            faults,
            left_out: LeftOut::default(),
        })
    }

    /// In which order threads run, in virtual time.
    #[must_use]
    pub fn schedule(&self) -> vtime::Schedule {
        match self.options.explore {
            None => vtime::Schedule::Fair,
            Some(yield_one_in) => vtime::Schedule::Explore {
                seed: self.seed.stream("schedule").bits(),
                yield_one_in,
            },
        }
    }
}

/// For a run that has the machine's clock, for this reason.
///
/// # Errors
/// When a fault is asked for that only virtual time has.
pub(crate) fn refuse_what_needs_virtual_time(
    options: &RunOptions,
    why: &str,
) -> Result<(), PlanError> {
    if options.nemesis.contains(&Fault::Skew) {
        let why = why.to_owned();
        return Err(PlanError::SkewInRealTime { why });
    }
    Ok(())
}

fn validate(options: &RunOptions) -> Result<(), PlanError> {
    if options.node_count == 0 {
        return Err(PlanError::NoNodes);
    }
    for &fault in &options.nemesis {
        match fault {
            Fault::Kill | Fault::Pause | Fault::Skew => {}
            _ if options.node_count < 2 => {
                return Err(PlanError::Alone {
                    fault,
                    nodes: options.node_count,
                });
            }
            _ => {}
        }
    }
    let positive = "a number above 0";
    let not_negative = "0 or more";
    let share = "a share from 0 to 1";
    let ranges: [(&'static str, f64, f64, f64, &'static str); 9] = [
        ("--rate", options.rate, 0.0, f64::MAX, not_negative),
        ("--time-limit", options.time_limit, 1e-3, 1e9, positive),
        ("--latency", options.latency, 0.0, 1e9, not_negative),
        (
            "--nemesis-interval",
            options.nemesis_interval,
            1e-3,
            1e9,
            positive,
        ),
        ("--loss", options.loss, 0.0, 1.0, share),
        ("--duplicate", options.duplicate, 0.0, 1.0, share),
        ("--recovery", options.recovery, 0.0, 1e9, not_negative),
        ("--timeout", options.timeout as f64, 1.0, 1e12, positive),
        (
            "--explore",
            f64::from(options.explore.unwrap_or(8)),
            1.0,
            1e9,
            positive,
        ),
    ];
    for (flag, got, low, high, expected) in ranges {
        if !(low..=high).contains(&got) {
            return Err(PlanError::OutOfRange {
                flag,
                expected,
                got,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(node_count: usize, nemesis: &[Fault]) -> RunOptions {
        RunOptions {
            node_count,
            nemesis: nemesis.to_vec(),
            ..RunOptions::default()
        }
    }

    fn draw(options: RunOptions) -> Result<Plan, PlanError> {
        Plan::draw(vec!["./node".to_owned()], Seed(1), options)
    }

    #[test]
    fn the_same_seed_draws_the_same_plan_and_another_seed_another() {
        let all = [Fault::Partition, Fault::Kill, Fault::Loss];
        let one = draw(options(5, &all)).expect("a plan");
        assert_eq!(one, draw(options(5, &all)).expect("a plan"));
        let other = Plan::draw(one.bin.clone(), Seed(2), one.options.clone()).expect("a plan");
        assert_ne!(one.faults, other.faults);
    }

    #[test]
    fn a_plan_survives_its_file() {
        let plan =
            draw(options(5, &[Fault::Partition, Fault::Delay, Fault::Skew])).expect("a plan");
        let text = serde_json::to_string(&plan).expect("JSON");
        assert_eq!(serde_json::from_str::<Plan>(&text).expect("a plan"), plan);
    }

    #[test]
    fn a_fault_that_would_do_nothing_is_refused() {
        let error = draw(options(1, &[Fault::Partition])).expect_err("nobody to separate");
        assert_eq!(
            error,
            PlanError::Alone {
                fault: Fault::Partition,
                nodes: 1
            }
        );
        assert!(draw(options(1, &[Fault::Kill])).is_ok());
    }

    #[test]
    fn skew_is_refused_where_clocks_are_the_machines() {
        let skew = options(1, &[Fault::Skew]);
        assert!(draw(skew.clone()).is_ok());
        let refused = refuse_what_needs_virtual_time(&skew, "ptrace is denied");
        let text = refused.expect_err("real time").to_string();
        assert!(
            text.contains("clock: ptrace is denied. Leave skew out"),
            "{text}"
        );
        assert!(refuse_what_needs_virtual_time(&options(1, &[Fault::Kill]), "").is_ok());
    }
}
