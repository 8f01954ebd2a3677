//! What a connection tells, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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
    /// How many bytes have arrived over the link, in both directions.
    pub(super) carried: Arc<AtomicU64>,
}

impl Reporter {
    /// So many bytes have arrived.
    pub(super) fn carried(&self, bytes: u64) {
        self.carried.fetch_add(bytes, Ordering::Relaxed);
    }

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
