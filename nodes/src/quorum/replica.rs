//! One replica: a store of its own, and the coordinator of what clients ask of it.

use std::collections::{BTreeMap, BTreeSet};

use super::Version;
use super::message::{Answer, Entry, Record, Reply, Request};
use super::round::{Purpose, Round, Standing};
use super::zoo::{Flaw, UnknownBug, flaw_named};

/// How long the zoo waits before it tells anybody.
const LATE_MS: u64 = 500;

/// What a replica wants done, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Append this line to storage, before anything that follows.
    Append(String),
    /// Ask a peer. Exactly one call of [`Replica::answered`] must follow, sooner or later.
    Ask(Ask),
    /// Answer the client of this operation.
    Reply {
        /// The number that the operation was given.
        operation: u64,
        /// What to say.
        reply: Reply,
    },
}

/// A question to a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Which question it is.
    pub call: Call,
    /// The key it is about.
    pub key: String,
    /// What is asked.
    pub request: Request,
    /// How long to wait before asking: nothing, but in the zoo.
    pub after_ms: u64,
}

/// Names a question among all that a replica asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    round: u64,
    /// Who is asked.
    pub peer: String,
}

/// A replica as a state machine.
#[derive(Debug)]
pub struct Replica {
    name: String,
    peers: BTreeSet<String>,
    flaw: Option<Flaw>,
    entries: BTreeMap<String, Entry>,
    rounds: BTreeMap<u64, Round>,
    rounds_begun: u64,
}

impl Replica {
    /// A replica without any keys, broken on purpose when a bug is named.
    ///
    /// # Errors
    /// When there is no such bug.
    pub fn new(
        name: &str,
        peers: impl IntoIterator<Item = String>,
        bug: Option<&str>,
    ) -> Result<Self, UnknownBug> {
        Ok(Self {
            name: name.to_owned(),
            peers: peers.into_iter().collect(),
            flaw: bug.map(flaw_named).transpose()?,
            entries: BTreeMap::new(),
            rounds: BTreeMap::new(),
            rounds_begun: 0,
        })
    }

    /// Takes back one line that an earlier life appended to storage.
    pub fn recover(&mut self, line: &str) {
        if let Ok(Record {
            key,
            value,
            version,
        }) = serde_json::from_str(line)
        {
            // Lines were written in the order in which entries became newer.
            self.entries.insert(key, Entry { value, version });
        }
    }

    /// A client wants this value stored. The number is for [`Effect::Reply`].
    #[must_use]
    pub fn put(&mut self, operation: u64, key: &str, value: &str) -> Vec<Effect> {
        if self.has(Flaw::WriteOne) {
            return self.write(operation, key, value, None);
        }
        self.ask_all(operation, key, Purpose::Number(value.to_owned()))
    }

    /// A client wants the value of this key.
    #[must_use]
    pub fn get(&mut self, operation: u64, key: &str) -> Vec<Effect> {
        if self.has(Flaw::ReadOne) {
            let reply = found(self.entries.get(key).cloned());
            return vec![Effect::Reply { operation, reply }];
        }
        self.ask_all(operation, key, Purpose::Read)
    }

    /// A peer answered a question; without an answer, it never will.
    #[must_use]
    pub fn answered(&mut self, call: &Call, answer: Option<Answer>) -> Vec<Effect> {
        let Some(round) = self.rounds.get_mut(&call.round) else {
            // Others were quicker.
            return Vec::new();
        };
        round.settle(&call.peer, answer);
        self.advance(call.round)
    }

    /// Answers a peer. The line, if there is one, must be in storage before the answer is given.
    #[must_use]
    pub fn serve(&mut self, key: &str, request: Request) -> (Option<String>, Answer) {
        match request {
            Request::Read => (None, Answer::Has(self.entries.get(key).cloned())),
            Request::Store(entry) => (self.keep(key, entry), Answer::Stored),
        }
    }

    /// Asks all peers what they have. What this replica has is the first answer.
    fn ask_all(&mut self, operation: u64, key: &str, purpose: Purpose) -> Vec<Effect> {
        let own = Answer::Has(self.entries.get(key).cloned());
        let round = Round {
            operation,
            key: key.to_owned(),
            purpose,
            needed: self.majority(),
            answers: BTreeMap::from([(self.name.clone(), own)]),
            open: self.peers.len(),
        };
        self.begin(round, &Request::Read, 0)
    }

