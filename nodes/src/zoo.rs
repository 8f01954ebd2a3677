//! The zoo: what can be broken in the reference nodes on purpose, so that tests can be tested.
//!
//! [`BUGS`] is the table. In the nodes a bug is one `Flaw`, asked for at the line that it breaks.

/// One bug of the zoo.
#[derive(Debug, Clone, Copy)]
pub struct Bug {
    /// The node, and the workload, that it is in.
    pub node: &'static str,
    /// Its name for `--bug`; unique among the bugs of a node.
    pub name: &'static str,
    /// What is wrong, in a sentence.
    pub what: &'static str,
    /// The faults that a run needs, together, to catch it; none when a quiet run will do.
    pub caught_by: &'static [&'static str],
    /// How many nodes such a run needs at least.
    pub node_count: usize,
    /// Types of anomalies by which it may be caught; any of them is right.
    pub anomalies: &'static [&'static str],
    pub(crate) flaw: Flaw,
}

/// A bug as the code of a node sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    // Any node.
    ForgetsOnKill,
    NoGossip,
    NoRetry,
    // echo
    EchoesPrevious,
    CutsText,
    SkipsEveryTenth,
    // unique-ids
    IdWithoutNode,
    IdWithoutLife,
    IdIsTime,
    IdIsRandom,
    // broadcast
    ListNotSet,
    KeepsMsgId,
    // g-counter
    OneTotalForAll,
    LastTotalWins,
    AddsTotals,
    // lww-kv
    FirstArrivalStays,
    LastArrivalWins,
    TieKeepsMine,
    StampsMerges,
    TrustsClock,
    MissingIsNull,
    /// Also anti-entropy.
    CountsOffered,
    // vector-kv
    LastWriteWins,
    AcceptsStale,
    KeepsDominated,
    CountsOthers,
    ComparesSums,
    ResolveKeeps,
    // anti-entropy
    DigestOfOrder,
    DigestOfCount,
    AlwaysMatches,
    CountsReceived,
    OneWaySync,
}

/// The bug that a node was built with, if any.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Flaws(pub(crate) Option<Flaw>);

impl Flaws {
    /// Whether the node has this bug.
    pub(crate) fn has(self, flaw: Flaw) -> bool {
        self.0 == Some(flaw)
    }
}

/// A bug that a quiet run of one node shows.
const fn bug(
    node: &'static str,
    name: &'static str,
    flaw: Flaw,
    anomalies: &'static [&'static str],
    what: &'static str,
) -> Bug {
    Bug {
        node,
        name,
        what,
        caught_by: &[],
        node_count: 1,
        anomalies,
        flaw,
    }
}

impl Bug {
    /// The same, shown by a cluster of this many nodes only.
    const fn among(mut self, node_count: usize) -> Self {
        self.node_count = node_count;
        self
    }

    /// The same, shown by these faults only.
    const fn under(mut self, faults: &'static [&'static str]) -> Self {
        self.caught_by = faults;
        self
    }
}

