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
    /// Starts a node. [`build`](crate::build) does this with a reference node.
    #[must_use]
    pub fn new(mut node: Box<dyn Node>, setup: Setup) -> Self {
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
            // An error is no answer to a call: a peer that has not been initialised yet sends one.
            if message.kind != "error" && self.ctx.calls.answer(call, &message.src) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Calls n1 when a client says `go`, and tells the client when n1 answered.
    #[derive(Default)]
    struct Caller {
        lives: usize,
    }

    impl Node for Caller {
        fn recover(&mut self, record: &str) {
            assert_eq!(record, r#""gone""#);
            self.lives += 1;
        }

        fn handle(&mut self, ctx: &mut Context, message: &Message) -> crate::Handled {
            if message.kind != "go" {
                return Err(Failure::not_supported(&message.kind));
            }
            ctx.store(&"gone");
            ctx.call("n1", "hello", json!({"lives": self.lives}), 100);
            ctx.set_timer("tick", 30);
            Ok(())
        }

        fn answered(&mut self, ctx: &mut Context, call: u64, _reply: &Message) {
            ctx.send("c1", "told", json!({"call": call}));
        }

        fn timer(&mut self, ctx: &mut Context, name: &'static str) {
            ctx.send("c1", name, ());
        }
    }

    fn start(storage: &[u8]) -> Instance {
        let setup = Setup {
            storage,
            ..Setup::default()
        };
        let mut instance = Instance::new(Box::new(Caller::default()), setup);
        let ids = json!({"type": "init", "msg_id": 1, "node_id": "n0", "node_ids": ["n0", "n1"]});
        assert_eq!(hear(&mut instance, 0, "c0", &ids).lines().count(), 1);
        instance
    }

    fn hear(instance: &mut Instance, now_ns: u64, src: &str, body: &serde_json::Value) -> Outputs {
        let line = json!({"src": src, "dest": "n0", "body": body}).to_string();
        instance.on_line(now_ns, line.as_bytes())
    }

    fn said(outputs: &Outputs) -> String {
        String::from_utf8(outputs.stdout.clone()).expect("UTF-8")
    }

    #[test]
    fn calls_and_timers_run_by_the_clock_they_are_given() {
        let mut instance = start(b"");
        assert_eq!(instance.next_deadline_ns(), None);
        let first = said(&hear(&mut instance, 10, "c1", &json!({"type": "go"})));
        assert_eq!(instance.next_deadline_ns(), Some(40));
        assert!(said(&instance.on_timer(40)).contains("tick"));
        assert_eq!(instance.next_deadline_ns(), Some(110));
        assert_eq!(said(&instance.on_timer(109)), "");
        assert_eq!(said(&instance.on_timer(110)), first);

        let id = (1_u64 << 32) + 1;
        let error = json!({"type": "error", "in_reply_to": id, "code": 11});
        assert_eq!(said(&hear(&mut instance, 120, "n1", &error)), "");
        let answer = json!({"type": "hello_ok", "in_reply_to": id});
        assert!(said(&hear(&mut instance, 120, "n1", &answer)).contains("told"));
        assert_eq!(said(&hear(&mut instance, 120, "n1", &answer)), "");
        assert_eq!(instance.next_deadline_ns(), None);
    }

    #[test]
    fn a_new_life_begins_with_what_was_stored() {
        let mut instance = start(b"\"gone\"\nlife\n\"gone\"\n\"torn");
        let outputs = hear(&mut instance, 0, "c1", &json!({"type": "go"}));
        assert_eq!(outputs.stored, b"\"gone\"\nlife\n");
        let said = said(&outputs);
        let id = (2_u64 << 32) + 1;
        assert!(
            said.contains(r#""lives":2"#) && said.contains(&format!(r#""msg_id":{id}"#)),
            "{said}"
        );
    }

    #[test]
    fn lines_that_are_no_messages_are_logged_and_unknown_requests_refused() {
        let mut instance = start(b"");
        let outputs = instance.on_line(0, b"hello\n");
        assert!(outputs.stdout.is_empty());
        assert!(
            outputs
                .stderr
                .starts_with(b"A line on stdin was ignored: not JSON")
        );
        assert!(instance.on_line(0, b"\n").stderr.is_empty());
        let refused = hear(
            &mut instance,
            0,
            "c1",
            &json!({"type": "stop", "msg_id": 2}),
        );
        assert!(said(&refused).contains(r#""code":10"#));
        let ignored = hear(
            &mut instance,
            0,
            "n1",
            &json!({"type": "stop", "msg_id": 2}),
        );
        assert_eq!(said(&ignored), "");
    }
}
