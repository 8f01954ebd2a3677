//! Judges a whole run: the checks that every run has, those of its workload, and its statistics.

use checker::{Check, CheckResult};

use crate::Event;
use crate::options::RunOptions;
use crate::problem::Judge;
use crate::workload::{Setup, Workload};

mod availability;
mod guard;
mod limits;
mod problems;
mod progress;
mod stats;
mod unanswered;

pub use stats::{LatencyMs, MessageCounts, OpCounts, Stats};

use guard::Guarded;
use stats::StatsFold;

/// A judgement over everything that happens in a run.
pub trait RunCheck: Send {
    /// The check's name in verdicts.
    fn name(&self) -> &'static str;

    /// Something happened.
    fn on_event(&mut self, event: &Event);

    /// The run was stopped from outside: what is missing is nobody's fault.
    fn cut_short(&mut self) {}

    /// Whether a violation is certain already, whatever is to come.
    fn is_violated(&self) -> bool {
        false
    }

    /// The run is over.
    fn finish(&mut self) -> CheckResult;
}

/// All checks of one run. A check that panics becomes `unknown`; the others go on.
pub struct RunChecks {
    checks: Vec<Guarded>,
    stats: StatsFold,
    options: RunOptions,
}

/// What is known about a run when it is over.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The checks in a fixed order: `protocol crash progress`, the workload's own, then
    /// `availability` and `limits` where they were asked for.
    pub checks: Vec<CheckResult>,
    /// Counts and latencies.
    pub stats: Stats,
}

impl RunChecks {
    /// The checks of a run of this workload.
    #[must_use]
    pub fn new(workload: &dyn Workload, setup: &Setup<'_>) -> Self {
        let mut checks: Vec<Box<dyn RunCheck>> = vec![
            Box::new(problems::ProblemCheck::new("protocol", Judge::Protocol)),
            Box::new(problems::ProblemCheck::new("crash", Judge::Crash)),
            Box::new(progress::Progress::new(workload.info().required)),
        ];
        for check in workload.checks(setup) {
            checks.push(Box::new(HistoryCheck(check)));
        }
        checks.extend(workload.run_checks(setup));
        if let Some(demanded) = setup.options.availability {
            checks.push(Box::new(availability::AvailabilityCheck::new(demanded)));
        }
        Self {
            checks: checks.into_iter().map(Guarded::new).collect(),
            stats: StatsFold::default(),
            options: setup.options.clone(),
        }
    }

    /// Something happened.
    pub fn on_event(&mut self, event: &Event) {
        self.stats.on_event(event);
        for check in &mut self.checks {
            check.on_event(event);
        }
    }

    /// Whether a check is already sure of a violation.
    #[must_use]
    pub fn is_violated(&self) -> bool {
        self.checks.iter().any(Guarded::is_violated)
    }

    /// The run was stopped from outside; call it before [`Self::finish`].
    pub fn cut_short(&mut self) {
        for check in &mut self.checks {
            check.cut_short();
        }
    }

    /// The run is over.
    #[must_use]
    pub fn finish(self) -> Judgement {
        let stats = self.stats.finish();
        let mut checks: Vec<CheckResult> = self.checks.into_iter().map(Guarded::finish).collect();
        checks.extend(limits::check(&self.options, &stats, &checks));
        Judgement { checks, stats }
    }
}

/// A check that only looks at operations.
struct HistoryCheck(Box<dyn Check>);

impl RunCheck for HistoryCheck {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn on_event(&mut self, event: &Event) {
        match event {
            Event::Invoke(invocation) => self.0.on_invoke(invocation),
            Event::Complete(operation) => self.0.on_complete(operation),
            Event::Message(_) | Event::Fault(_) | Event::Node(_) => {}
        }
    }

    fn is_violated(&self) -> bool {
        self.0.is_violated()
    }

    fn finish(&mut self) -> CheckResult {
        self.0.finish()
    }
}

#[cfg(test)]
mod tests;
