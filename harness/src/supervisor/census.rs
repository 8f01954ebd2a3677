//! Process tables for many sweeps at once. Reading one takes long on a machine with thousands of
//! processes, so it is read beside the runtime, and those who ask meanwhile share the next one.

#![expect(clippy::disallowed_methods, reason = "how old a table is")]

use super::process_table::ProcessTable;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Mutex;

/// The latest process table.
#[derive(Default)]
pub(super) struct Census {
    latest: Mutex<Option<(Instant, Arc<ProcessTable>)>>,
}

impl Census {
    /// A table that was begun after this call.
    pub(super) async fn take(&self) -> Arc<ProcessTable> {
        let asked = Instant::now();
        let mut latest = self.latest.lock().await;
        if let Some((_, table)) = latest.as_ref().filter(|(begun, _)| *begun > asked) {
            return Arc::clone(table);
        }
        let begun = Instant::now();
        // It fails only while the runtime goes away; an empty table does no harm then.
        let table = tokio::task::spawn_blocking(ProcessTable::read)
            .await
            .unwrap_or_default();
        let table = Arc::new(table);
        *latest = Some((begun, Arc::clone(&table)));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn those_who_wait_share_the_next_table_and_nobody_gets_an_old_one() {
        let census = Census::default();
        let old = census.take().await;
        // Both ask before anybody can read.
        let gate = census.latest.lock().await;
        let (first, second, ()) = tokio::join!(census.take(), census.take(), async { drop(gate) });
        assert!(!Arc::ptr_eq(&first, &old));
        assert!(Arc::ptr_eq(&first, &second));
    }
}
