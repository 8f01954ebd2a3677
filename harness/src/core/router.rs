//! Messages between nodes: one queue per directed link, latency, and what faults do to them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use bytes::Bytes;
use protocol::Envelope;
use workloads::event::MessageStep;
use workloads::options::LatencyDist;
use workloads::random::Stream;

use super::recorder::Message;
use super::{Core, MS, Output, TimeNs, Timer};
use crate::plan::{LinkEffect, Plan};

/// At most so many bytes wait in all queues together; beyond that messages are lost, so that a
/// storm cannot exhaust memory.
const MAX_QUEUED_BYTES: usize = 64 << 20;

/// All links, and what waits on them.
pub(super) struct Router {
    nodes: usize,
    links: Vec<Link>,
    /// Whether every message arrives at once unless a fault says otherwise, so that nothing need
    /// be drawn for it.
    plain: bool,
    latency_ms: f64,
    latency_dist: LatencyDist,
    loss: f64,
    duplicate: f64,
    queued_bytes: usize,
    sequence: u64,
}

/// One directed link.
struct Link {
    queue: BinaryHeap<Reverse<Queued>>,
    /// What the faults that are active now do to it together.
    effect: LinkEffect,
    random: Stream,
}

/// A message with the time of its arrival; ordered by time, then by sending.
struct Queued {
    at_ns: TimeNs,
    sequence: u64,
    message: Message,
}

impl PartialEq for Queued {
    fn eq(&self, other: &Self) -> bool {
        (self.at_ns, self.sequence) == (other.at_ns, other.sequence)
    }
}
impl Eq for Queued {}
impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Queued {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at_ns, self.sequence).cmp(&(other.at_ns, other.sequence))
    }
}

/// What is drawn for every message, whether it is used or not: a fault that begins or ends must
/// not move the draws of later messages.
struct Draws {
    lost: f64,
    duplicated: f64,
    held_back: f64,
    extra: f64,
    latency_ns: [TimeNs; 2],
}

impl Router {
    pub(super) fn new(plan: &Plan) -> Self {
        let options = &plan.options;
        let ids = &plan.node_ids;
        let label = |from: usize, to: usize| format!("link/{}>{}", ids[from], ids[to]);
        let link = |i: usize| Link {
            queue: BinaryHeap::new(),
            effect: LinkEffect::default(),
            random: plan.seed.stream(&label(i / ids.len(), i % ids.len())),
        };
        Self {
            nodes: ids.len(),
            links: (0..ids.len() * ids.len()).map(link).collect(),
            plain: options.latency == 0.0
                && options.loss == 0.0
                && options.duplicate == 0.0
                && plan.faults.is_empty(),
            latency_ms: options.latency,
            latency_dist: options.latency_dist,
            loss: options.loss,
            duplicate: options.duplicate,
            queued_bytes: 0,
            sequence: 0,
        }
    }

    /// Sets what the active faults do to a link.
    pub(super) fn set_effect(&mut self, from: usize, to: usize, effect: LinkEffect) {
        self.links[from * self.nodes + to].effect = effect;
    }

    fn draw(&mut self, link: usize) -> Draws {
        let random = &mut self.links[link].random;
        Draws {
            lost: random.unit(),
            duplicated: random.unit(),
            held_back: random.unit(),
            extra: random.unit(),
            latency_ns: [0; 2].map(|_| latency_ns(self.latency_dist, self.latency_ms, random)),
        }
    }

    fn enqueue(&mut self, link: usize, at_ns: TimeNs, message: Message) {
        self.queued_bytes += message.bytes();
        self.sequence += 1;
        let sequence = self.sequence;
        self.links[link].queue.push(Reverse(Queued {
            at_ns,
            sequence,
            message,
        }));
    }

    fn pop_due(&mut self, link: usize, now_ns: TimeNs) -> Option<Message> {
        let queue = &mut self.links[link].queue;
        if queue.peek()?.0.at_ns > now_ns {
            return None;
        }
        let message = queue.pop()?.0.message;
        self.queued_bytes -= message.bytes();
        Some(message)
    }
}

fn latency_ns(dist: LatencyDist, mean_ms: f64, random: &mut Stream) -> TimeNs {
    let ms = match dist {
        LatencyDist::Constant => mean_ms,
        LatencyDist::Uniform => random.unit() * 2.0 * mean_ms,
        LatencyDist::Exponential => random.exponential(mean_ms),
    };
    (ms * MS as f64) as TimeNs
}

