//! `broadcast`: every message that one node got reaches all nodes, along the topology.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::element::Element;
use crate::outbox::Outbox;
use crate::zoo::{Flaw, Flaws};
use crate::{Context, Failure, Handled, Message, Node};

/// How long a node waits for its topology before it takes everybody for a neighbour.
const PATIENCE_NS: u64 = 1_000_000_000;
const NO_TOPOLOGY: &str = "no-topology";

/// Who is whose neighbour.
type Topology = BTreeMap<String, BTreeSet<String>>;

/// A node floods what is new to it to its neighbours, except the one it came from and those who are
/// neighbours of that one too: they get it from there, or from where that one got it. Everything is
/// stored before it is acknowledged, to clients and neighbours alike.
pub(super) struct Broadcast {
    flaws: Flaws,
    topology: Topology,
    seen: BTreeSet<Element>,
    repeated: Vec<Element>,
    outbox: Outbox<Element>,
}

impl Broadcast {
    pub(super) fn new(flaws: Flaws) -> Self {
        Self {
            flaws,
            topology: Topology::new(),
            seen: BTreeSet::new(),
            repeated: Vec::new(),
            outbox: Outbox::new(flaws),
        }
    }

    fn accept(&mut self, ctx: &mut Context, element: Element, from: &str) {
        self.outbox.settle(from, &element);
        if self.seen.contains(&element) {
            if self.flaws.has(Flaw::ListNotSet) {
                self.repeated.push(element);
            }
            return;
        }
        ctx.store(&element);
        let served = self.topology.get(from);
        self.outbox.push_if(&element, |peer| {
            peer != from && !served.is_some_and(|served| served.contains(peer))
        });
        self.seen.insert(element);
    }

    /// Learns the topology, and tells the neighbours everything unless they were neighbours before.
    fn set_topology(&mut self, ctx: &mut Context, topology: Topology) {
        ctx.cancel_timer(NO_TOPOLOGY);
        if self.topology != topology {
            let mine = topology.get(ctx.node_id()).into_iter().flatten();
            let neighbours: Vec<_> = mine.cloned().collect();
            let backlog: Vec<_> = self.seen.iter().cloned().collect();
            self.outbox.set_peers(ctx, &neighbours, &backlog);
            self.topology = topology;
        }
        self.flush(ctx);
    }

    fn flush(&mut self, ctx: &mut Context) {
        self.outbox
            .flush(ctx, "gossip", |batch| json!({ "messages": batch }));
    }
}

/// The topology in which everybody is everybody's neighbour.
fn everybody(ctx: &Context) -> Topology {
    let ids = || ctx.peers().chain([ctx.node_id()]);
    let others = |id: &str| {
        ids()
            .filter(|other| *other != id)
            .map(str::to_owned)
            .collect()
    };
    ids().map(|id| (id.to_owned(), others(id))).collect()
}

#[derive(Deserialize)]
struct Neighbours {
    topology: Topology,
}

#[derive(Deserialize)]
struct One {
    message: Element,
}

#[derive(Deserialize)]
struct Many {
    messages: Vec<Element>,
}

#[derive(Serialize)]
struct Seen<'a> {
    messages: Vec<&'a Element>,
}

impl Node for Broadcast {
    fn recover(&mut self, record: &str) {
        self.seen.extend(serde_json::from_str::<Element>(record));
    }

    fn start(&mut self, ctx: &mut Context) {
        ctx.set_timer(NO_TOPOLOGY, PATIENCE_NS);
    }

    fn handle(&mut self, ctx: &mut Context, message: &Message) -> Handled {
        match &*message.kind {
            "topology" => {
                let Neighbours { topology } = message.body()?;
                self.set_topology(ctx, topology);
                ctx.reply(message, "topology_ok", ());
            }
            "broadcast" => {
                let One { message: element } = message.body()?;
                let element = match message.msg_id {
                    Some(id) if self.flaws.has(Flaw::KeepsMsgId) => Element(json!(id)),
                    _ => element,
                };
                self.accept(ctx, element, "");
                ctx.reply(message, "broadcast_ok", ());
                self.flush(ctx);
            }
            "read" => {
                let messages = self.seen.iter().chain(&self.repeated).collect();
                ctx.reply(message, "read_ok", Seen { messages });
            }
            other => return Err(Failure::not_supported(other)),
        }
        Ok(())
    }

    fn peer(&mut self, ctx: &mut Context, message: &Message) -> Handled {
        if message.kind == "gossip" {
            let Many { messages } = message.body()?;
            for element in messages {
                self.accept(ctx, element, &message.src);
            }
            ctx.reply(message, "gossip_ok", ());
            self.flush(ctx);
        }
        Ok(())
    }

    fn answered(&mut self, ctx: &mut Context, call: u64, _reply: &Message) {
        self.outbox.answered(call);
        self.flush(ctx);
    }

    fn timer(&mut self, ctx: &mut Context, name: &'static str) {
        if name == NO_TOPOLOGY {
            self.set_topology(ctx, everybody(ctx));
        }
        self.flush(ctx);
    }
}
