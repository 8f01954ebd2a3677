//! How far a run can be trusted to repeat, and why not further.

use std::collections::BTreeMap;
use std::fmt;

/// How exactly a run repeats. The greater, the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The machine's clock; nothing repeats.
    Real,
    /// Time is simulated and the schedule seeded, but something is known that may differ.
    Virtual,
    /// The same seed gives the same bytes.
    Exact,
}

impl Level {
    /// The word that people and documents use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Virtual => "virtual",
            Self::Exact => "exact",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Something that a program did or the machine refused, worth telling once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The node; `None` when it concerns all of them.
    pub node: Option<usize>,
    /// What, in a sentence without a full stop.
    pub what: String,
    /// How often.
    pub count: u64,
    /// Whether the run may repeat differently because of it.
    pub lowers: bool,
}

/// Counts remarks, each kept once for a node.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    remarks: BTreeMap<(Option<usize>, String), (u64, bool)>,
}

impl Ledger {
    /// Something that may make the run repeat differently.
    pub fn lowers(&mut self, node: Option<usize>, what: impl Into<String>) {
        self.add(node, what.into(), true);
    }

    /// Something to know that changes nothing.
    pub fn note(&mut self, node: Option<usize>, what: impl Into<String>) {
        self.add(node, what.into(), false);
    }

    /// [`Level::Exact`] unless a remark lowers it.
    #[must_use]
    pub fn level(&self) -> Level {
        if self.remarks.values().any(|&(_, lowers)| lowers) {
            Level::Virtual
        } else {
            Level::Exact
        }
    }

    /// All remarks, by node and text.
    pub fn remarks(&self) -> impl Iterator<Item = Remark> + '_ {
        self.remarks
            .iter()
            .map(|((node, what), &(count, lowers))| Remark {
                node: *node,
                what: what.clone(),
                count,
                lowers,
            })
    }

    fn add(&mut self, node: Option<usize>, what: String, lowers: bool) {
        let entry = self.remarks.entry((node, what)).or_insert((0, lowers));
        entry.0 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_is_counted_and_lowers_the_level_once_and_for_all() {
        let mut ledger = Ledger::default();
        ledger.note(Some(0), "a socket to the outside was refused");
        assert_eq!(ledger.level(), Level::Exact);
        ledger.lowers(Some(1), "it spins");
        ledger.lowers(Some(1), "it spins");
        assert_eq!(ledger.level(), Level::Virtual);
        let spins = ledger.remarks().find(|r| r.lowers).expect("a remark");
        assert_eq!((spins.node, spins.count), (Some(1), 2));
    }
}
