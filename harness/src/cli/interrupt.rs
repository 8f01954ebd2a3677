//! Ctrl-C and SIGTERM: a run is told to stop, and what it has recorded is kept and judged.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use results::Exit;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// Listens for signals while a command runs.
pub(crate) struct Interrupts {
    received: Arc<AtomicU8>,
    /// Gives the reason to stop, once.
    pub(super) requests: mpsc::Receiver<Arc<str>>,
}

impl Interrupts {
    /// Begins to listen; call it inside the runtime.
    pub(super) fn listen() -> std::io::Result<Self> {
        let received = Arc::new(AtomicU8::new(Exit::Valid.code()));
        let (sender, requests) = mpsc::channel(2);
        let kinds = [
            (
                SignalKind::interrupt(),
                Exit::Interrupted,
                "interrupted (Ctrl-C)",
            ),
            (
                SignalKind::terminate(),
                Exit::Terminated,
                "terminated (SIGTERM)",
            ),
        ];
        for (kind, exit, reason) in kinds {
            let mut signals = signal(kind)?;
            let (sender, received) = (sender.clone(), Arc::clone(&received));
            tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    received.store(exit.code(), Ordering::Relaxed);
                    // Asking once is enough; further signals change only the exit code.
                    let _ = sender.try_send(Arc::from(reason));
                }
            });
        }
        Ok(Self { received, requests })
    }

    /// The exit code that a signal demands, if there was one.
    pub(super) fn exit(&self) -> Option<Exit> {
        let code = self.received.load(Ordering::Relaxed);
        [Exit::Interrupted, Exit::Terminated]
            .into_iter()
            .find(|e| e.code() == code)
    }
}
