//! Links and programs in the journal of a run.
//!
//! A connection, a request and a response are messages: sent by one program, delivered to another
//! one or dropped. A connection is delivered when it has ended as both wanted.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use results::document::LinkCounts;
use results::run_dir::{JournalEvent, JournalLine, JournalWriter, RunDirError};
use serde_json::{Value, json};
use workloads::scenario::Loss;

use crate::links::{Broken, Head, HttpMessage, LinkEvent, LinkEventKind, Side};

/// Which message of a connection: its side and number, or the connection itself.
type Part = Option<(Side, u64)>;

/// Writes the journal of a cluster.
pub(super) struct Journal {
    writer: JournalWriter,
    /// Who opens connections, and to whom, by link.
    links: Vec<(String, String)>,
    /// What has not arrived, by link, connection and part.
    under_way: BTreeMap<(usize, u64, Part), u64>,
    /// From this link on they are those of clients, of which is kept what was said.
    first_of_clients: usize,
    /// By connection of a client: its request and the answer.
    said: BTreeMap<(usize, u64), [Option<u64>; 2]>,
    next_id: u64,
    pub(super) counts: Counts,
    /// The first thing that could not be written; nothing is written after it.
    pub(super) trouble: Option<RunDirError>,
}

/// What there was of messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) messages: u64,
    /// Those among them that clients of the harness sent or got.
    pub(super) of_clients: u64,
    /// All but the bytes, which the links count.
    pub(super) links: LinkCounts,
}

impl Journal {
    /// A journal of these links; those of clients come last, so many.
    pub(super) fn new(
        writer: JournalWriter,
        links: Vec<(String, String)>,
        of_clients: usize,
    ) -> Self {
        Self {
            writer,
            first_of_clients: links.len() - of_clients,
            links,
            under_way: BTreeMap::new(),
            said: BTreeMap::new(),
            next_id: 0,
            counts: Counts::default(),
            trouble: None,
        }
    }

    /// Takes what happened on a link; who answered whom, if that was the end of an answer.
    pub(super) fn take(&mut self, event: &LinkEvent) -> Option<(String, String)> {
        let key = |part| (event.link, event.connection, part);
        let sent = JournalEvent::Send;
        let arrived = JournalEvent::Deliver;
        match &event.kind {
            LinkEventKind::Opened => {
                self.counts.links.connections += 1;
                self.send(
                    event,
                    sent,
                    key(None),
                    Side::Asks,
                    &json!({"type": "connection"}),
                );
            }
            LinkEventKind::Sent(side, number, message) => {
                self.counts.messages += 1;
                self.counts.of_clients += u64::from(event.link >= self.first_of_clients);
                let links = &mut self.counts.links;
                match message.head {
                    Head::Request { .. } => links.requests += 1,
                    // What only says that more will follow is no answer.
                    Head::Response { status } => links.answers += u64::from(status >= 200),
                }
                self.send(
                    event,
                    sent,
                    key(Some((*side, *number))),
                    *side,
                    &body(message),
                );
            }
            LinkEventKind::Arrived(side, number) => {
                let id = self.under_way.remove(&key(Some((*side, *number))));
                self.end(event, arrived, id, *side, None);
                if *side == Side::Answers {
                    return Some(self.links[event.link].clone());
                }
            }
            LinkEventKind::Closed { why, bytes } => self.closed(event, *why, *bytes),
        }
        None
    }

    fn closed(&mut self, event: &LinkEvent, why: Option<Broken>, bytes: [u64; 2]) {
        let first = (event.link, event.connection, Some((Side::Asks, 0)));
        let last = (
            event.link,
            event.connection,
            Some((Side::Answers, u64::MAX)),
        );
        let lost = self.under_way.extract_if(first..=last, |_, _| true);
        let lost = lost.filter_map(|((.., part), id)| Some((id, part?.0)));
        let mut lost: Vec<(u64, Side)> = lost.collect();
        lost.sort_unstable_by_key(|(id, _)| *id);
        self.counts.links.broken += u64::from(why.is_some());
        let reason = why.map_or("the connection was closed", told);
        for (id, side) in lost {
            self.counts.links.lost += 1;
            self.end(
                event,
                JournalEvent::Drop,
                Some(id),
                side,
                Some(reason.to_owned()),
            );
        }
        let connection = self.under_way.remove(&(event.link, event.connection, None));
        let passed = format!("{} bytes there, {} back", bytes[0], bytes[1]);
        let (how, why) = match why {
            None => (JournalEvent::Deliver, passed),
            Some(broken) => (JournalEvent::Drop, format!("{}; {passed}", told(broken))),
        };
        self.end(event, how, connection, Side::Asks, Some(why));
    }

