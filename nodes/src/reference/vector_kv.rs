//! `vector-kv`: keys and values with vector clocks; what is concurrent stays side by side.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::siblings::{Admission, Sibling, Siblings};
use crate::outbox::Outbox;
use crate::zoo::{Flaw, Flaws};
use crate::{Context, Failure, Handled, Message, Node};

/// Clients bring the clocks; nodes keep the values whose clocks nothing dominates and tell each
/// other what clients gave them. Putting a value again that is there already answers as if it had
/// just been stored.
pub(super) struct VectorKv {
    flaws: Flaws,
    keys: BTreeMap<String, Siblings>,
    outbox: Outbox<String>,
}

#[derive(Deserialize)]
struct Put {
    key: String,
    value: Value,
    clock: Vec<u64>,
}

#[derive(Deserialize)]
struct Get {
    key: String,
}

/// What nodes tell each other, and what is stored.
#[derive(Serialize, Deserialize)]
struct Entries {
    entries: BTreeMap<String, Siblings>,
}

impl VectorKv {
    pub(super) fn new(flaws: Flaws) -> Self {
        Self {
            flaws,
            keys: BTreeMap::new(),
            outbox: Outbox::new(flaws),
        }
    }

    fn put(&mut self, ctx: &mut Context, put: Put) -> Value {
        let key = put.key.clone();
        let admission = self.admit(ctx, put, self.flaws);
        let siblings = self.keys.get(&key).map_or(0, |s| s.0.len());
        match (admission, siblings) {
            (Admission::Stale, _) => json!({"status": "rejected"}),
            (_, 1) => json!({"status": "written"}),
            (_, n) if self.flaws.has(Flaw::CountsOthers) => {
                json!({"status": "conflict", "siblings": n - 1})
            }
            (_, n) => json!({"status": "conflict", "siblings": n}),
        }
    }

    /// Offers a client's value to the siblings of its key, stores it and passes it on.
    fn admit(&mut self, ctx: &mut Context, put: Put, flaws: Flaws) -> Admission {
        let Put { key, value, clock } = put;
        let sibling = Sibling { value, clock };
        let siblings = self.keys.entry(key.clone()).or_default();
        let admission = siblings.admit(sibling.clone(), flaws);
        if admission == Admission::New {
            store(ctx, &key, sibling);
            self.outbox.push(&key);
        }
        admission
    }

    fn merge(&mut self, ctx: &mut Context, news: Entries) {
        for (key, theirs) in news.entries {
            let ours = self.keys.entry(key.clone()).or_default();
            for sibling in theirs.0 {
                if ours.merge(sibling.clone(), self.flaws) {
                    store(ctx, &key, sibling);
                }
            }
        }
    }

    fn flush(&mut self, ctx: &mut Context) {
        let Self { keys, outbox, .. } = self;
        outbox.flush(ctx, "gossip", |batch| Entries {
            entries: batch
                .iter()
                .filter_map(|key| Some((key.clone(), keys.get(key)?.clone())))
                .collect(),
        });
    }
}

fn store(ctx: &mut Context, key: &str, sibling: Sibling) {
    ctx.store(&Entries {
        entries: BTreeMap::from([(key.to_owned(), Siblings(vec![sibling]))]),
    });
}

impl Node for VectorKv {
    fn recover(&mut self, record: &str) {
        let Ok(record) = serde_json::from_str::<Entries>(record) else {
            return;
        };
        for (key, stored) in record.entries {
            let siblings = self.keys.entry(key).or_default();
            for sibling in stored.0 {
                siblings.merge(sibling, self.flaws);
            }
        }
    }

    fn start(&mut self, ctx: &mut Context) {
        let peers: Vec<_> = ctx.peers().map(str::to_owned).collect();
        let backlog: Vec<_> = self.keys.keys().cloned().collect();
        self.outbox.set_peers(ctx, &peers, &backlog);
        self.flush(ctx);
    }

    fn handle(&mut self, ctx: &mut Context, message: &Message) -> Handled {
        match &*message.kind {
            "kv_put" => {
                let status = self.put(ctx, message.body()?);
                ctx.reply(message, "kv_put_ok", status);
                self.flush(ctx);
            }
            "kv_get" => {
                let Get { key } = message.body()?;
                let values = self.keys.get(&key).cloned().unwrap_or_default();
                ctx.reply(message, "kv_get_ok", json!({ "values": values }));
            }
            "kv_resolve" => {
                // Like a put. A clock that is dominated replaces nothing: what the client wanted
                // resolved was resolved by somebody who knew more.
                let flaws = match self.flaws.has(Flaw::ResolveKeeps) {
                    true => Flaws(Some(Flaw::KeepsDominated)),
                    false => self.flaws,
                };
                self.admit(ctx, message.body()?, flaws);
                ctx.reply(message, "kv_resolve_ok", json!({"status": "resolved"}));
                self.flush(ctx);
            }
            other => return Err(Failure::not_supported(other)),
        }
        Ok(())
    }

    fn peer(&mut self, ctx: &mut Context, message: &Message) -> Handled {
        if message.kind == "gossip" {
            let news: Entries = message.body()?;
            self.merge(ctx, news);
            ctx.reply(message, "gossip_ok", ());
        }
        Ok(())
    }

    fn answered(&mut self, ctx: &mut Context, call: u64, _reply: &Message) {
        self.outbox.answered(call);
        self.flush(ctx);
    }

    fn timer(&mut self, ctx: &mut Context, _name: &'static str) {
        self.flush(ctx);
    }
}
