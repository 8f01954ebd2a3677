//! A node without a process: lines in, lines out, and time told from outside.

use serde::Deserialize;

use crate::context::{Context, LIFE};
use crate::{Failure, Message, Node};

/// What an instance needs from outside when it starts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Setup<'a> {
    /// Seed of the node's random stream.
    pub seed: u64,
    /// The wall clock minus the clock that [`Instance::on_line`] is told.
    pub wall_offset_ns: i64,
    /// All that earlier lives of this node stored ([`Outputs::stored`], one after the other);
    /// empty for a new node. A last line without its newline is ignored: it was torn.
    pub storage: &'a [u8],
}

/// What one step of a node did. `stored` must be safe before `stdout` leaves the node.
#[derive(Debug, Default)]
pub struct Outputs {
    /// To be appended to the node's storage.
    pub stored: Vec<u8>,
    /// Lines to the network, each with its newline.
    pub stdout: Vec<u8>,
    /// Lines for the log, each with its newline.
    pub stderr: Vec<u8>,
}

impl Outputs {
    /// The lines of `stdout` without their newlines.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.stdout.split_inclusive(|b| *b == b'\n').map(|line| {
            let end = line.len() - usize::from(line.ends_with(b"\n"));
            &line[..end]
        })
    }
}

/// A running node.
///
/// To kill it, drop it; to restart it, build a new one with everything that was stored.
pub struct Instance {
    node: Box<dyn Node>,
    ctx: Context,
}

impl Instance {
    pub(crate) fn new(mut node: Box<dyn Node>, setup: Setup) -> Self {
        let mut lives = 0;
        for record in records(setup.storage) {
            match record {
                LIFE => lives += 1,
                _ => node.recover(record),
            }
        }
        let ctx = Context::new(setup.seed, setup.wall_offset_ns, lives);
        Self { node, ctx }
    }

    /// Moves the wall clock.
    pub fn set_wall_offset_ns(&mut self, wall_offset_ns: i64) {
        self.ctx.wall_offset_ns = wall_offset_ns;
    }

    /// Gives the node a line of its stdin, with or without the newline. `now_ns` never decreases
    /// from step to step.
    pub fn on_line(&mut self, now_ns: u64, line: &[u8]) -> Outputs {
        self.ctx.now_ns = now_ns;
        match Message::parse(line.trim_ascii()) {
            Ok(message) => self.on_message(&message),
            Err(_) if line.trim_ascii().is_empty() => {}
            Err(e) => self.ctx.log(&format!("A line on stdin was ignored: {e}.")),
        }
        std::mem::take(&mut self.ctx.out)
    }

    /// When [`Instance::on_timer`] wants to be called; `None` while nothing is planned.
    #[must_use]
    pub fn next_deadline_ns(&self) -> Option<u64> {
        let timer = self.ctx.timers.values().min().copied();
        timer.into_iter().chain(self.ctx.calls.next_due_ns()).min()
    }

    /// Does everything that is due. Calling it too early or too often does nothing.
    pub fn on_timer(&mut self, now_ns: u64) -> Outputs {
        self.ctx.now_ns = now_ns;
        let timers = &self.ctx.timers;
        let mut due: Vec<_> = timers.iter().filter(|t| *t.1 <= now_ns).collect();
        due.sort_unstable_by_key(|t| (t.1, t.0));
        let due: Vec<_> = due.into_iter().map(|t| *t.0).collect();
        for name in due {
            self.ctx.timers.remove(name);
            self.node.timer(&mut self.ctx, name);
        }
        self.ctx.calls.repeat(now_ns, &mut self.ctx.out.stdout);
        std::mem::take(&mut self.ctx.out)
    }

    fn on_message(&mut self, message: &Message) {
        if message.kind == "init" {
            return self.on_init(message);
        }
        if let Some(call) = message.in_reply_to {
            if self.ctx.calls.answer(call, &message.src) {
                self.node.answered(&mut self.ctx, call, message);
            }
            return;
        }
        if self.ctx.node_ids.iter().any(|id| *id == message.src) {
            if let Err(failure) = self.node.peer(&mut self.ctx, message) {
                let Message { kind, src, .. } = message;
                let text = format!("A {kind} of {src} was ignored: {}", failure.text);
                self.ctx.log(&text);
            }
        } else if let Err(failure) = self.node.handle(&mut self.ctx, message) {
            self.ctx.reply_error(message, &failure);
        }
    }

    fn on_init(&mut self, message: &Message) {
        match self.learn_ids(message) {
            Err(failure) => self.ctx.reply_error(message, &failure),
            Ok(first) => {
                self.ctx.reply(message, "init_ok", ());
                if first {
                    self.node.start(&mut self.ctx);
                }
            }
        }
    }

    /// Learns who is who; false when that was known already.
    fn learn_ids(&mut self, message: &Message) -> Result<bool, Failure> {
        #[derive(Deserialize)]
        struct Init {
            node_id: String,
            node_ids: Vec<String>,
        }
        let Init { node_id, node_ids } = message.body()?;
        let first = self.ctx.node_id.is_empty();
        if first {
            self.ctx.node_id = node_id;
            self.ctx.node_ids = node_ids;
        }
        Ok(first)
    }
}

/// The whole lines of a storage; the torn one at the end, and lines that are not text, are dropped.
fn records(storage: &[u8]) -> impl Iterator<Item = &str> {
    storage
        .split_inclusive(|b| *b == b'\n')
        .filter_map(|line| std::str::from_utf8(line.strip_suffix(b"\n")?).ok())
}
