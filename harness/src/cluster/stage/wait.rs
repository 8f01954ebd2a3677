//! Waiting: everything goes on meanwhile, and is heard.

#![expect(
    clippy::disallowed_methods,
    reason = "programs over TCP run in real time"
)]

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::state::Stage;
use crate::cluster::build::said;
use crate::cluster::clients::{Clients, Told};
use crate::cluster::members::Heard;
use crate::cluster::told::ended;
use crate::links::LinkEvent;

impl Stage<'_> {
    /// Lets everything go on until something holds; whether it did before the deadline.
    pub(super) async fn until(
        &mut self,
        deadline: Instant,
        stop: &mut mpsc::Receiver<Arc<str>>,
        holds: impl Fn(&Self) -> bool,
    ) -> bool {
        while self.interrupted.is_none() {
            if holds(self) {
                return true;
            }
            let due = self
                .schedule
                .due()
                .zip(self.ready_at)
                .map(|(due, ready)| ready + due);
            let wake = due.map_or(deadline, |due| due.min(deadline));
            tokio::select! {
                Some(heard) = self.heard.recv() => self.hear(heard),
                Some(event) = self.passed.recv() => self.pass(&event),
                Some(told) = told(&mut self.clients) => self.client(told),
                reason = stop.recv(), if !stop.is_closed() => self.interrupted = reason,
                () = sleep_until(wake) => {}
            }
            self.faults();
            if Instant::now() >= deadline {
                return holds(self);
            }
        }
        false
    }

    /// Lets everything go on until somebody interrupts it.
    pub(super) async fn interruption(&mut self, stop: &mut mpsc::Receiver<Arc<str>>) {
        const LONG: Duration = Duration::from_secs(3600);
        while self.interrupted.is_none() {
            self.until(Instant::now() + LONG, stop, |_| false).await;
        }
    }

    fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Accepts(number) => self.members[number].accepts(),
            Heard::Node(number, event) => {
                let Some(status) = self.members[number].hear(event) else {
                    return;
                };
                let member = &self.members[number];
                if member.process.is_background && self.ready_at.is_some() {
                    let name = member.process.name.clone();
                    let what = format!(
                        "{name} {} while it was needed.{}",
                        ended(status),
                        said(&member.last_output())
                    );
                    self.crash("exited-early", &name, what);
                }
            }
        }
    }

    fn client(&mut self, told: Told) {
        if let Some(clients) = &mut self.clients {
            clients.take(told);
        }
    }

    fn pass(&mut self, event: &LinkEvent) {
        let Some((from, to)) = self.journal.take(event) else {
            return;
        };
        let now = self.since_ready();
        for action in self.schedule.responded((&from, &to), now) {
            self.act(action);
        }
    }
}

/// The next thing that a client tells; for ever nothing where there are none.
async fn told(clients: &mut Option<Clients>) -> Option<Told> {
    match clients {
        Some(clients) => clients.listen().await,
        None => std::future::pending().await,
    }
}
