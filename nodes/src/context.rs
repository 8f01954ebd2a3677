//! What a node may do: send, reply, call, set timers, remember, log, draw random numbers.

use std::collections::BTreeMap;

use protocol::RawValue;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::calls::Calls;
use crate::{Failure, Message, Outputs};

/// The line in storage that marks one life of a node. Records are JSON, so none can look like it.
pub(crate) const LIFE: &str = "life";

/// A node's window to the world. It collects; whoever runs the node carries out.
///
/// Bodies are anything that serialises to a JSON object; `()` is a body without further fields.
#[derive(Debug)]
pub struct Context {
    pub(crate) node_id: String,
    pub(crate) node_ids: Vec<String>,
    pub(crate) now_ns: u64,
    pub(crate) wall_offset_ns: i64,
    pub(crate) out: Outputs,
    pub(crate) timers: BTreeMap<&'static str, u64>,
    pub(crate) calls: Calls,
    rng: ChaCha8Rng,
    replies: u64,
    lives_before: u64,
    life: Option<u64>,
    last_call: u64,
}

impl Context {
    pub(crate) fn new(seed: u64, wall_offset_ns: i64, lives_before: u64) -> Self {
        Self {
            node_id: String::new(),
            node_ids: Vec::new(),
            now_ns: 0,
            wall_offset_ns,
            out: Outputs::default(),
            timers: BTreeMap::new(),
            calls: Calls::default(),
            rng: ChaCha8Rng::seed_from_u64(seed),
            replies: 0,
            lives_before,
            life: None,
            last_call: 0,
        }
    }

    /// This node's id; empty before `init`.
    #[must_use]
    pub fn node_id(&self) -> &str {
        &self.node_id
    }

    /// The ids of all other nodes.
    pub fn peers(&self) -> impl Iterator<Item = &str> {
        let others = self.node_ids.iter().filter(|id| **id != self.node_id);
        others.map(String::as_str)
    }

    /// Time that never runs backwards, counted from some moment before the start.
    #[must_use]
    pub fn now_ns(&self) -> u64 {
        self.now_ns
    }

    /// What the clock on the wall shows, since 1970. It may jump.
    #[must_use]
    pub fn wall_ns(&self) -> u64 {
        self.now_ns.saturating_add_signed(self.wall_offset_ns)
    }

    /// The node's stream of random numbers.
    pub fn rng(&mut self) -> &mut ChaCha8Rng {
        &mut self.rng
    }

    /// Which life of this node this is, from 1: no other life has the same number. The first use
    /// is remembered in storage; a life that never asks does not count.
    pub fn life(&mut self) -> u64 {
        if let Some(life) = self.life {
            return life;
        }
        self.out.stored.extend_from_slice(LIFE.as_bytes());
        self.out.stored.push(b'\n');
        *self.life.insert(self.lives_before + 1)
    }

    /// Appends a record to storage; [`Node::recover`](crate::Node::recover) gets it back in later
    /// lives. It is durable before anything sent in this step leaves the node.
    pub fn store(&mut self, record: &impl Serialize) {
        // Writing into memory cannot fail, and records have no keys that JSON does not know.
        let _ = serde_json::to_writer(&mut self.out.stored, record);
        self.out.stored.push(b'\n');
    }

    /// Writes a line to stderr.
    pub fn log(&mut self, text: &str) {
        self.out.stderr.extend_from_slice(text.as_bytes());
        self.out.stderr.push(b'\n');
    }

    /// Asks for [`Node::timer`](crate::Node::timer) with this name after some time. There is one
    /// timer of each name; setting it again moves it.
    pub fn set_timer(&mut self, name: &'static str, after_ns: u64) {
        self.timers.insert(name, self.now_ns + after_ns);
    }

    /// Forgets a timer.
    pub fn cancel_timer(&mut self, name: &'static str) {
        self.timers.remove(name);
    }

    /// Sends a message that nobody needs to answer.
    pub fn send(&mut self, dest: &str, kind: &str, body: impl Serialize) {
        let head = Head {
            kind,
            msg_id: None,
            in_reply_to: None,
        };
        write_line(&mut self.out.stdout, &self.node_id, dest, &head, &body);
    }

    /// Answers a request. Requests without a `msg_id` are not answered.
    pub fn reply(&mut self, request: &Message, kind: &str, body: impl Serialize) {
        let Some(msg_id) = request.msg_id else { return };
        let head = Head {
            kind,
            msg_id: Some(self.replies),
            in_reply_to: Some(msg_id),
        };
        self.replies += 1;
        // Before init the node knows itself only by the address on the envelope.
        let src = match self.node_id.as_str() {
            "" => &request.dest,
            id => id,
        };
        write_line(&mut self.out.stdout, src, &request.src, &head, &body);
    }

