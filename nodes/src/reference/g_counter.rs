//! `g-counter`: a counter that only grows, added to at every node.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::outbox::Outbox;
use crate::zoo::{Flaw, Flaws};
use crate::{Context, Failure, Handled, Message, Node};

/// Every node counts what was added at itself and tells the others its total. Totals only grow, so
/// the greater of two is the newer one, however late or often it arrives; the counter is their sum.
pub(super) struct GCounter {
    flaws: Flaws,
    totals: BTreeMap<String, u128>,
    outbox: Outbox<String>,
}

/// What nodes tell each other, and what they store.
#[derive(Serialize, Deserialize)]
struct Totals {
    totals: BTreeMap<String, u128>,
}

#[derive(Deserialize)]
struct Add {
    delta: u64,
}

#[derive(Serialize)]
struct Sum {
    value: u128,
}

impl GCounter {
    pub(super) fn new(flaws: Flaws) -> Self {
        Self {
            flaws,
            totals: BTreeMap::new(),
            outbox: Outbox::new(flaws),
        }
    }

    fn add(&mut self, ctx: &mut Context, delta: u64) {
        let owner = match self.flaws.has(Flaw::OneTotalForAll) {
            true => "all".to_owned(),
            false => ctx.node_id().to_owned(),
        };
        let total = self.totals.entry(owner.clone()).or_default();
        *total = total.saturating_add(u128::from(delta));
        ctx.store(&Totals {
            totals: BTreeMap::from([(owner.clone(), *total)]),
        });
        self.outbox.push(&owner);
    }

    /// Takes over what others counted; true when that was news.
    fn merge(&mut self, news: &Totals) -> bool {
        let mut changed = false;
        for (owner, theirs) in &news.totals {
            let ours = self.totals.entry(owner.clone()).or_default();
            let merged = match self.flaws.0 {
                Some(Flaw::LastTotalWins) => *theirs,
                Some(Flaw::AddsTotals) => ours.saturating_add(*theirs),
                _ => *theirs.max(ours),
            };
            changed |= merged != *ours;
            *ours = merged;
        }
        changed
    }

    fn flush(&mut self, ctx: &mut Context) {
        let Self { totals, outbox, .. } = self;
        outbox.flush(ctx, "gossip", |owners| Totals {
            totals: owners
                .iter()
                .filter_map(|owner| Some((owner.clone(), *totals.get(owner)?)))
                .collect(),
        });
    }
}

impl Node for GCounter {
    fn recover(&mut self, record: &str) {
        if let Ok(record) = serde_json::from_str::<Totals>(record) {
            for (owner, total) in record.totals {
                let known = self.totals.entry(owner).or_default();
                *known = total.max(*known);
            }
        }
    }

    fn start(&mut self, ctx: &mut Context) {
        let peers: Vec<_> = ctx.peers().map(str::to_owned).collect();
        let backlog: Vec<_> = self.totals.keys().cloned().collect();
        self.outbox.set_peers(ctx, &peers, &backlog);
        self.flush(ctx);
    }

    fn handle(&mut self, ctx: &mut Context, message: &Message) -> Handled {
        match &*message.kind {
            "add" => {
                let Add { delta } = message.body()?;
                self.add(ctx, delta);
                ctx.reply(message, "add_ok", ());
                self.flush(ctx);
            }
            "read" => {
                let value = self
                    .totals
                    .values()
                    .fold(0, |a: u128, b| a.saturating_add(*b));
                ctx.reply(message, "read_ok", Sum { value });
            }
            other => return Err(Failure::not_supported(other)),
        }
        Ok(())
    }

    fn peer(&mut self, ctx: &mut Context, message: &Message) -> Handled {
        if message.kind == "gossip" {
            let news: Totals = message.body()?;
            if self.merge(&news) {
                ctx.store(&news);
            }
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
