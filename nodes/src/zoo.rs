//! The zoo: what can be broken in the reference nodes on purpose, so that tests can be tested.

/// One bug of the zoo.
#[derive(Debug, Clone, Copy)]
pub struct Bug {
    /// Its name for `--bug`; unique among the bugs of a node.
    pub name: &'static str,
    /// The node, and the workload, that it is in.
    pub node: &'static str,
    /// What is wrong, in a sentence.
    pub what: &'static str,
    /// The faults that a run needs to catch it; empty when a quiet run will do.
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
    /// echo: answers what it was asked the time before.
    EchoPrevious,
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

/// All bugs, by node.
pub const BUGS: &[Bug] = &[Bug {
    name: "echo-previous",
    node: "echo",
    what: "Answers what it was asked the time before, because the reply is built too late.",
    caught_by: &[],
    node_count: 1,
    anomalies: &["echo-mismatch"],
    flaw: Flaw::EchoPrevious,
}];