    fn send(
        &mut self,
        event: &LinkEvent,
        how: JournalEvent,
        key: (usize, u64, Part),
        side: Side,
        body: &Value,
    ) {
        let id = self.next_id;
        self.next_id += 1;
        self.under_way.insert(key, id);
        if let (link, connection, Some((side, 0))) = key
            && link >= self.first_of_clients
        {
            self.said.entry((link, connection)).or_default()[side as usize] = Some(id);
        }
        let body = serde_json::value::to_raw_value(body).unwrap_or_default();
        let (src, dest) = self.ends(event.link, side);
        self.write(&JournalLine {
            id: Some(id),
            src: Some(Cow::Owned(src)),
            dest: Some(Cow::Owned(dest)),
            body: Some(&body),
            ..JournalLine::new(nanos(event.time), how)
        });
    }

    fn end(
        &mut self,
        event: &LinkEvent,
        how: JournalEvent,
        id: Option<u64>,
        side: Side,
        why: Option<String>,
    ) {
        let (src, dest) = self.ends(event.link, side);
        self.write(&JournalLine {
            id,
            src: Some(Cow::Owned(src)),
            dest: Some(Cow::Owned(dest)),
            why: why.map(Cow::Owned),
            ..JournalLine::new(nanos(event.time), how)
        });
    }

    /// From whom to whom.
    fn ends(&self, link: usize, side: Side) -> (String, String) {
        let (from, to) = self.links[link].clone();
        match side {
            Side::Asks => (from, to),
            Side::Answers => (to, from),
        }
    }

    /// The messages of a client's connection: its request and the answer.
    pub(super) fn said(&self, link: usize, connection: u64) -> [Option<u64>; 2] {
        let said = self.said.get(&(link, connection));
        said.copied().unwrap_or_default()
    }

    /// Something about a program.
    pub(super) fn about(&mut self, time: Duration, name: &str, what: &str) {
        self.write(&JournalLine {
            src: Some(Cow::Borrowed(name)),
            why: Some(Cow::Borrowed(what)),
            ..JournalLine::new(nanos(time), JournalEvent::Node)
        });
    }

    /// A fault begins or ends.
    pub(super) fn fault(&mut self, time: Duration, what: &str, begins: bool) {
        let verb = if begins { "begins" } else { "ends" };
        self.write(&JournalLine {
            why: Some(Cow::Owned(format!("{what} ({verb})"))),
            ..JournalLine::new(nanos(time), JournalEvent::Fault)
        });
        // A run that is killed later still shows what had been done to it.
        if self.trouble.is_none() {
            self.trouble = self.writer.flush().err();
        }
    }

    fn write(&mut self, line: &JournalLine<'_>) {
        if self.trouble.is_none() {
            self.trouble = self.writer.write(line).err();
        }
    }

    /// Ends the journal: its hash, and what could not be written.
    pub(super) fn finish(self) -> (String, Option<RunDirError>) {
        match self.writer.finish() {
            Ok(hash) => (hash, self.trouble),
            Err(error) => (String::new(), self.trouble.or(Some(error))),
        }
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn body(message: &HttpMessage) -> Value {
    let text = String::from_utf8_lossy(&message.body);
    match &message.head {
        Head::Request { method, path } => json!({
            "type": "request", "method": method, "path": path,
            "body": text, "bytes": message.body_bytes,
        }),
        Head::Response { status } => json!({
            "type": "response", "status": status, "body": text, "bytes": message.body_bytes,
        }),
    }
}

fn told(broken: Broken) -> &'static str {
    match broken {
        Broken::Fault(Loss::Reset) => "reset: the link is cut or lost it",
        Broken::Fault(Loss::BlackHole) => "nobody answered: the link lost it",
        Broken::Fault(Loss::Close) => "closed too early: the link is cut or lost it",
        Broken::Refused => "refused: nobody listens at the other end",
        Broken::ByPeer => "one side broke it off",
    }
}
