//! How a run hears that it shall end early.

use std::cell::Cell;
use std::sync::Arc;

use tokio::sync::mpsc;

/// The way in which a run hears that it shall stop, and remembers that it did.
pub(crate) struct Stop<'a> {
    pub(crate) requests: &'a mut mpsc::Receiver<Arc<str>>,
    pub(crate) reason: &'a mut Option<Arc<str>>,
    /// Set by whoever hears of events when the run has shown enough.
    pub(crate) enough: &'a Enough,
}

/// That a violation is certain, and the run shall end at it. Unlike a request from outside this is
/// part of the plan: it comes at the same moment each time.
#[derive(Debug, Default)]
pub(crate) struct Enough(Cell<bool>);

impl Enough {
    /// Why the run ends.
    pub(crate) const REASON: &str = "the run was stopped at its first violation";

    pub(crate) fn set(&self) {
        self.0.set(true);
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.get()
    }
}

impl Stop<'_> {
    /// Waits until the run shall stop; for ever if nobody can ask for it any more.
    pub(crate) async fn requested(&mut self) -> Arc<str> {
        match self.requests.recv().await {
            Some(reason) => {
                *self.reason = Some(Arc::clone(&reason));
                reason
            }
            None => std::future::pending().await,
        }
    }
}
