//! Judges a history by all levels.

use std::collections::BTreeMap;
use std::hash::Hash;

use super::causal::{self, Causes};
use super::eventual::{self, Ends};
use super::input::{Limits, NotUnique, SessionOp};
use super::level::Level;
use super::web::Web;
use super::witness::{Flaw, Step, Witness, stray, witness};
use super::{linearizable, regular, sequential, sessions, shrink, views};

/// What is known of a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing<V> {
    /// The history is of this level.
    Holds,
    /// It is not, because of this.
    Broken(Box<Witness<V>>),
    /// It was not found out.
    Unknown(Why),
}

/// Why something was not found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// So many steps of a search were not enough.
    OutOfSteps(u64),
    /// The history has no operations that would show it.
    NotShown,
    /// The rule for this level does not apply.
    NoRule,
}

/// What is known of all levels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report<V> {
    standings: BTreeMap<Level, Standing<V>>,
}

impl<V> Report<V> {
    /// What is known of a level.
    #[must_use]
    pub fn standing(&self, level: Level) -> &Standing<V> {
        self.standings
            .get(&level)
            .unwrap_or(&Standing::Unknown(Why::NoRule))
    }

    /// All levels, stronger ones before those that they imply.
    pub fn standings(&self) -> impl Iterator<Item = (Level, &Standing<V>)> {
        self.standings
            .iter()
            .map(|(level, standing)| (*level, standing))
    }

    /// The levels that hold and are not implied by others that do.
    #[must_use]
    pub fn strongest(&self) -> Vec<Level> {
        let holds = |level: &Level| matches!(self.standing(*level), Standing::Holds);
        let all = || Level::ALL.into_iter().filter(holds);
        let is_implied =
            |level: &Level| all().any(|other| other != *level && other.implies(*level));
        all().filter(|level| !is_implied(level)).collect()
    }
}

/// Judges a history whose registers hold `initial` before anything is written.
///
/// Operations may stand in any order; positions of calls and returns have to be different, as
/// [`crate::rank`] makes them. Takes `O(nk log n)` time and `O(n)` memory for n operations of k
/// sessions, where only the search for a sequential order, bounded by `limits`, and histories that
/// are broken again and again may take more.
///
/// # Errors
/// When a value was written twice to a key, or the initial value was written.
pub fn judge<V: Copy + Eq + Hash>(
    initial: V,
    ops: &[SessionOp<V>],
    limits: Limits,
) -> Result<Report<V>, NotUnique<V>> {
    let mut report = Report {
        standings: BTreeMap::new(),
    };
    let web = match Web::new(initial, ops)? {
        Ok(web) => web,
        Err(found) => {
            let witness = stray(ops, &found);
            report.conclude(Level::ALL, &Standing::Broken(Box::new(witness)));
            return Ok(report);
        }
    };
    let mut judging = Judging {
        initial,
        ops,
        web: &web,
        limits,
        report,
    };
    judging.real_time();
    if !matches!(
        judging.report.standing(Level::Linearizable),
        Standing::Holds
    ) {
        judging.orders();
    }
    Ok(judging.report)
}

impl<V: Clone> Report<V> {
    fn conclude(&mut self, levels: impl IntoIterator<Item = Level>, standing: &Standing<V>) {
        for level in levels {
            self.standings.insert(level, standing.clone());
        }
    }
}

struct Judging<'a, V> {
    initial: V,
    ops: &'a [SessionOp<V>],
    web: &'a Web,
    limits: Limits,
    report: Report<V>,
}

