//! `echo`: sends back what it was sent.

use protocol::RawValue;
use serde::{Deserialize, Serialize};

use crate::zoo::{Flaw, Flaws};
use crate::{Context, Failure, Handled, Message, Node};

/// The node; only a broken one remembers anything.
pub(super) struct Echo {
    flaws: Flaws,
    previous: Option<Box<RawValue>>,
}

impl Echo {
    pub(super) fn new(flaws: Flaws) -> Self {
        Self {
            flaws,
            previous: None,
        }
    }
}

/// The field that request and reply share.
#[derive(Serialize, Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    echo: &'a RawValue,
}

impl Node for Echo {
    fn handle(&mut self, ctx: &mut Context, message: &Message) -> Handled {
        if message.kind != "echo" {
            return Err(Failure::not_supported(&message.kind));
        }
        let Body { echo } = message.body()?;
        if self.flaws.has(Flaw::EchoPrevious) {
            let previous = self.previous.replace(echo.to_owned());
            ctx.reply(
                message,
                "echo_ok",
                Body {
                    echo: previous.as_deref().unwrap_or(echo),
                },
            );
            return Ok(());
        }
        ctx.reply(message, "echo_ok", Body { echo });
        Ok(())
    }
}
