//! What all three Rust programs share: what a node has seen, answers and gossips.
#![expect(
    clippy::disallowed_types,
    reason = "here an order that nobody can foresee is wanted"
)]

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::time::Duration;

use serde_json::{Value, json};

use crate::chance;

/// The time between two gossips.
pub(crate) const INTERVAL: Duration = Duration::from_millis(100);

/// Keeps each value in a file before it shows it, so that a crash loses nothing.
pub(crate) struct Node {
    pub(crate) quiet: bool,
    id: String,
    peers: Vec<String>,
    seen: HashSet<i64>,
    file: File,
}

impl Node {
    /// A node that knows what it kept before a crash.
    pub(crate) fn open() -> io::Result<Self> {
        let path = "seen.txt";
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        let kept = std::fs::read_to_string(path)?;
        Ok(Self {
            quiet: std::env::args().any(|arg| arg == "quiet"),
            id: String::new(),
            peers: Vec::new(),
            seen: kept.lines().filter_map(|line| line.parse().ok()).collect(),
            file,
        })
    }

    /// Answers a line.
    pub(crate) fn handle(&mut self, line: &str) -> io::Result<()> {
        let message: Value = serde_json::from_str(line)?;
        let body = &message["body"];
        let kind = body["type"].as_str().unwrap_or_default();
        let mut answer = json!({"type": format!("{kind}_ok"), "in_reply_to": body["msg_id"]});
        match kind {
            "init" => {
                self.id = text(&body["node_id"]);
                self.peers = list(&body["node_ids"]).map(text).collect();
                self.peers.retain(|peer| *peer != self.id);
            }
            "broadcast" => self.add(&body["message"])?,
            "read" => answer["messages"] = self.values(),
            "gossip" => return list(&body["values"]).try_for_each(|value| self.add(value)),
            _ => {}
        }
        self.send(&message["src"], &answer)
    }

    /// Tells one peer everything. Lost messages do not matter: the next one says it again.
    pub(crate) fn gossip(&self, chance: Option<&Value>) -> io::Result<()> {
        if self.peers.is_empty() {
            return Ok(());
        }
        let draw = usize::try_from(chance::draw() % self.peers.len() as u64).unwrap_or_default();
        let body = json!({"type": "gossip", "values": self.values(), "chance": chance});
        self.send(&json!(self.peers[draw]), &body)
    }

    /// In the order of the set, which differs from one program to the next.
    fn values(&self) -> Value {
        self.seen.iter().copied().collect()
    }

    fn add(&mut self, value: &Value) -> io::Result<()> {
        let value = value.as_i64().ok_or(io::ErrorKind::InvalidData)?;
        if self.seen.insert(value) {
            writeln!(self.file, "{value}")?;
        }
        Ok(())
    }

    fn send(&self, dest: &Value, body: &Value) -> io::Result<()> {
        let line = json!({"src": self.id, "dest": dest, "body": body});
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{line}")?;
        stdout.flush()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
