//! How a run hears that it shall end early.

use std::sync::Arc;

use tokio::sync::mpsc;

/// The way in which a run hears that it shall stop, and remembers that it did.
pub(crate) struct Stop<'a> {
    pub(crate) requests: &'a mut mpsc::Receiver<Arc<str>>,
    pub(crate) reason: &'a mut Option<Arc<str>>,
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
