//! What a node can do wrong on the wire, as data: the registry behind the `protocol`, `crash` and
//! `progress` checks and their documentation.

use serde::{Serialize, Serializer};

/// Which check judges a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judge {
    /// A violation of the wire protocol.
    Protocol,
    /// The node ended by itself or could not be started.
    Crash,
    /// The node does not answer.
    Progress,
    /// Worth saying, but no violation.
    Note,
}

/// One kind of problem.
#[derive(Debug, Clone, Copy)]
pub struct ProblemDef {
    /// Its name, which is also the anomaly's type.
    pub name: &'static str,
    /// Who judges it.
    pub judge: Judge,
    /// What it means.
    pub doc: &'static str,
    /// What a student can do about it.
    pub hint: &'static str,
}

macro_rules! problems {
    ($($variant:ident = $name:literal, $judge:ident, $doc:literal, $hint:literal;)+) => {
        /// A kind of problem that a node can cause.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Problem {
            $(#[doc = $doc] $variant,)+
        }

        impl Problem {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// What is known about this kind.
            #[must_use]
            pub fn def(self) -> &'static ProblemDef {
                match self {
                    $(Self::$variant => &ProblemDef {
                        name: $name, judge: Judge::$judge, doc: $doc, hint: $hint,
                    },)+
                }
            }
        }
    };
}

problems! {
    NotJson = "not-json", Protocol,
        "A line on stdout is not JSON.",
        "Only messages may go to stdout. Print logs to stderr, for example print(..., file=sys.stderr).";
    NotUtf8 = "not-utf8", Protocol,
        "A line on stdout is not valid UTF-8.",
        "Write text, encoded as UTF-8; binary data can be sent as base64 in a string.";
    BadEnvelope = "bad-envelope", Protocol,
        "A line on stdout is JSON, but not a message.",
        "A message is an object with the strings src and dest and the object body.";
    LineTooLong = "line-too-long", Protocol,
        "A line on stdout is longer than the limit and was dropped.",
        "Send what changed instead of everything, or split it over several messages.";
    HalfLine = "half-line", Protocol,
        "The node ended in the middle of a line.",
        "Write each message with its newline in one go, and flush before exiting.";
    UnknownSource = "unknown-source", Protocol,
        "A message says that it comes from somebody who does not exist.",
        "src is the node's own id: the node_id of init, not a fixed name.";
    ForeignSource = "foreign-source", Note,
        "A message says that it comes from somebody else; that is right only for a request of a client that is passed on.",
        "";
    UnknownDestination = "unknown-destination", Protocol,
        "A message is addressed to nobody in this run.",
        "Answer to the src of the request; send to peers by the ids in node_ids of init.";
    MissingInReplyTo = "missing-in-reply-to", Protocol,
        "A message to a client has no in_reply_to.",
        "Copy the request's msg_id into the answer's in_reply_to.";
    BadInReplyTo = "bad-in-reply-to", Protocol,
        "in_reply_to is not a number.",
        "in_reply_to is the request's msg_id as a number: 3, not \"3\".";
    ReplyToNobody = "reply-to-nobody", Protocol,
        "A client got an answer to a request that it never sent.",
        "in_reply_to must be the msg_id of the request that is answered, and dest its src.";
    MalformedReply = "malformed-reply", Protocol,
        "An answer lacks a field, has one of the wrong type, or is of the wrong type itself.",
        "Compare the answer with the one expected, field by field.";
    MessageStorm = "message-storm", Protocol,
        "Nodes write tens of thousands of lines within a second, and thousands for each operation. In virtual time the run ends there.",
        "The usual cause: what comes in is sent on to everybody, also what was seen already. Remember what you have seen, send on only what is new, and do not answer an answer.";
    LateReply = "late-reply", Note,
        "An answer came after the client had given up.",
        "";
    SecondReply = "second-reply", Note,
        "A request was answered more than once.",
        "";
    ByteOrderMark = "byte-order-mark", Note,
        "A line on stdout begins with a byte order mark, which was skipped.",
        "Write UTF-8 without it; in C#, new UTF8Encoding(false).";
    StdoutLog = "stdout-log", Note,
        "A line on stdout is no message and was skipped (--lenient).",
        "Print logs to stderr.";
    NotReading = "not-reading", Note,
        "The node does not read its stdin fast enough; messages to it were dropped.",
        "Read stdin in a loop of its own and do not block while handling a message.";
    StartFailed = "start-failed", Crash,
        "The program could not be started.",
        "";
    Exited = "exited", Crash,
        "The node ended although nobody had asked it to.",
        "Look at the last lines of its stderr below.";
    NoInitOk = "no-init-ok", Progress,
        "The node did not answer init in time.",
        "The usual cause is output that is not flushed.";
    NoSetupOk = "no-setup-ok", Progress,
        "The node did not answer the workload's set-up request (such as topology) in time.",
        "Answer it like any request: type with _ok, and in_reply_to.";
    InitRefused = "init-refused", Progress,
        "The node answered init, but not with init_ok.",
        "Answer {\"type\":\"init_ok\",\"in_reply_to\":...} with the msg_id of the init.";
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.def().name)
    }
}