/// All bugs, by node.
pub const BUGS: &[Bug] = &[
    bug(
        "echo",
        "echoes-previous",
        Flaw::EchoesPrevious,
        &["echo-mismatch"],
        "Answers what it was asked the time before, because the reply is built too early.",
    ),
    bug(
        "echo",
        "cuts-text",
        Flaw::CutsText,
        &["echo-mismatch"],
        "Copies text into a buffer of eight characters.",
    ),
    bug(
        "echo",
        "skips-every-tenth",
        Flaw::SkipsEveryTenth,
        &["no-answer"],
        "Leaves every tenth request without an answer.",
    ),
    bug(
        "unique-ids",
        "no-node",
        Flaw::IdWithoutNode,
        &["duplicate-id"],
        "Counts from 1 on every node and leaves the node out of the id.",
    )
    .among(2),
    bug(
        "unique-ids",
        "restarts-at-one",
        Flaw::IdWithoutLife,
        &["duplicate-id"],
        "Counts from 1 again after a restart.",
    )
    .under(&["kill"]),
    bug(
        "unique-ids",
        "milliseconds",
        Flaw::IdIsTime,
        &["duplicate-id"],
        "Takes the time in milliseconds for an id, as if no two requests came in the same one.",
    )
    .among(3),
    bug(
        "unique-ids",
        "four-digits",
        Flaw::IdIsRandom,
        &["duplicate-id"],
        "Draws a random number below 10000, as if a few hundred of them did not repeat.",
    ),
    bug(
        "broadcast",
        "no-gossip",
        Flaw::NoGossip,
        &["lost-element", "diverged"],
        "Keeps what clients send and tells nobody.",
    )
    .among(2),
    bug(
        "broadcast",
        "no-retry",
        Flaw::NoRetry,
        &["lost-element", "diverged"],
        "Sends to its neighbours once and does not wait for an answer.",
    )
    .among(2)
    .under(&["loss", "partition"]),
    bug(
        "broadcast",
        "forgets-on-kill",
        Flaw::ForgetsOnKill,
        &["lost-element", "diverged"],
        "Acknowledges what it has in memory only.",
    )
    .under(&["kill"]),
    bug(
        "broadcast",
        "list-not-set",
        Flaw::ListNotSet,
        &["duplicate-element"],
        "Appends what neighbours send without looking whether it is there already.",
    )
    .among(3)
    .under(&["duplicate"]),
    bug(
        "broadcast",
        "keeps-msg-id",
        Flaw::KeepsMsgId,
        &["phantom-element", "lost-element", "diverged"],
        "Keeps the number of the request in place of its message.",
    ),
    bug(
        "g-counter",
        "local-only",
        Flaw::NoGossip,
        &["lost-add", "diverged"],
        "Counts what was added at itself and tells nobody.",
    )
    .among(2),
    bug(
        "g-counter",
        "one-total",
        Flaw::OneTotalForAll,
        &["lost-add", "diverged", "counter-regress"],
        "Shares one total instead of one a node, so that of two concurrent adds one is lost.",
    )
    .among(2),
    bug(
        "g-counter",
        "last-total-wins",
        Flaw::LastTotalWins,
        &["lost-add", "diverged", "counter-regress"],
        "Takes over any total it hears, also an older one that comes late.",
    )
    .among(2)
    .under(&["loss", "reorder"]),
    bug(
        "g-counter",
        "adds-totals",
        Flaw::AddsTotals,
        &["phantom-add", "diverged"],
        "Adds the totals it hears to its own, as if they were what came on top.",
    )
    .among(2),
    bug(
        "g-counter",
        "forgets-on-kill",
        Flaw::ForgetsOnKill,
        &["lost-add", "diverged", "counter-regress"],
        "Acknowledges what it has in memory only.",
    )
    .under(&["kill"]),
    bug(
        "lww-kv",
        "first-arrival",
        Flaw::FirstArrivalStays,
        &["diverged", "wrong-updated", "lost-write"],
        "Merges only keys that it does not have yet.",
    ),
    bug(
        "lww-kv",
        "last-arrival",
        Flaw::LastArrivalWins,
        &["diverged", "backwards-merge", "wrong-updated"],
        "Takes over whatever it hears last, older or not.",
    ),
    bug(
        "lww-kv",
        "tie-keeps-mine",
        Flaw::TieKeepsMine,
        &["diverged", "wrong-updated", "backwards-merge"],
        "Keeps its own value when timestamps are equal, and so does every other node.",
    )
    .among(2),
    bug(
        "lww-kv",
        "stamps-merges",
        Flaw::StampsMerges,
        &["wrong-timestamp", "diverged", "wrong-updated"],
        "Gives merged entries the time of the merge.",
    ),
    bug(
        "lww-kv",
        "counts-offered",
        Flaw::CountsOffered,
        &["wrong-updated"],
        "Answers a merge with the number of entries offered, not of those updated.",
    ),
    bug(
        "lww-kv",
        "missing-is-null",
        Flaw::MissingIsNull,
        &["missing-key", "phantom-value"],
        "Answers null for a key that it does not have, instead of error 20.",
    ),
    bug(
        "lww-kv",
        "forgets-on-kill",
        Flaw::ForgetsOnKill,
        &["missing-key", "backwards-merge", "diverged", "lost-write"],
        "Acknowledges what it has in memory only.",
    )
    .under(&["kill"]),
    bug(
        "lww-kv",
        "trusts-clock",
        Flaw::TrustsClock,
        &["backwards-merge", "diverged", "lost-write"],
        "Stamps a write with what its clock shows and stores it, even if what it has is from later.",
    )
    .under(&["skew"]),
    bug(
        "vector-kv",
        "last-write-wins",
        Flaw::LastWriteWins,
        &["lost-sibling", "wrong-status", "dominated-sibling"],
        "Overwrites whatever is there.",
    ),
    bug(
        "vector-kv",
        "accepts-stale",
        Flaw::AcceptsStale,
        &["wrong-status", "dominated-sibling"],
        "Stores a write that something newer has replaced already.",
    ),
    bug(
        "vector-kv",
        "keeps-dominated",
        Flaw::KeepsDominated,
        &["dominated-sibling", "wrong-status", "unresolved"],
        "Adds siblings and removes none.",
    ),
    bug(
        "vector-kv",
        "counts-others",
        Flaw::CountsOthers,
        &["wrong-status"],
        "Leaves the new value out of the number of siblings.",
    ),
    bug(
        "vector-kv",
        "compares-sums",
        Flaw::ComparesSums,
        &["lost-sibling", "wrong-status"],
        "Compares clocks by the sum of their entries, so that nothing much is concurrent.",
    ),
    bug(
        "vector-kv",
        "resolve-keeps",
        Flaw::ResolveKeeps,
        &["unresolved", "dominated-sibling", "wrong-status"],
        "Adds the resolved value to the siblings that it resolves.",
    ),
    bug(
        "vector-kv",
        "forgets-on-kill",
        Flaw::ForgetsOnKill,
        &["lost-sibling", "dominated-sibling", "wrong-status"],
        "Acknowledges what it has in memory only.",
    )
    .under(&["kill"]),
    bug(
        "anti-entropy",
        "digest-of-order",
        Flaw::DigestOfOrder,
        &["digest-mismatch", "wrong-match"],
        "Hashes the messages in the order in which they arrived.",
    )
    .among(2),
    bug(
        "anti-entropy",
        "digest-of-count",
        Flaw::DigestOfCount,
        &["digest-mismatch", "wrong-match", "diverged", "lost-element"],
        "Takes the number of messages for their digest.",
    )
    .among(2),
    bug(
        "anti-entropy",
        "always-matches",
        Flaw::AlwaysMatches,
        &["wrong-match", "missing-union"],
        "Answers every sync with a match.",
    ),
    bug(
        "anti-entropy",
        "counts-received",
        Flaw::CountsReceived,
        &["wrong-transferred"],
        "Counts as transferred what it took, not what it gave.",
    ),
    bug(
        "anti-entropy",
        "one-way-sync",
        Flaw::OneWaySync,
        &["missing-union", "lost-element", "diverged"],
        "Sends its messages in a sync and takes over none.",
    ),
    bug(
        "anti-entropy",
        "counts-offered",
        Flaw::CountsOffered,
        &["wrong-count"],
        "Counts a message again every time it is offered.",
    ),
    bug(
        "anti-entropy",
        "forgets-on-kill",
        Flaw::ForgetsOnKill,
        &["lost-element", "diverged", "wrong-count"],
        "Acknowledges what it has in memory only.",
    )
    .under(&["kill"]),
];
