//! Reliable delivery of small items to peers, many in one message.
//!
//! Every peer has a lane: items wait in a set, leave in batches, and each batch is a call that is
//! repeated until the peer answers. An idle lane sends at once; a busy one collects for
//! [`INTERVAL_NS`], so that the number of messages does not grow with the number of items. At most
//! [`WINDOW`] batches are on the way to a peer: while it cannot be reached, items wait and leave in
//! few large batches afterwards.
//!
//! Items are what changed (an element, a key), and a batch is built from the node's state when it
//! leaves. The receiver must not mind getting a batch twice, or an old one after a newer one.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::Context;
use crate::zoo::{Flaw, Flaws};

/// The shortest time between two batches to the same peer.
const INTERVAL_NS: u64 = 100_000_000;
/// How long a batch waits for its answer before it is sent again.
const RETRY_NS: u64 = 1_000_000_000;
/// How many batches may be on the way to a peer.
const WINDOW: usize = 4;
/// How many items a batch has at most.
const BATCH: usize = 1000;

/// What is still to be delivered, and to whom.
#[derive(Debug)]
pub(crate) struct Outbox<T> {
    lanes: BTreeMap<String, Lane<T>>,
    flaws: Flaws,
}

#[derive(Debug)]
struct Lane<T> {
    waiting: BTreeSet<T>,
    flying: BTreeSet<u64>,
    free_at_ns: u64,
}

impl<T: Ord + Clone> Outbox<T> {
    /// The timer after which [`Outbox::flush`] wants to be called.
    pub(crate) const TIMER: &'static str = "flush";

    pub(crate) fn new(flaws: Flaws) -> Self {
        Self {
            lanes: BTreeMap::new(),
            flaws,
        }
    }

    /// Delivers to these peers from now on, beginning with a backlog. What was under way to others
    /// is given up.
    pub(crate) fn set_peers(&mut self, ctx: &mut Context, peers: &[String], backlog: &[T]) {
        for call in self.lanes.values().flat_map(|lane| &lane.flying) {
            ctx.cancel_call(*call);
        }
        let lane = || Lane {
            waiting: match self.flaws.has(Flaw::NoGossip) {
                true => BTreeSet::new(),
                false => backlog.iter().cloned().collect(),
            },
            flying: BTreeSet::new(),
            free_at_ns: 0,
        };
        self.lanes = peers.iter().map(|peer| (peer.clone(), lane())).collect();
    }

    /// Puts an item into every lane.
    pub(crate) fn push(&mut self, item: &T) {
        self.push_if(item, |_| true);
    }

    /// Puts an item into the lanes of some peers.
    pub(crate) fn push_if(&mut self, item: &T, needs: impl Fn(&str) -> bool) {
        if self.flaws.has(Flaw::NoGossip) {
            return;
        }
        for (_, lane) in self.lanes.iter_mut().filter(|(peer, _)| needs(peer)) {
            lane.waiting.insert(item.clone());
        }
    }

    /// Takes back an item, because the peer turned out to have it.
    pub(crate) fn settle(&mut self, peer: &str, item: &T) {
        if let Some(lane) = self.lanes.get_mut(peer) {
            lane.waiting.remove(item);
        }
    }

    /// Notes that a batch arrived; [`Outbox::flush`] may then have more to send.
    pub(crate) fn answered(&mut self, call: u64) {
        for lane in self.lanes.values_mut() {
            lane.flying.remove(&call);
        }
    }