    /// Has an entry stored here and by a quorum, then gives the reply.
    fn copy(
        &mut self,
        (operation, reply): (u64, Reply),
        key: &str,
        entry: Entry,
        mut holders: BTreeSet<String>,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        effects.extend(self.keep(key, entry.clone()).map(Effect::Append));
        holders.insert(self.name.clone());
        let is_put = matches!(reply, Reply::Stored(_));
        let (needed, after_ms) = match self.flaw {
            Some(Flaw::WriteOne) => (1, 0),
            Some(Flaw::AckBeforeReplication) if is_put => (1, LATE_MS),
            _ => (self.majority(), 0),
        };
        let round = Round {
            operation,
            key: key.to_owned(),
            purpose: Purpose::Copy(reply),
            needed,
            open: self.peers.difference(&holders).count(),
            answers: holders.into_iter().map(|h| (h, Answer::Stored)).collect(),
        };
        effects.extend(self.begin(round, &Request::Store(entry), after_ms));
        effects
    }

    /// Sends a question to all peers who have not answered it in advance.
    fn begin(&mut self, round: Round, request: &Request, after_ms: u64) -> Vec<Effect> {
        self.rounds_begun += 1;
        let id = self.rounds_begun;
        let asked = self
            .peers
            .iter()
            .filter(|peer| !round.answers.contains_key(*peer));
        let ask = |peer: &String| {
            Effect::Ask(Ask {
                call: Call {
                    round: id,
                    peer: peer.clone(),
                },
                key: round.key.clone(),
                request: request.clone(),
                after_ms,
            })
        };
        let mut effects: Vec<_> = asked.map(ask).collect();
        self.rounds.insert(id, round);
        effects.extend(self.advance(id));
        effects
    }

    /// Goes on with an operation if its round is over.
    fn advance(&mut self, id: u64) -> Vec<Effect> {
        let standing = self.rounds.get(&id).map(Round::standing);
        if matches!(standing, None | Some(Standing::Open)) {
            return Vec::new();
        }
        let Some(round) = self.rounds.remove(&id) else {
            return Vec::new();
        };
        let is_alone = round.answers.len() == 1;
        if standing == Some(Standing::Quorum) || (is_alone && self.has(Flaw::AloneWhenCut)) {
            return self.conclude(round);
        }
        vec![Effect::Reply {
            operation: round.operation,
            reply: Reply::NoQuorum {
                answers: round.answers.len(),
                needed: round.needed,
            },
        }]
    }

    /// What follows from the answers of a quorum.
    fn conclude(&mut self, round: Round) -> Vec<Effect> {
        let newest = round.newest();
        let operation = round.operation;
        let reply = match (round.purpose, newest) {
            (Purpose::Number(value), newest) => {
                let newest = newest.map(|(entry, _)| entry.version);
                return self.write(operation, &round.key, &value, newest.as_ref());
            }
            (Purpose::Read, Some((entry, holders))) if !self.is_safe(&holders) => {
                let reply = Reply::Found(entry.clone());
                return self.copy((operation, reply), &round.key, entry, holders);
            }
            (Purpose::Read, newest) => found(newest.map(|(entry, _)| entry)),
            (Purpose::Copy(reply), _) => reply,
        };
        vec![Effect::Reply { operation, reply }]
    }

    /// Whether no later GET can miss what these replicas have.
    fn is_safe(&self, holders: &BTreeSet<String>) -> bool {
        holders.len() >= self.majority() || self.has(Flaw::NoReadRepair)
    }

    /// Takes a version greater than the newest one that is known, and makes copies.
    ///
    /// It counts from what this replica has now, not from what it had when the round began: in
    /// between it may have taken a version for another PUT. As it keeps what it writes, in storage
    /// too, it never takes a version twice.
    fn write(
        &mut self,
        operation: u64,
        key: &str,
        value: &str,
        newest: Option<&Version>,
    ) -> Vec<Effect> {
        let own = self.entries.get(key).map(|entry| &entry.version);
        let counter = newest.max(own).map_or(0, |version| version.counter);
        let version = Version {
            counter: counter.saturating_add(1),
            replica: match self.has(Flaw::VersionTie) {
                true => String::new(),
                false => self.name.clone(),
            },
        };
        let entry = Entry {
            value: value.to_owned(),
            version: version.clone(),
        };
        let reply = Reply::Stored(version);
        self.copy((operation, reply), key, entry, BTreeSet::new())
    }

    /// Keeps an entry that is newer than what is here; returns the line for storage.
    fn keep(&mut self, key: &str, entry: Entry) -> Option<String> {
        let known = self.entries.get(key);
        if known.is_some_and(|known| known.version >= entry.version) {
            return None;
        }
        let record = Record {
            key: key.to_owned(),
            value: entry.value.clone(),
            version: entry.version.clone(),
        };
        self.entries.insert(key.to_owned(), entry);
        // Three strings always have a JSON text.
        serde_json::to_string(&record).ok()
    }

    fn majority(&self) -> usize {
        let replicas = self.peers.len() + 1;
        replicas / 2 + 1
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }
}

fn found(entry: Option<Entry>) -> Reply {
    entry.map_or(Reply::Absent, Reply::Found)
}