impl Core<'_> {
    /// Takes a message that one node sends to another.
    pub(super) fn route(&mut self, from: usize, to: usize, message: &Message) {
        self.record_message(MessageStep::Send, message, None);
        if self.router.plain || from == to {
            self.arrive(from, to, message);
            return;
        }
        let link = from * self.router.nodes + to;
        let draws = self.router.draw(link);
        let effect = self.router.links[link].effect;
        let share = |percent: u64| percent as f64 / 100.0;
        if draws.lost < self.router.loss.max(share(effect.loss_percent)) {
            self.record_drop(message, "lost");
            return;
        }
        let twice = draws.duplicated < self.router.duplicate.max(share(effect.duplicate_percent));
        for (copy, latency_ns) in draws.latency_ns.into_iter().enumerate() {
            if copy == 1 && !twice {
                break;
            }
            let held_ns = if copy == 0 && draws.held_back < share(effect.reorder_percent) {
                (draws.extra * (effect.reorder_ms * MS) as f64) as TimeNs
            } else {
                0
            };
            // A second copy is most telling when it comes late.
            let late_ns = if copy == 1 {
                (draws.extra * (100 * MS) as f64) as TimeNs
            } else {
                0
            };
            let delay_ns = latency_ns + held_ns + late_ns + effect.delay_ms * MS;
            self.enqueue(from, to, delay_ns, message.clone());
        }
    }

    fn enqueue(&mut self, from: usize, to: usize, delay_ns: TimeNs, message: Message) {
        if self.router.queued_bytes > MAX_QUEUED_BYTES {
            self.record_drop(&message, "too many messages are on their way");
            return;
        }
        let link = from * self.router.nodes + to;
        if delay_ns == 0 && self.router.links[link].queue.is_empty() {
            self.arrive(from, to, &message);
            return;
        }
        let at_ns = self.now_ns + delay_ns;
        self.router.enqueue(link, at_ns, message);
        self.timers.at(at_ns, Timer::Link(link));
    }

    /// Delivers what is due on a link.
    pub(super) fn deliver_due(&mut self, link: usize) {
        while let Some(message) = self.router.pop_due(link, self.now_ns) {
            self.arrive(link / self.router.nodes, link % self.router.nodes, &message);
        }
    }

    /// A message is at the end of its link: it gets through unless the link is cut now or its
    /// receiver is not there.
    fn arrive(&mut self, from: usize, to: usize, message: &Message) {
        let link = from * self.router.nodes + to;
        if self.router.links[link].effect.cut {
            let why = format!("the link {} > {} is cut", message.src, message.dest);
            self.record_drop(message, why);
            return;
        }
        self.deliver_to_node(to, message);
    }

    /// Hands a message to a node: now, when it continues, after the barrier, or not at all.
    pub(super) fn deliver_to_node(&mut self, to: usize, message: &Message) {
        if let Some(why) = self.nodes[to].unreachable_because() {
            self.record_drop(message, why);
        } else if self.holds_messages(to) {
            if !self.nodes[to].hold(message) {
                self.record_drop(message, "too many messages wait for the node");
            }
        } else {
            self.hand_over(to, message);
        }
    }

    /// Writes a message to a node that is there.
    pub(super) fn hand_over(&mut self, to: usize, message: &Message) {
        let line = Envelope::line(message.id, &message.src, &message.dest, &message.body);
        self.record_message(MessageStep::Deliver, message, None);
        self.out.push(Output::Send(to, Bytes::from(line)));
    }

    /// The id under which a node, client or the harness itself is known, shared.
    pub(super) fn node_id(&self, node: usize) -> Arc<str> {
        Arc::clone(&self.nodes[node].id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use workloads::random::Seed;

    #[test]
    fn latencies_have_the_mean_that_was_asked_for() {
        for dist in [
            LatencyDist::Constant,
            LatencyDist::Uniform,
            LatencyDist::Exponential,
        ] {
            let mut random = Seed(3).stream("latency");
            let total: u64 = (0..20_000)
                .map(|_| latency_ns(dist, 10.0, &mut random))
                .sum();
            let mean_ms = total as f64 / 20_000.0 / MS as f64;
            assert!((9.7..10.3).contains(&mean_ms), "{dist}: {mean_ms}");
        }
    }
}