    /// Sends what may leave now, and asks to be called again when more may.
    pub(crate) fn flush<B: Serialize>(
        &mut self,
        ctx: &mut Context,
        kind: &str,
        body: impl Fn(&[T]) -> B,
    ) {
        let now_ns = ctx.now_ns();
        for (peer, lane) in &mut self.lanes {
            if lane.is_open() && lane.free_at_ns <= now_ns {
                let batch = lane.take_batch();
                let call = ctx.call(peer, kind, body(&batch), RETRY_NS);
                if self.flaws.has(Flaw::NoRetry) {
                    ctx.cancel_call(call);
                } else {
                    lane.flying.insert(call);
                }
                lane.free_at_ns = now_ns + INTERVAL_NS;
            }
        }
        // Lanes that are not open are looked at again when an item or an answer comes.
        let open = self.lanes.values().filter(|lane| lane.is_open());
        if let Some(at_ns) = open.map(|lane| lane.free_at_ns).min() {
            ctx.set_timer(Self::TIMER, at_ns - now_ns);
        }
    }
}

impl<T: Ord> Lane<T> {
    /// Whether something waits that may leave.
    fn is_open(&self) -> bool {
        !self.waiting.is_empty() && self.flying.len() < WINDOW
    }

    fn take_batch(&mut self) -> Vec<T> {
        let mut batch = Vec::new();
        while batch.len() < BATCH
            && let Some(item) = self.waiting.pop_first()
        {
            batch.push(item);
        }
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(ctx: &mut Context) -> String {
        String::from_utf8(std::mem::take(&mut ctx.out.stdout)).expect("UTF-8")
    }

    fn outbox(ctx: &mut Context, backlog: &[u64]) -> Outbox<u64> {
        let mut outbox = Outbox::new(Flaws::default());
        outbox.set_peers(ctx, &["n1".to_owned()], backlog);
        outbox
    }

    #[test]
    fn an_idle_lane_sends_at_once_and_a_busy_one_collects() {
        let mut ctx = Context::new(1, 0, 0);
        let mut outbox = outbox(&mut ctx, &[]);
        let mut flush = |outbox: &mut Outbox<u64>, now_ns| {
            ctx.now_ns = now_ns;
            outbox.flush(&mut ctx, "gossip", |b| serde_json::json!({"items": b}));
            (sent(&mut ctx), ctx.timers.remove(Outbox::<u64>::TIMER))
        };
        outbox.push(&1);
        let (line, timer) = flush(&mut outbox, 0);
        assert!(line.contains("[1]") && timer.is_none());
        outbox.push(&2);
        let (line, timer) = flush(&mut outbox, 10);
        assert_eq!((line.as_str(), timer), ("", Some(INTERVAL_NS)));
        outbox.push(&3);
        outbox.settle("n1", &2);
        outbox.push(&4);
        let (line, _) = flush(&mut outbox, INTERVAL_NS);
        assert!(line.contains("[3,4]"), "{line}");
    }

    #[test]
    fn a_full_window_opens_with_an_answer() {
        let mut ctx = Context::new(1, 0, 0);
        let mut outbox = outbox(&mut ctx, &[0]);
        for step in 0..10 {
            ctx.now_ns = step * INTERVAL_NS;
            outbox.push(&step);
            outbox.flush(&mut ctx, "gossip", |_| ());
        }
        assert_eq!(sent(&mut ctx).lines().count(), WINDOW);
        let first = (1 << 32) + 1;
        outbox.answered(first);
        outbox.flush(&mut ctx, "gossip", |b| serde_json::json!({"items": b}));
        assert!(sent(&mut ctx).contains("[4,5,6,7,8,9]"));
    }

    #[test]
    fn new_peers_get_the_backlog_and_old_calls_are_given_up() {
        let mut ctx = Context::new(1, 0, 0);
        let mut outbox = outbox(&mut ctx, &[1]);
        outbox.flush(&mut ctx, "gossip", |_| ());
        assert!(ctx.calls.next_due_ns().is_some());
        outbox.set_peers(&mut ctx, &["n2".to_owned()], &[5, 6]);
        assert!(ctx.calls.next_due_ns().is_none());
        sent(&mut ctx);
        outbox.flush(&mut ctx, "gossip", |b| serde_json::json!({"items": b}));
        let sent = sent(&mut ctx);
        assert_eq!(sent.lines().count(), 1);
        assert!(sent.contains("\"n2\"") && sent.contains("[5,6]"), "{sent}");
    }
}