impl<V: Copy + Eq + Hash> Judging<'_, V> {
    fn set(&mut self, level: Level, standing: Standing<V>) {
        self.report.standings.insert(level, standing);
    }

    /// Broken for a reason, or not.
    fn set_flaw(&mut self, level: Level, flaw: Option<(Flaw, Vec<Step>)>) {
        let broken = |(flaw, steps)| {
            let witness = witness(self.ops, self.web, flaw, steps);
            Standing::Broken(Box::new(witness))
        };
        let standing = flaw.map_or(Standing::Holds, broken);
        self.set(level, standing);
    }

    /// The levels that know of real time.
    fn real_time(&mut self) {
        let standing = match linearizable::judge(self.initial, self.ops) {
            linearizable::Found::Holds => {
                self.report.conclude(Level::ALL, &Standing::Holds);
                return;
            }
            linearizable::Found::Broken(witness) => Standing::Broken(Box::new(witness)),
            linearizable::Found::Unknown => Standing::Unknown(Why::NoRule),
        };
        self.set(Level::Linearizable, standing);
        let flaw = regular::flaw(self.ops, self.web);
        let broken = |witness| Standing::Broken(Box::new(witness));
        self.set(Level::Regular, flaw.map_or(Standing::Holds, broken));
        let eventual = match eventual::judge(self.ops, self.web) {
            Ends::Agree => Standing::Holds,
            Ends::NotShown => Standing::Unknown(Why::NotShown),
            Ends::Differ(witness) => broken(witness),
        };
        self.set(Level::Eventual, eventual);
    }

    fn causes(&mut self) -> Causes {
        let causes = causal::judge(self.web);
        self.set_flaw(Level::Causal, causes.causal.clone());
        self.set_flaw(Level::CausalConvergence, causes.convergent.clone());
        causes
    }

    /// The levels that ask for orders of operations only.
    fn orders(&mut self) {
        let causes = self.causes();
        let found = match causes.convergent {
            None => Some(sequential::judge(
                self.web,
                &causes.forced,
                self.limits.steps,
            )),
            Some(_) => None,
        };
        if found == Some(sequential::Found::Order) {
            let implied = Level::ALL
                .into_iter()
                .filter(|weak| Level::Sequential.implies(*weak));
            self.report.conclude(implied, &Standing::Holds);
            return;
        }
        self.views(&causes);
        self.sessions(&causes);
        self.sequential(found);
    }

    fn views(&mut self, causes: &Causes) {
        let memory = match &causes.causal {
            Some(flaw) => Some(flaw.clone()),
            None => views::judge(self.web, Some(&causes.contested)),
        };
        let is_known = memory.is_none();
        self.set_flaw(Level::CausalMemory, memory);
        let pram = if is_known {
            None
        } else {
            views::judge(self.web, None)
        };
        self.set_flaw(Level::Pram, pram);
    }

    fn sessions(&mut self, causes: &Causes) {
        let broken = sessions::judge(self.web, &causes.suspects, self.limits.steps);
        let stale = |steps| (Flaw::StaleRead, steps);
        self.set_flaw(Level::ReadYourWrites, broken.read_your_writes.map(stale));
        self.set_flaw(Level::MonotonicReads, broken.monotonic_reads.map(stale));
        self.set_flaw(Level::MonotonicWrites, broken.monotonic_writes.map(stale));
        if broken.is_cut {
            let why = Why::OutOfSteps(self.limits.steps);
            self.set(Level::WritesFollowReads, Standing::Unknown(why));
        } else {
            self.set_flaw(
                Level::WritesFollowReads,
                broken.writes_follow_reads.map(stale),
            );
        }
    }

    /// What breaks a weaker level breaks this one; otherwise it is what was found.
    fn sequential(&mut self, found: Option<sequential::Found>) {
        let weaker = [Level::CausalMemory, Level::CausalConvergence];
        let broken = weaker.map(|level| self.report.standing(level));
        let broken = broken.into_iter().filter_map(|standing| match standing {
            Standing::Broken(witness) => Some(witness.clone()),
            _ => None,
        });
        if let Some(witness) = broken.min_by_key(|witness| witness.ops.len()) {
            self.set(Level::Sequential, Standing::Broken(witness));
            return;
        }
        let standing = match found {
            Some(sequential::Found::Contradiction(flaw, steps)) => {
                self.set_flaw(Level::Sequential, Some((flaw, steps)));
                return;
            }
            Some(sequential::Found::None) => {
                let witness = shrink::without_order(self.initial, self.ops, self.web, self.limits);
                Standing::Broken(Box::new(witness))
            }
            Some(sequential::Found::Order) => Standing::Holds,
            Some(sequential::Found::OutOfSteps) | None => {
                Standing::Unknown(Why::OutOfSteps(self.limits.steps))
            }
        };
        self.set(Level::Sequential, standing);
    }
}
