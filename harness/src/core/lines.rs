//! Lines that nodes write: parsed once, addressed, and everything that can be wrong with them.

use std::sync::Arc;

use protocol::{BodyHead, Envelope, EnvelopeError, RawValue};
use serde_json::Number;
use workloads::event::MessageStep;
use workloads::problem::Problem;

use super::Core;
use super::recorder::{Details, Message};

/// Whom an address means.
enum Address {
    Node(usize),
    Client(usize),
    Admin,
    Nobody,
}

/// What `in_reply_to` says.
enum InReplyTo {
    Missing,
    Number(u64),
    Unusable,
}

/// So many bytes of a line are quoted at most.
const QUOTE_BYTES: usize = 160;

/// A line as it is quoted in messages: shortened, and readable whatever bytes it has.
pub(super) fn quote(line: &[u8]) -> String {
    let shown = &line[..line.len().min(QUOTE_BYTES)];
    let text = String::from_utf8_lossy(shown).replace(|c: char| c.is_control(), "\u{fffd}");
    match line.len() {
        length if length > shown.len() => format!("`{text}...` ({length} bytes)"),
        _ => format!("`{text}`"),
    }
}

impl Core<'_> {
    /// Takes a line that a node wrote.
    pub(super) fn line(&mut self, from: usize, line: &[u8]) {
        let line = self.without_byte_order_mark(from, line);
        if line.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        self.nodes[from].note_line(line);
        self.watch_storm(from, line);
        match Envelope::parse(line) {
            Ok(envelope) => self.envelope(from, &envelope),
            Err(error) => self.bad_line(from, line, &error),
        }
    }

    /// Some languages begin their output with such a mark; it is no reason to lose a message.
    fn without_byte_order_mark<'l>(&mut self, from: usize, line: &'l [u8]) -> &'l [u8] {
        let Some(rest) = line.strip_prefix("\u{feff}".as_bytes()) else {
            return line;
        };
        let id = &self.nodes[from].id;
        let what = format!("{id} wrote a byte order mark before {}.", quote(rest));
        self.problem(from, Problem::ByteOrderMark, what, Details::default());
        rest
    }

    fn envelope(&mut self, from: usize, envelope: &Envelope<'_>) {
        let body: Arc<RawValue> = Arc::from(envelope.body.to_owned());
        let src = self.shared_address(&envelope.src);
        let dest = self.shared_address(&envelope.dest);
        if *envelope.src != *self.nodes[from].id {
            self.foreign_source(from, envelope);
        }
        match self.address(&envelope.dest) {
            Address::Node(to) => {
                let message = self.recorder.message(&src, &dest, body, from != to);
                self.route(from, to, &message);
            }
            Address::Client(slot) => {
                let message = self.recorder.message(&src, &dest, body, false);
                self.record_message(MessageStep::Send, &message, None);
                self.record_message(MessageStep::Deliver, &message, None);
                if let Some(msg_id) = self.in_reply_to(from, &message) {
                    self.client_reply(slot, from, &message, msg_id);
                }
            }
            Address::Admin => {
                let message = self.recorder.message(&src, &dest, body, false);
                self.record_message(MessageStep::Send, &message, None);
                self.record_message(MessageStep::Deliver, &message, None);
                let msg_id = self.in_reply_to(from, &message);
                self.admin_reply(from, &message, msg_id);
            }
            Address::Nobody => {
                let message = self.recorder.message(&src, &dest, body, false);
                self.record_message(MessageStep::Send, &message, None);
                self.record_drop(&message, "there is nobody of this name");
                self.unknown_destination(from, &message);
            }
        }
    }

    fn address(&self, id: &str) -> Address {
        let index = |digits: &str| digits.parse::<usize>().ok().filter(|_| is_plain(digits));
        if let Some(slot) = id.strip_prefix('c').and_then(index) {
            return match slot {
                0 => Address::Admin,
                s if s <= self.clients.len() => Address::Client(s - 1),
                _ => Address::Nobody,
            };
        }
        match id.strip_prefix('n').and_then(index) {
            Some(node) if node < self.nodes.len() => Address::Node(node),
            _ => Address::Nobody,
        }
    }

    /// The id as a shared string; without allocation for nodes and clients.
    fn shared_address(&self, id: &str) -> Arc<str> {
        match self.address(id) {
            Address::Node(node) => self.node_id(node),
            Address::Client(slot) => Arc::clone(&self.clients[slot].id),
            Address::Admin | Address::Nobody => id.into(),
        }
    }

    fn bad_line(&mut self, from: usize, line: &[u8], error: &EnvelopeError) {
        let problem = match error {
            _ if self.plan.options.lenient => Problem::StdoutLog,
            EnvelopeError::NotUtf8(_) => Problem::NotUtf8,
            EnvelopeError::NotJson(_) => Problem::NotJson,
            EnvelopeError::NotObject(_) | EnvelopeError::Field { .. } => Problem::BadEnvelope,
        };
        let id = &self.nodes[from].id;
        let what = format!(
            "{id} wrote a line that is no message ({error}): {}.",
            quote(line)
        );
        let details = Details {
            hint: usual_mistake(line, error).map(str::to_owned),
            ..Details::default()
        };
        self.problem(from, problem, what, details);
    }

    pub(super) fn line_too_long(&mut self, from: usize, prefix: &[u8], limit: usize) {
        let id = &self.nodes[from].id;
        let what = format!(
            "{id} wrote a line of more than {limit} bytes, which was dropped; it begins with {}.",
            quote(&prefix[..prefix.len().min(QUOTE_BYTES)])
        );
        self.problem(from, Problem::LineTooLong, what, Details::default());
    }

    pub(super) fn half_line(&mut self, from: usize, half: &[u8]) {
        let node = &self.nodes[from];
        // Whoever is killed may be killed in the middle of a line.
        if node.unreachable_because().is_some() {
            return;
        }
        let what = format!(
            "{} ended in the middle of a line: {}.",
            node.id,
            quote(half)
        );
        self.problem(from, Problem::HalfLine, what, Details::default());
    }

    /// The sender names itself wrongly. Passing on a client's request in the client's name is
    /// common and right, so only a name that nobody has is a violation.
    fn foreign_source(&mut self, from: usize, envelope: &Envelope<'_>) {
        let problem = match self.address(&envelope.src) {
            Address::Nobody => Problem::UnknownSource,
            Address::Client(_) => return,
            Address::Node(_) | Address::Admin => Problem::ForeignSource,
        };
        let what = format!(
            "{} sent a message with src `{}`, which is not its id: {}.",
            self.nodes[from].id,
            envelope.src,
            quote(envelope.body.get().as_bytes())
        );
        self.problem(from, problem, what, Details::default());
    }

    fn unknown_destination(&mut self, from: usize, message: &Message) {
        let id = &self.nodes[from].id;
        let what = format!(
            "{id} sent a message to `{}`, and there is nobody of this name: {}.",
            message.dest,
            quote(message.body.get().as_bytes())
        );
        let services = ["lin-kv", "seq-kv", "lww-kv", "lin-tso"];
        let hint = services.contains(&&*message.dest).then(|| {
            "Splitbrain does not offer this service yet; the nodes must do without it.".to_owned()
        });
        let details = Details {
            hint,
            message: Some(message.id),
            ..Details::default()
        };
        self.problem(from, Problem::UnknownDestination, what, details);
    }

    /// The request that a message to a client answers; complains when it does not say so.
    fn in_reply_to(&mut self, from: usize, message: &Message) -> Option<u64> {
        let head = BodyHead::of(&message.body);
        let (problem, trouble) = match read_in_reply_to(head.in_reply_to) {
            InReplyTo::Number(msg_id) => return Some(msg_id),
            InReplyTo::Missing => (Problem::MissingInReplyTo, "without in_reply_to"),
            InReplyTo::Unusable => (Problem::BadInReplyTo, "whose in_reply_to is no msg_id"),
        };
        let what = format!(
            "{} sent {} a message {trouble}: {}.",
            self.nodes[from].id,
            message.dest,
            quote(message.body.get().as_bytes())
        );
        let details = Details {
            message: Some(message.id),
            ..Details::default()
        };
        self.problem(from, problem, what, details);
        None
    }
}