    /// Answers a request with an error.
    pub fn reply_error(&mut self, request: &Message, failure: &Failure) {
        #[derive(Serialize)]
        struct Body<'a> {
            code: i64,
            text: &'a str,
        }
        let Failure { code, text } = failure;
        self.reply(request, "error", Body { code: *code, text });
    }

    /// Calls a peer: the message is sent now, and again every `retry_ns` until the peer answers
    /// with something else than an error, through lost, repeated and reordered messages and
    /// restarts of the peer. The peer may thus get it several times, also after it answered.
    /// Returns the call's id, which [`Node::answered`](crate::Node::answered) gets exactly once.
    pub fn call(&mut self, dest: &str, kind: &str, body: impl Serialize, retry_ns: u64) -> u64 {
        // An answer to a call of an earlier life must not pass for an answer to one of this life.
        self.last_call = self.last_call.max(self.life() << 32) + 1;
        let head = Head {
            kind,
            msg_id: Some(self.last_call),
            in_reply_to: None,
        };
        let mut line = Vec::new();
        write_line(&mut line, &self.node_id, dest, &head, &body);
        self.out.stdout.extend_from_slice(&line);
        self.calls
            .add(self.last_call, dest, line, self.now_ns, retry_ns);
        self.last_call
    }

    /// Stops repeating a call; an answer that is still on its way goes nowhere.
    pub fn cancel_call(&mut self, call: u64) {
        self.calls.cancel(call);
    }
}

/// The fields that come first in a body.
struct Head<'a> {
    kind: &'a str,
    msg_id: Option<u64>,
    in_reply_to: Option<&'a RawValue>,
}

/// Writes a whole line: envelope, head, the body's own fields. None of it can fail, because it goes
/// into memory.
fn write_line(out: &mut Vec<u8>, src: &str, dest: &str, head: &Head, body: &impl Serialize) {
    let json = |out: &mut Vec<u8>, label: &str, text: &str| {
        out.extend_from_slice(label.as_bytes());
        let _ = serde_json::to_writer(out, text);
    };
    json(out, "{\"src\":", src);
    json(out, ",\"dest\":", dest);
    json(out, ",\"body\":{\"type\":", head.kind);
    if let Some(id) = head.msg_id {
        out.extend_from_slice(b",\"msg_id\":");
        out.extend_from_slice(id.to_string().as_bytes());
    }
    if let Some(id) = head.in_reply_to {
        out.extend_from_slice(b",\"in_reply_to\":");
        out.extend_from_slice(id.get().as_bytes());
    }
    let fields = out.len();
    let _ = serde_json::to_writer(&mut *out, body);
    match &out[fields..] {
        // The body's opening brace becomes the comma after the head.
        [b'{', b'"', ..] => out[fields] = b',',
        _ => {
            out.truncate(fields);
            out.push(b'}');
        }
    }
    out.extend_from_slice(b"}\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn context() -> Context {
        let mut ctx = Context::new(1, 0, 0);
        ctx.node_id = "n0".to_owned();
        ctx
    }

    fn stdout(ctx: &Context) -> &str {
        std::str::from_utf8(&ctx.out.stdout).expect("UTF-8")
    }

    #[test]
    fn a_reply_repeats_the_number_as_it_was_written() {
        let mut ctx = context();
        let line = br#"{"src":"c1","dest":"n0","body":{"type":"read","msg_id":1.50}}"#;
        let request = Message::parse(line).expect("well-formed");
        ctx.reply(&request, "read_ok", json!({"value": 3}));
        ctx.reply(&request, "read_ok", ());
        assert_eq!(
            stdout(&ctx),
            concat!(
                r#"{"src":"n0","dest":"c1","body":{"type":"read_ok","msg_id":0,"in_reply_to":1.50,"value":3}}"#,
                "\n",
                r#"{"src":"n0","dest":"c1","body":{"type":"read_ok","msg_id":1,"in_reply_to":1.50}}"#,
                "\n"
            )
        );
    }

    #[test]
    fn calls_of_two_lives_never_share_an_id() {
        let mut first = context();
        let (a, b) = (
            first.call("n1", "x", (), 1_000),
            first.call("n1", "x", (), 1_000),
        );
        assert_eq!(first.out.stored, b"life\n");
        let mut second = Context::new(1, 0, 1);
        let c = second.call("n1", "x", (), 1_000);
        assert!(a != b && a != c && b != c, "{a} {b} {c}");
    }

    #[test]
    fn the_wall_clock_is_the_clock_with_an_offset() {
        let mut ctx = Context::new(1, 1_700_000_000_000_000_000, 0);
        ctx.now_ns = 5;
        assert_eq!(ctx.wall_ns(), 1_700_000_000_000_000_005);
    }
}
