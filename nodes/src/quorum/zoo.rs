//! What can be broken in a replica on purpose.

/// One bug of the replicas.
#[derive(Debug, Clone, Copy)]
pub struct QuorumBug {
    /// Its name for `--bug`.
    pub name: &'static str,
    /// What is wrong, in a sentence.
    pub what: &'static str,
    /// Situations that show it, each for itself; any of them will do.
    pub caught_by: &'static [&'static str],
    /// Items of the suite `quorum-kv-http` that show it, each for itself.
    pub items: &'static [&'static str],
    /// Types of anomalies by which it may be caught; any of them is right.
    pub anomalies: &'static [&'static str],
    pub(super) flaw: Flaw,
}

/// A bug as the code of a replica sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    WriteOne,
    ReadOne,
    VersionTie,
    NoReadRepair,
    AckBeforeReplication,
    AloneWhenCut,
}

/// No bug of the replicas has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("node quorum-kv has no bug named {0:?}")]
pub struct UnknownBug(pub String);

/// All bugs of the replicas.
pub const QUORUM_BUGS: &[QuorumBug] = &[
    QuorumBug {
        name: "write-one",
        what: "W=1: acknowledges a PUT when it has stored it itself, and asks nobody for versions.",
        caught_by: &["cut-off-writer"],
        items: &[
            "peer0-left-out",
            "peer1-left-out",
            "peer2-left-out",
            "cut-off",
        ],
        anomalies: &["stale-read"],
        flaw: Flaw::WriteOne,
    },
    QuorumBug {
        name: "read-one",
        what: "R=1: answers a GET with what it has itself.",
        caught_by: &["left-out-reader"],
        items: &[
            "peer0-left-out",
            "peer1-left-out",
            "peer2-left-out",
            "cut-off",
        ],
        anomalies: &["stale-read"],
        flaw: Flaw::ReadOne,
    },
    QuorumBug {
        name: "version-tie",
        what: "Versions are counters without a name, so that two coordinators take the same one.",
        caught_by: &["concurrent-writers"],
        items: &["two-coordinators"],
        anomalies: &["stale-read", "version-tie"],
        flaw: Flaw::VersionTie,
    },
    QuorumBug {
        name: "no-read-repair",
        what: "A GET leaves a value that only one replica has where it is, and the next GET misses \
               it.",
        caught_by: &["slow-writer"],
        items: &["slow-coordinator"],
        anomalies: &["stale-read"],
        flaw: Flaw::NoReadRepair,
    },
    QuorumBug {
        name: "ack-before-replication",
        what: "Acknowledges a PUT that only it has, and sends it to its peers half a second later.",
        caught_by: &["read-at-once", "killed-writer"],
        items: &["calm", "atomic", "two-coordinators", "slow-coordinator"],
        anomalies: &["stale-read"],
        flaw: Flaw::AckBeforeReplication,
    },
    QuorumBug {
        name: "alone-when-cut",
        what: "Answers from itself alone, PUT and GET, when no peer can be reached.",
        caught_by: &["cut-off-writer", "cut-off-reader"],
        items: &["cut-off"],
        anomalies: &["stale-read"],
        flaw: Flaw::AloneWhenCut,
    },
];

/// The flaw of this name.
pub(super) fn flaw_named(name: &str) -> Result<Flaw, UnknownBug> {
    let bug = QUORUM_BUGS.iter().find(|bug| bug.name == name);
    bug.map(|bug| bug.flaw)
        .ok_or_else(|| UnknownBug(name.to_owned()))
}
