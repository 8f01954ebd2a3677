//! What runs, and what is known of it so far.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use checker::Anomaly;
use tokio::sync::mpsc;
use tokio::time::Instant;
use workloads::scenario::Scenario;

use crate::cluster::clients::Clients;
use crate::cluster::journal::Journal;
use crate::cluster::members::{Heard, Member};
use crate::cluster::ports::Ports;
use crate::cluster::schedule::Schedule;
use crate::links::{Link, LinkEvent};

/// Everything that runs.
pub(in crate::cluster) struct Stage<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) programs: PathBuf,
    pub(super) logs: PathBuf,
    pub(super) begun: Instant,
    /// When all programs in the background were ready.
    pub(super) ready_at: Option<Instant>,
    pub(super) members: Vec<Member<'a>>,
    pub(super) heard: mpsc::Receiver<Heard>,
    pub(super) links: Vec<Link>,
    pub(super) passed: mpsc::UnboundedReceiver<LinkEvent>,
    pub(super) schedule: Schedule<'a>,
    /// The clients of the workload, if there is one.
    pub(super) clients: Option<Clients>,
    pub(super) journal: Journal,
    /// Why programs did not come up.
    pub(super) not_started: Vec<Anomaly>,
    /// What they did that they must not.
    pub(super) crashes: Vec<Anomaly>,
    pub(super) held: Vec<Result<(), (&'static str, String)>>,
    pub(super) interrupted: Option<Arc<str>>,
    pub(super) _ports: Ports,
}

impl Stage<'_> {
    /// A program does not come up.
    pub(super) fn no_start(&mut self, kind: &str, name: &str, what: String) {
        let anomaly = self.anomaly(kind, name, what);
        self.not_started.push(anomaly);
    }

    /// A program does what it must not.
    pub(super) fn crash(&mut self, kind: &str, name: &str, what: String) {
        let anomaly = self.anomaly(kind, name, what);
        self.crashes.push(anomaly);
    }

    fn anomaly(&mut self, kind: &str, name: &str, what: String) -> Anomaly {
        self.journal.about(self.begun.elapsed(), name, &what);
        let mut anomaly = Anomaly::new(kind, what);
        anomaly.nodes.push(name.to_owned());
        anomaly
    }

    /// How long all programs in the background have been ready.
    pub(super) fn since_ready(&self) -> Duration {
        self.ready_at
            .map_or(Duration::ZERO, |ready| ready.elapsed())
    }
}
