//! `lww-kv`: keys and values, where the write with the greatest timestamp wins.

use std::collections::BTreeMap;

use protocol::number;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value, json};

use super::timestamp;
use crate::element::by_text;
use crate::outbox::Outbox;
use crate::zoo::{Flaw, Flaws};
use crate::{Context, Failure, Handled, Message, Node};

/// Nodes tell each other the entries that clients gave them. Of two entries for a key the one with
/// the greater timestamp stays; if these are equal, the one whose value is the greater text. So all
/// nodes end with the same entry, in whatever order they hear of them.
pub(super) struct LwwKv {
    flaws: Flaws,
    entries: BTreeMap<String, Entry>,
    outbox: Outbox<String>,
}

/// A value and the time at which it was written, in seconds, exactly as it was given.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    value: Value,
    ts: Number,
}

impl Entry {
    fn beats(&self, other: &Self, flaws: Flaws) -> bool {
        let order = number::compare(&self.ts, &other.ts);
        match flaws.0 {
            Some(Flaw::FirstArrivalStays) => false,
            Some(Flaw::LastArrivalWins) => true,
            Some(Flaw::TieKeepsMine) => order.is_gt(),
            _ => order
                .then_with(|| by_text(&self.value, &other.value))
                .is_gt(),
        }
    }
}

/// What nodes tell each other, what `kv_merge` brings, and what is stored.
#[derive(Serialize, Deserialize)]
struct Entries {
    entries: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Write {
    key: String,
    value: Value,
}

#[derive(Deserialize)]
struct Read {
    key: String,
}

impl LwwKv {
    pub(super) fn new(flaws: Flaws) -> Self {
        Self {
            flaws,
            entries: BTreeMap::new(),
            outbox: Outbox::new(flaws),
        }
    }

    /// Stamps a write so that it wins over whatever this node knows, even if that is from a clock
    /// that is ahead.
    fn write(&mut self, ctx: &mut Context, key: &str, value: Value) -> Result<Number, Failure> {
        let known = match self.flaws.has(Flaw::TrustsClock) {
            true => None,
            false => self.entries.get(key).map(|entry| &entry.ts),
        };
        let ts = timestamp::after(known, ctx.wall_ns())
            .ok_or_else(|| Failure::abort("No timestamp is greater than the one of this key"))?;
        let entry = Entry {
            value,
            ts: ts.clone(),
        };
        self.keep(ctx, key, entry);
        self.outbox.push(&key.to_owned());
        Ok(ts)
    }

    /// Takes over the entries that beat the known ones; returns their keys.
    fn merge(&mut self, ctx: &mut Context, news: Entries) -> Vec<String> {
        let mut updated = Vec::new();
        for (key, mut entry) in news.entries {
            if self.flaws.has(Flaw::StampsMerges) {
                entry.ts = timestamp::at(ctx.wall_ns());
            }
            let known = self.entries.get(&key);
            if known.is_none_or(|known| entry.beats(known, self.flaws)) {
                self.keep(ctx, &key, entry);
                updated.push(key);
            }
        }
        updated
    }

    fn keep(&mut self, ctx: &mut Context, key: &str, entry: Entry) {
        let record = Entries {
            entries: BTreeMap::from([(key.to_owned(), entry.clone())]),
        };
        ctx.store(&record);
        self.entries.insert(key.to_owned(), entry);
    }

    fn flush(&mut self, ctx: &mut Context) {
        let Self {
            entries, outbox, ..
        } = self;
        outbox.flush(ctx, "gossip", |keys| Entries {
            entries: keys
                .iter()
                .filter_map(|key| Some((key.clone(), entries.get(key)?.clone())))
                .collect(),
        });
    }
}

impl Node for LwwKv {
    fn recover(&mut self, record: &str) {
        // Records were written in the order in which entries were taken over: the last one stands.
        if let Ok(record) = serde_json::from_str::<Entries>(record) {
            self.entries.extend(record.entries);
        }
    }

    fn start(&mut self, ctx: &mut Context) {
        let peers: Vec<_> = ctx.peers().map(str::to_owned).collect();
        let backlog: Vec<_> = self.entries.keys().cloned().collect();
        self.outbox.set_peers(ctx, &peers, &backlog);
        self.flush(ctx);
    }

    fn handle(&mut self, ctx: &mut Context, message: &Message) -> Handled {
        match &*message.kind {
            "write" => {
                let Write { key, value } = message.body()?;
                let ts = self.write(ctx, &key, value)?;
                ctx.reply(message, "write_ok", json!({ "ts": ts }));
                self.flush(ctx);
            }
            "kv_read" => {
                let Read { key } = message.body()?;
                let body = match self.entries.get(&key) {
                    Some(Entry { value, ts }) => json!({"key": key, "value": value, "ts": ts}),
                    None if self.flaws.has(Flaw::MissingIsNull) => {
                        json!({"key": key, "value": null, "ts": 0})
                    }
                    None => return Err(Failure::no_such_key()),
                };
                ctx.reply(message, "kv_read_ok", body);
            }
            "kv_merge" => {
                let news: Entries = message.body()?;
                let offered = news.entries.len();
                let updated = self.merge(ctx, news);
                for key in &updated {
                    self.outbox.push(key);
                }
                let count = match self.flaws.has(Flaw::CountsOffered) {
                    true => offered,
                    false => updated.len(),
                };
                ctx.reply(message, "kv_merge_ok", json!({ "updated": count }));
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
