//! `unique-ids`: ids that nobody gets twice, on any node, before or after any restart.

use rand::RngExt;
use serde_json::json;

use crate::zoo::{Flaw, Flaws};
use crate::{Context, Failure, Handled, Message, Node};

/// An id names the node, which life of the node it is, and how many ids this life gave out. Only
/// the number of lives is stored, once a life.
pub(super) struct UniqueIds {
    flaws: Flaws,
    given: u64,
}

impl UniqueIds {
    pub(super) fn new(flaws: Flaws) -> Self {
        Self { flaws, given: 0 }
    }

    fn next(&mut self, ctx: &mut Context) -> String {
        self.given += 1;
        let given = self.given;
        match self.flaws.0 {
            Some(Flaw::IdWithoutNode) => format!("{}-{given}", ctx.life()),
            Some(Flaw::IdWithoutLife) => format!("{}-{given}", ctx.node_id()),
            Some(Flaw::IdIsTime) => format!("{}", ctx.wall_ns() / 1_000_000),
            Some(Flaw::IdIsRandom) => format!("{:04}", ctx.rng().random_range(0..10_000)),
            _ => format!("{}-{}-{given}", ctx.node_id().to_owned(), ctx.life()),
        }
    }
}

impl Node for UniqueIds {
    fn handle(&mut self, ctx: &mut Context, message: &Message) -> Handled {
        if message.kind != "generate" {
            return Err(Failure::not_supported(&message.kind));
        }
        let id = self.next(ctx);
        ctx.reply(message, "generate_ok", json!({ "id": id }));
        Ok(())
    }
}
