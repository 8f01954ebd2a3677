//! Bytes of syncs as they went over the wire, against those of sending full state each time.

use checker::{CheckResult, Operation};
use protocol::BodyHead;
use serde_json::Value;

use super::elements::Names;
use super::knowledge::Bounds;
use crate::Event;
use crate::event::MessageStep;

/// Counts the bodies of digests and syncs between clients and nodes, and what they would have
/// been if every sync had carried the lists of both sides.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    sent: u64,
    /// Bytes of lists that were not sent.
    spared: u64,
    /// Bytes of asking for digests, which full state would not need.
    digests: u64,
}

impl Traffic {
    pub(super) fn on_event(&mut self, event: &Event) {
        let Event::Message(message) = event else {
            return;
        };
        if message.between_nodes || message.step != MessageStep::Send {
            return;
        }
        let bytes = message.body.get().len() as u64;
        match BodyHead::of(&message.body).kind.as_deref() {
            Some("digest_sync" | "digest_sync_ok") => self.sent += bytes,
            Some("digest" | "digest_ok") => self.digests += bytes,
            _ => {}
        }
    }

    /// A sync that left out a list saved its bytes.
    pub(super) fn on_sync(&mut self, op: &Operation, bounds: &Bounds, names: &Names) {
        let list = names.json_bytes(&bounds.certain);
        if op.invocation.value["remote_messages"].is_null() {
            self.spared += list.saturating_sub("null".len() as u64);
        }
        if op
            .completion
            .value
            .get("local_messages")
            .is_none_or(Value::is_null)
        {
            self.spared += list;
        }
    }

    pub(super) fn add_figures(&self, result: CheckResult) -> CheckResult {
        let full = self.sent + self.spared;
        let sent = self.sent + self.digests;
        let saved = i128::from(full) - i128::from(sent);
        let share = match full {
            0 => 0.0,
            _ => saved as f64 / full as f64,
        };
        result
            .with_figure("bytes_sent", sent)
            .with_figure("bytes_full_state", full)
            .with_figure("bytes_saved", saved as i64)
            .with_figure("bytes_saved_share", share)
    }
}
