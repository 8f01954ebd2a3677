//! The levels, and which of them promise which others.

/// A promise that a store of registers by key may keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Every operation takes effect at one moment between its call and its return (Herlihy and
    /// Wing, 1990).
    Linearizable,
    /// One order of all operations that keeps the order of each session (Lamport, 1979).
    Sequential,
    /// A read finds a value that was not overwritten before it began: for each read alone there is
    /// an order of the writes that agrees with real time (Lamport, 1986; with many writers: Shao,
    /// Pierce and Welch, 2003, the weakest of their conditions).
    Regular,
    /// Causal convergence: what is seen is chosen by one order of all writes (Bouajjani and others,
    /// 2017, "CCv").
    CausalConvergence,
    /// Causal memory: each session explains all its reads by one order of what it knows (Ahamad and
    /// others, 1995; Bouajjani and others, 2017, "CM").
    CausalMemory,
    /// Causal consistency: each read by itself can be explained by what it knows (Bouajjani and
    /// others, 2017, "CC").
    Causal,
    /// Each session sees the writes of each other session in their order (Lipton and Sandberg,
    /// 1988).
    Pram,
    /// A session sees its own writes, or newer ones (Terry and others, 1994, as the next three).
    ReadYourWrites,
    /// A session that saw a version never sees an older one.
    MonotonicReads,
    /// Who saw a write of a session sees the writes that the session did before.
    MonotonicWrites,
    /// Who saw a write of a session sees what the session had read before.
    WritesFollowReads,
    /// When a key is not written any more, all sessions come to find the same value.
    Eventual,
}

use Level::{
    Causal, CausalConvergence, CausalMemory, Eventual, Linearizable, MonotonicReads,
    MonotonicWrites, Pram, ReadYourWrites, Regular, Sequential, WritesFollowReads,
};

impl Level {
    /// All of them, stronger ones before those that they imply.
    pub const ALL: [Self; 12] = [
        Linearizable,
        Sequential,
        Regular,
        CausalConvergence,
        CausalMemory,
        Causal,
        Pram,
        ReadYourWrites,
        MonotonicReads,
        MonotonicWrites,
        WritesFollowReads,
        Eventual,
    ];

    /// Whether every history of this level is one of the other level too. Every level implies
    /// itself. Some are not comparable: a regular store may break every other promise but those
    /// that it makes, and a sequential one may be late without bound.
    ///
    /// ```
    /// use checker::levels::Level;
    /// assert!(Level::Sequential.implies(Level::Causal));
    /// assert!(!Level::Sequential.implies(Level::Regular));
    /// assert!(!Level::Regular.implies(Level::Sequential));
    /// ```
    #[must_use]
    pub fn implies(self, other: Self) -> bool {
        self == other || self.implied().contains(&other)
    }

    fn implied(self) -> &'static [Self] {
        match self {
            Linearizable => &Self::ALL,
            Sequential => &[
                CausalConvergence,
                CausalMemory,
                Causal,
                Pram,
                ReadYourWrites,
                MonotonicReads,
                MonotonicWrites,
                WritesFollowReads,
            ],
            CausalMemory => &[
                Causal,
                Pram,
                ReadYourWrites,
                MonotonicReads,
                MonotonicWrites,
                WritesFollowReads,
            ],
            CausalConvergence => &[
                Causal,
                ReadYourWrites,
                MonotonicReads,
                MonotonicWrites,
                WritesFollowReads,
            ],
            // It lets a session see two concurrent writes in turn again and again.
            Causal => &[ReadYourWrites, MonotonicWrites, WritesFollowReads],
            Pram => &[ReadYourWrites, MonotonicReads, MonotonicWrites],
            Regular | ReadYourWrites | MonotonicReads | MonotonicWrites | WritesFollowReads
            | Eventual => &[],
        }
    }

    /// The name in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Linearizable => "linearizable",
            Sequential => "sequential",
            Regular => "regular",
            CausalConvergence => "causal-convergence",
            CausalMemory => "causal-memory",
            Causal => "causal",
            Pram => "pram",
            ReadYourWrites => "read-your-writes",
            MonotonicReads => "monotonic-reads",
            MonotonicWrites => "monotonic-writes",
            WritesFollowReads => "writes-follow-reads",
            Eventual => "eventual",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Level;

    #[test]
    fn what_is_implied_by_what_is_implied_is_implied() {
        for a in Level::ALL {
            for b in Level::ALL {
                for c in Level::ALL {
                    let is_chain = a.implies(b) && b.implies(c);
                    assert!(!is_chain || a.implies(c), "{a:?} {b:?} {c:?}");
                }
                assert!(a == b || !(a.implies(b) && b.implies(a)), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn the_stronger_stand_first() {
        for (at, level) in Level::ALL.iter().enumerate() {
            assert!(
                Level::ALL[..at]
                    .iter()
                    .all(|before| !level.implies(*before))
            );
        }
    }
}
