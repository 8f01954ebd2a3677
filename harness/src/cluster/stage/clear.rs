//! After the last check: everything ends.

use std::sync::Arc;

use checker::CheckResult;
use results::document::{NodeReport, Stats};
use results::run_dir::RunDirError;

use super::state::Stage;
use crate::cluster::checks;
use crate::cluster::document::report;
use crate::cluster::journal::Counts;
use crate::cluster::told::told;
use crate::links::Link;

/// What is known in the end.
pub(in crate::cluster) struct Ended {
    pub(in crate::cluster) checks: Vec<CheckResult>,
    pub(in crate::cluster) nodes: Vec<NodeReport>,
    pub(in crate::cluster) journal_hash: String,
    pub(in crate::cluster) counts: Counts,
    pub(in crate::cluster) stats: Stats,
    pub(in crate::cluster) trouble: Option<RunDirError>,
    pub(in crate::cluster) interrupted: Option<Arc<str>>,
}

impl Stage<'_> {
    /// Writes down what happened on links and was not taken yet.
    fn take_what_passed(&mut self) {
        while let Ok(event) = self.passed.try_recv() {
            self.journal.take(&event);
        }
    }

    /// Ends everything, and says how it was.
    pub(in crate::cluster) async fn clear(mut self) -> Ended {
        self.take_what_passed();
        self.journal.counts.links.bytes = self.links.iter().map(Link::carried_bytes).sum();
        // What breaks from now on, we break.
        let counts = self.journal.counts;
        for member in &mut self.members {
            member.shutdown().await;
        }
        self.links.clear();
        self.take_what_passed();
        let mut all = vec![
            CheckResult::from_anomalies("start", self.not_started, "All programs were ready."),
            CheckResult::from_anomalies("crash", self.crashes, "No program ended too early."),
        ];
        let never = self.schedule.never_begun();
        if let Some(first) = never.first() {
            let what = told(&self.scenario.disturbances[*first].fault);
            let summary = format!(
                "{} of {} faults never began, so nothing is known of them: {what}.",
                never.len(),
                self.scenario.disturbances.len()
            );
            all.push(CheckResult::unknown("faults", summary));
        }
        // Whoever interrupts a run keeps the last checks from being looked at.
        let held = self
            .held
            .into_iter()
            .map(Some)
            .chain(std::iter::repeat(None));
        let judged = self.scenario.checks.iter().zip(held);
        all.extend(judged.map(|(check, held)| checks::result(check, held)));
        let clients = self.clients.map(|clients| clients.finish(&self.journal));
        let (judged, stats, unwritten) = clients.unwrap_or_default();
        all.extend(judged);
        let nodes = self.members.iter().map(report).collect();
        let (journal_hash, trouble) = self.journal.finish();
        Ended {
            checks: all,
            nodes,
            journal_hash,
            counts,
            stats,
            trouble: trouble.or(unwritten),
            interrupted: self.interrupted,
        }
    }
}
