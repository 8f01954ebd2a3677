//! A round of questions: the same one to all peers, until enough have answered.

use std::collections::{BTreeMap, BTreeSet};

use super::message::{Answer, Entry, Reply};

/// What a round is for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// A PUT of this value needs to know the newest version.
    Number(String),
    /// A GET needs to know the newest value.
    Read,
    /// Copies are made; when there are enough, this can be said.
    Copy(Reply),
}

/// Questions on their way, and what was answered.
#[derive(Debug)]
pub(super) struct Round {
    /// The client's operation that it belongs to.
    pub(super) operation: u64,
    pub(super) key: String,
    pub(super) purpose: Purpose,
    /// How many replicas must have answered, this one included.
    pub(super) needed: usize,
    /// What each replica has answered; the coordinator counts like any other.
    pub(super) answers: BTreeMap<String, Answer>,
    /// How many peers may still answer.
    pub(super) open: usize,
}

/// How a round stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Enough have answered.
    Quorum,
    /// Enough may still answer.
    Open,
    /// There can be no quorum any more.
    Hopeless,
}

impl Round {
    /// A question was answered, or never will be.
    pub(super) fn settle(&mut self, peer: &str, answer: Option<Answer>) {
        self.open -= 1;
        if let Some(answer) = answer {
            self.answers.insert(peer.to_owned(), answer);
        }
    }

    /// Whether it is over.
    pub(super) fn standing(&self) -> Standing {
        match self.answers.len() {
            n if n >= self.needed => Standing::Quorum,
            n if n + self.open >= self.needed => Standing::Open,
            _ => Standing::Hopeless,
        }
    }

    /// The newest entry in the answers, and who has it.
    pub(super) fn newest(&self) -> Option<(Entry, BTreeSet<String>)> {
        let entries = || {
            self.answers.iter().filter_map(|(replica, answer)| {
                let Answer::Has(Some(entry)) = answer else {
                    return None;
                };
                Some((replica, entry))
            })
        };
        let (_, newest) = entries().max_by_key(|(_, entry)| &entry.version)?;
        let has_it = entries().filter(|(_, entry)| entry.version == newest.version);
        let holders = has_it.map(|(replica, _)| replica.clone()).collect();
        Some((newest.clone(), holders))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(open: usize) -> Round {
        Round {
            operation: 0,
            key: "k".to_owned(),
            purpose: Purpose::Read,
            needed: 2,
            answers: BTreeMap::from([("a".to_owned(), Answer::Has(None))]),
            open,
        }
    }

    fn has(text: &str) -> Option<Answer> {
        let version = text.parse().expect("a version");
        // The same value again is another version.
        let value = "same".to_owned();
        Some(Answer::Has(Some(Entry { value, version })))
    }

    #[test]
    fn it_ends_with_a_quorum_or_when_none_can_come() {
        let mut round = round(2);
        assert_eq!(round.standing(), Standing::Open);
        round.settle("b", None);
        assert_eq!(round.standing(), Standing::Open);
        round.settle("c", None);
        assert_eq!(round.standing(), Standing::Hopeless);
        assert_eq!(self::round(0).standing(), Standing::Hopeless);
    }

    #[test]
    fn the_newest_version_counts_with_all_who_have_it() {
        let mut round = round(3);
        assert_eq!(round.newest(), None);
        for (peer, version) in [("b", "2-b"), ("c", "10-b"), ("d", "10-b")] {
            round.settle(peer, has(version));
        }
        assert_eq!(round.standing(), Standing::Quorum);
        let (entry, holders) = round.newest().expect("an entry");
        assert_eq!(entry.version.to_string(), "10-b");
        assert_eq!(Vec::from_iter(holders), ["c", "d"]);
    }
}
