//! `echo`: sends back what it was sent.

use protocol::RawValue;
use serde::{Deserialize, Serialize};

use crate::zoo::{Flaw, Flaws};
use crate::{Context, Failure, Handled, Message, Node};

/// The node; only a broken one remembers anything.
pub(super) struct Echo {
    flaws: Flaws,
    previous: Option<Box<RawValue>>,
    requests: u64,
}

/// The field that request and reply share, byte for byte.
#[derive(Serialize, Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    echo: &'a RawValue,
}

impl Echo {
    pub(super) fn new(flaws: Flaws) -> Self {
        Self {
            flaws,
            previous: None,
            requests: 0,
        }
    }

    /// What a broken node answers; none when it does not answer.
    fn mangled(&mut self, echo: &RawValue) -> Option<Box<RawValue>> {
        self.requests += 1;
        let echo = match self.flaws.0 {
            Some(Flaw::EchoesPrevious) => {
                let previous = self.previous.replace(echo.to_owned());
                return previous.or_else(|| Some(echo.to_owned()));
            }
            Some(Flaw::CutsText) => cut(echo),
            Some(Flaw::SkipsEveryTenth) if self.requests.is_multiple_of(10) => return None,
            _ => None,
        }
        .unwrap_or_else(|| echo.to_owned());
        Some(echo)
    }
}

/// The first eight characters of a text.
fn cut(echo: &RawValue) -> Option<Box<RawValue>> {
    let text: String = serde_json::from_str(echo.get()).ok()?;
    let short: String = text.chars().take(8).collect();
    serde_json::value::to_raw_value(&short).ok()
}

impl Node for Echo {
    fn handle(&mut self, ctx: &mut Context, message: &Message) -> Handled {
        if message.kind != "echo" {
            return Err(Failure::not_supported(&message.kind));
        }
        let Body { echo } = message.body()?;
        if self.flaws.0.is_none() {
            ctx.reply(message, "echo_ok", Body { echo });
        } else if let Some(echo) = self.mangled(echo) {
            ctx.reply(message, "echo_ok", Body { echo: &echo });
        }
        Ok(())
    }
}