/// What was probably meant by a line that looks like a message.
fn usual_mistake(line: &[u8], error: &EnvelopeError) -> Option<&'static str> {
    let EnvelopeError::NotJson(error) = error else {
        return None;
    };
    if line.starts_with(b"{'") {
        Some("This is how Python prints a dict. Print json.dumps(...) of it.")
    } else if line.starts_with(b"{") && error.starts_with("trailing characters") {
        Some("Two messages on one line? Each needs a line of its own, with a newline at its end.")
    } else {
        None
    }
}

/// Whether digits are written as we write them: `7`, not `07` or `+7`.
fn is_plain(digits: &str) -> bool {
    digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'))
}

/// Reads `in_reply_to` by value: a language without integers may write 3.0.
fn read_in_reply_to(raw: Option<&RawValue>) -> InReplyTo {
    let Some(raw) = raw.filter(|r| r.get() != "null") else {
        return InReplyTo::Missing;
    };
    if let Ok(number) = raw.get().parse() {
        return InReplyTo::Number(number);
    }
    let whole = |n: &Number| {
        n.as_f64()
            .filter(|f| f.fract() == 0.0 && (0.0..9e15).contains(f))
    };
    match serde_json::from_str::<Number>(raw.get()) {
        Ok(number) => whole(&number).map_or(InReplyTo::Unusable, |f| InReplyTo::Number(f as u64)),
        Err(_) => InReplyTo::Unusable,
    }
}
