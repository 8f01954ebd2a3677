//! `anti-entropy`: a set that nodes compare by a digest before they send it.

use std::collections::BTreeSet;

use rand::RngExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::element::Element;
use crate::zoo::{Flaw, Flaws};
use crate::{Context, Failure, Handled, Message, Node};

/// How often a node offers its digest to one peer, drawn by chance.
const OFFER_NS: u64 = 200_000_000;
const OFFER: &str = "offer";

/// Nodes offer digests; who gets one that differs sends all it has, and gets back what it lacks.
/// Nothing is acknowledged between nodes: what is lost is offered again.
pub(super) struct AntiEntropy {
    flaws: Flaws,
    set: BTreeSet<Element>,
    arrivals: Vec<Element>,
    offered: usize,
}

#[derive(Deserialize)]
struct One {
    message: Element,
}

#[derive(Deserialize)]
struct Sync {
    remote_digest: Value,
    #[serde(default)]
    remote_messages: Option<BTreeSet<Element>>,
}

#[derive(Deserialize)]
struct Offer {
    digest: String,
}

/// Between nodes: elements, and whether the sender wants what it lacks in return.
#[derive(Serialize, Deserialize)]
struct State {
    messages: BTreeSet<Element>,
    wanted: bool,
}

impl AntiEntropy {
    pub(super) fn new(flaws: Flaws) -> Self {
        Self {
            flaws,
            set: BTreeSet::new(),
            arrivals: Vec::new(),
            offered: 0,
        }
    }

    /// A hash over the elements in ascending order, so that the order of arrival does not matter.
    fn digest(&self) -> String {
        let hash = match self.flaws.0 {
            Some(Flaw::DigestOfOrder) => hash(&self.arrivals),
            Some(Flaw::DigestOfCount) => self.set.len() as u64,
            _ => hash(&self.set),
        };
        format!("{hash:016x}")
    }

    fn accept(&mut self, ctx: &mut Context, element: Element) {
        self.offered += 1;
        if !self.set.contains(&element) {
            ctx.store(&element);
            self.insert(element);
        }
    }

    fn insert(&mut self, element: Element) {
        if self.flaws.has(Flaw::DigestOfOrder) {
            self.arrivals.push(element.clone());
        }
        self.set.insert(element);
    }

    /// A client's sync. A `remote_messages` of null is an empty one: the other side told nothing.
    fn sync(&mut self, ctx: &mut Context, sync: Sync) -> Value {
        let remote = sync.remote_messages.unwrap_or_default();
        let same = sync.remote_digest.as_str() == Some(&self.digest());
        if same || self.flaws.has(Flaw::AlwaysMatches) {
            return json!({"match": true, "transferred": 0});
        }
        let transferred = match self.flaws.has(Flaw::CountsReceived) {
            true => remote.difference(&self.set).count(),
            false => self.set.difference(&remote).count(),
        };
        if !self.flaws.has(Flaw::OneWaySync) {
            for element in remote {
                self.accept(ctx, element);
            }
        }
        json!({"match": false, "transferred": transferred, "local_messages": self.set})
    }

    fn offer(&self, ctx: &mut Context) {
        let peers: Vec<_> = ctx.peers().map(str::to_owned).collect();
        if !peers.is_empty() && !self.flaws.has(Flaw::NoGossip) {
            let peer = &peers[ctx.rng().random_range(0..peers.len())];
            ctx.send(peer, OFFER, json!({"digest": self.digest()}));
        }
    }

    /// Takes over what a peer sent; returns what the peer lacks.
    fn exchange(&mut self, ctx: &mut Context, theirs: BTreeSet<Element>) -> BTreeSet<Element> {
        let lacking = self.set.difference(&theirs).cloned().collect();
        for element in theirs {
            self.accept(ctx, element);
        }
        lacking
    }
}

/// FNV-1a over the texts of the elements.
fn hash<'a>(elements: impl IntoIterator<Item = &'a Element>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for element in elements {
        for byte in element.0.to_string().bytes().chain([b'\n']) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

impl Node for AntiEntropy {
    fn recover(&mut self, record: &str) {
        if let Ok(element) = serde_json::from_str(record) {
            self.insert(element);
        }
    }

    fn start(&mut self, ctx: &mut Context) {
        if ctx.peers().next().is_some() {
            ctx.set_timer(OFFER, OFFER_NS);
        }
    }

    fn handle(&mut self, ctx: &mut Context, message: &Message) -> Handled {
        match &*message.kind {
            "broadcast" => {
                let One { message: element } = message.body()?;
                self.accept(ctx, element);
                ctx.reply(message, "broadcast_ok", ());
            }
            "read" => ctx.reply(message, "read_ok", json!({ "messages": self.set })),
            "digest" => {
                let count = match self.flaws.has(Flaw::CountsOffered) {
                    true => self.offered,
                    false => self.set.len(),
                };
                let body = json!({"digest": self.digest(), "count": count});
                ctx.reply(message, "digest_ok", body);
            }
            "digest_sync" => {
                let body = self.sync(ctx, message.body()?);
                ctx.reply(message, "digest_sync_ok", body);
            }
            other => return Err(Failure::not_supported(other)),
        }
        Ok(())
    }

    fn peer(&mut self, ctx: &mut Context, message: &Message) -> Handled {
        match &*message.kind {
            OFFER => {
                let Offer { digest } = message.body()?;
                if digest != self.digest() {
                    let messages = self.set.clone();
                    ctx.send(
                        &message.src,
                        "state",
                        State {
                            messages,
                            wanted: true,
                        },
                    );
                }
            }
            "state" => {
                let State { messages, wanted } = message.body()?;
                let lacking = self.exchange(ctx, messages);
                if wanted && !lacking.is_empty() {
                    let state = State {
                        messages: lacking,
                        wanted: false,
                    };
                    ctx.send(&message.src, "state", state);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn timer(&mut self, ctx: &mut Context, _name: &'static str) {
        self.offer(ctx);
        ctx.set_timer(OFFER, OFFER_NS);
    }
}
