//! The ways in which a plan is made smaller, each a search of its own.

use super::Operation;
use super::ddmin::Ddmin;
use super::size::Size;
use super::smallest::Smallest;
use crate::plan::{Plan, PlannedFault};

/// One way to make a plan smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Nodes,
    Faults,
    TimeLimit,
    Operations,
    FaultLengths,
    Network,
    Schedule,
}

impl Step {
    /// In this order, and again until none gains anything. Nodes come first: while there are many
    /// faults and operations, any nodes will do, and later those that are left concern certain
    /// ones. Then what makes later runs cheap; operations before the lengths of faults, because
    /// there are more of them.
    pub(super) const ALL: [Self; 7] = [
        Self::Nodes,
        Self::Faults,
        Self::TimeLimit,
        Self::Operations,
        Self::FaultLengths,
        Self::Network,
        Self::Schedule,
    ];

    /// What it is about.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Faults => "faults",
            Self::Nodes => "nodes",
            Self::TimeLimit => "time",
            Self::Operations => "operations",
            Self::FaultLengths => "length of faults",
            Self::Network => "network",
            Self::Schedule => "order of threads",
        }
    }

    /// How much of it there is.
    pub(super) fn measure(self, plan: &Plan, operations: usize) -> String {
        let size = Size::of(plan, operations);
        match self {
            Self::Faults => size.faults.to_string(),
            Self::Nodes => size.nodes.to_string(),
            Self::TimeLimit => size.seconds(),
            Self::Operations => size.operations.to_string(),
            Self::FaultLengths => super::size::fault_seconds(plan),
            Self::Network => super::size::network(plan),
            Self::Schedule => match plan.options.explore {
                Some(one_in) => format!("explored, 1 in {one_in}"),
                None => "fair".to_owned(),
            },
        }
    }
}

/// A search under way.
#[derive(Debug)]
pub(super) enum Search {
    Faults(Ddmin<PlannedFault>),
    Nodes(Smallest),
    TimeLimit(Smallest),
    Operations(Ddmin<Operation>),
    /// The lengths of the faults, one fault after the other.
    FaultLengths(usize, Smallest),
    /// Edits that are tried in this order.
    Edits(&'static [fn(&Plan) -> Plan]),
}

/// A main phase shorter than this explains nothing better.
const LEAST_MS: u64 = 10;

const NETWORK: &[fn(&Plan) -> Plan] = &[
    |plan| plan.with_no_latency().with_no_loss(),
    Plan::with_no_loss,
    Plan::with_no_latency,
    Plan::with_constant_latency,
];

const SCHEDULE: &[fn(&Plan) -> Plan] = &[Plan::with_fair_schedule];

impl Search {
    pub(super) fn begin(step: Step, plan: &Plan, operations: &[Operation]) -> Self {
        match step {
            Step::Faults => Self::Faults(Ddmin::new(plan.faults.clone())),
            Step::Nodes => Self::Nodes(Smallest::new(1, plan.node_ids.len() as u64, u64::MAX)),
            Step::TimeLimit => {
                let limit_ms = (plan.options.time_limit * 1000.0).ceil() as u64;
                Self::TimeLimit(Smallest::new(LEAST_MS, limit_ms, 16))
            }
            Step::Operations => Self::Operations(Ddmin::new(operations.to_vec())),
            Step::FaultLengths => Self::FaultLengths(0, length_of_fault(plan, 0)),
            Step::Network => Self::Edits(NETWORK),
            Step::Schedule => Self::Edits(SCHEDULE),
        }
    }

    /// The next candidate; nothing when this search is over.
    pub(super) fn propose(&mut self, plan: &Plan) -> Option<Plan> {
        match self {
            Self::Faults(search) => search.propose().map(|faults| plan.with_faults(faults)),
            Self::Nodes(search) => search.propose().map(|n| plan.with_nodes(n as usize)),
            Self::TimeLimit(search) => search.propose().map(|ms| plan.with_time_limit_ms(ms)),
            Self::Operations(search) => search.propose().map(|ops| plan.with_operations(&ops)),
            Self::FaultLengths(index, search) => loop {
                plan.faults.get(*index)?;
                if let Some(length_ms) = search.propose() {
                    return Some(plan.with_fault_length_ms(*index, length_ms));
                }
                *index += 1;
                *search = length_of_fault(plan, *index);
            },
            Self::Edits(edits) => loop {
                let candidate = edits.first()?(plan);
                if candidate != *plan {
                    return Some(candidate);
                }
                *edits = &edits[1..];
            },
        }
    }

    /// Whether it still failed with what was proposed.
    pub(super) fn tell(&mut self, happened: bool) {
        match self {
            Self::Faults(search) => search.tell(happened),
            Self::Nodes(search) | Self::TimeLimit(search) => search.tell(happened),
            Self::Operations(search) => search.tell(happened),
            Self::FaultLengths(_, search) => search.tell(happened),
            Self::Edits(edits) => *edits = &edits[1..],
        }
    }
}

fn length_of_fault(plan: &Plan, index: usize) -> Smallest {
    let length_ms = plan.faults.get(index).map_or(0, PlannedFault::length_ms);
    Smallest::new(1, length_ms, 4)
}
