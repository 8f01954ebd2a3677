//! What a connection tells, and when.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{LinkEvent, LinkEventKind};

/// Where a connection reports.
pub(super) struct Reporter {
    pub(super) link: usize,
    pub(super) connection: u64,
    pub(super) begun: Instant,
    pub(super) events: mpsc::UnboundedSender<LinkEvent>,
}

impl Reporter {
    pub(super) fn now(&self) -> Duration {
        since(self.begun)
    }

    pub(super) fn report(&self, time: Duration, kind: LinkEventKind) {
        // Whoever listened is gone at the end of a run.
        let _ = self.events.send(LinkEvent {
            link: self.link,
            connection: self.connection,
            time,
            kind,
        });
    }
}

/// How long ago the links began to count.
fn since(begun: Instant) -> Duration {
    #[expect(clippy::disallowed_methods, reason = "links run in real time")]
    let now = Instant::now();
    now.duration_since(begun)
}
