//! Why a level is broken: a few operations, and what makes each come before another.

use super::input::{Access, SessionOp};
use super::web::{INITIAL, NONE, Stray, Web};

/// Operations that are not allowed at a level, whatever else happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness<V> {
    /// What is wrong with them.
    pub flaw: Flaw,
    /// The operations concerned, by number, in the order of the steps.
    pub ops: Vec<u32>,
    /// How they contradict each other.
    pub steps: Vec<Step>,
    /// A history of its own that breaks the level too: these operations, and the writes of what
    /// they read. An update of which only the write matters is there as a write.
    pub proof: Vec<SessionOp<V>>,
}

/// Ways to break a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flaw {
    /// A value was read that nobody wrote.
    ThinAir,
    /// A value was read whose write certainly did not happen.
    AbortedRead,
    /// A value was read before its write was called.
    FutureRead,
    /// A value was read that had been overwritten before.
    StaleRead,
    /// Operations would have to come before themselves.
    Circle,
    /// There is no order; which is known because all were tried.
    NoOrder,
    /// Sessions ended with different values.
    Disagreement,
    /// What [`crate::rules::register`] found out about a register.
    Register(crate::rules::Kind),
}

impl Flaw {
    /// The name in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ThinAir => "thin-air-read",
            Self::AbortedRead => "aborted-read",
            Self::FutureRead => "future-read",
            Self::StaleRead => "stale-read",
            Self::Circle => "order-circle",
            Self::NoOrder => "no-order",
            Self::Disagreement => "disagreement",
            Self::Register(kind) => kind.word(),
        }
    }
}

/// A step of a contradiction. Operations are told by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Nobody wrote what was read.
    NeverWritten {
        /// The read.
        read: u32,
    },
    /// The write of what was read did not happen.
    Aborted {
        /// The read.
        read: u32,
        /// The write.
        write: u32,
    },
    /// Nothing had been written for this read.
    FoundInitial {
        /// The read.
        read: u32,
    },
    /// A read found what a write wrote.
    ReadFrom {
        /// The write.
        write: u32,
        /// The read.
        read: u32,
    },
    /// The order of a session.
    Session {
        /// What was called first.
        first: u32,
        /// What was called later.
        then: u32,
    },
    /// The order of real time.
    RealTime {
        /// What returned before the other was called.
        first: u32,
        /// What was called then.
        then: u32,
    },
    /// A write comes before another, because a read that comes after both found the other.
    Overwritten {
        /// The write that must have been overwritten.
        older: u32,
        /// The write that was found.
        newer: u32,
        /// The read.
        read: u32,
    },
    /// A read comes before a write, because it found what that overwrote.
    NotYet {
        /// The read.
        read: u32,
        /// The write that comes after what was found.
        write: u32,
    },
    /// A read comes after a write, and found what is older.
    Stale {
        /// The read.
        read: u32,
        /// The write that it should have found, or a newer one.
        newer: u32,
    },
    /// An operation comes before itself.
    Circle {
        /// The operation.
        op: u32,
    },
    /// Two reads of sessions that do not come to agree.
    Disagree {
        /// The last read of a session.
        one: u32,
        /// The last read of another one.
        other: u32,
    },
    /// All orders of so many operations were tried.
    NoOrder {
        /// How many.
        count: u32,
    },
}

impl Step {
    /// The step as a sentence; `name` tells of an operation, as in "process 3 read 5 (line 7)".
    pub fn sentence(&self, name: impl Fn(u32) -> String) -> String {
        let two = |a: u32, between: &str, b: u32, after: &str| {
            format!("{}, {between} {}{after}.", name(a), name(b))
        };
        match *self {
            Self::NeverWritten { read } => format!("{}, and nobody wrote that.", name(read)),
            Self::Aborted { read, write } => {
                two(read, "but the write of that did not happen:", write, "")
            }
            Self::FoundInitial { read } => format!("{}, the initial value.", name(read)),
            Self::ReadFrom { write, read } => two(write, "and", read, ", which is that value"),
            Self::Session { first, then } => two(first, "and then, in the same session,", then, ""),
            Self::RealTime { first, then } => {
                two(first, "and that was over before this began:", then, "")
            }
            Self::Overwritten { older, newer, read } => {
                let found = two(older, "and later", read, ", which is another value");
                format!("{found} So that one is newer: {}.", name(newer))
            }
            Self::NotYet { read, write } => two(
                read,
                "which is the value from before this, so it came first:",
                write,
                "",
            ),
            Self::Stale { read, newer } => {
                let due = "though it came after this, whose value or a newer one was due:";
                two(read, due, newer, "")
            }
            Self::Circle { op } => format!("So this would come before itself: {}.", name(op)),
            Self::Disagree { one, other } => {
                let last = ", each as the last of its session, when nothing was written any more";
                two(one, "but", other, last)
            }
            Self::NoOrder { count } => {
                format!("None of all orders of these {count} operations explains what was read.")
            }
        }
    }

    /// The operations concerned, and of each whether it matters what it read.
    fn ops(&self) -> [Option<(u32, bool)>; 3] {
        let one = |a| [Some(a), None, None];
        let two = |a, b| [Some(a), Some(b), None];
        match *self {
            Self::NeverWritten { read } | Self::FoundInitial { read } => one((read, true)),
            Self::Aborted { read, write } | Self::ReadFrom { write, read } => {
                two((write, false), (read, true))
            }
            Self::Session { first, then } | Self::RealTime { first, then } => {
                two((first, false), (then, false))
            }
            Self::Overwritten { older, newer, read } => [
                Some((older, false)),
                Some((newer, false)),
                Some((read, true)),
            ],
            Self::NotYet { read, write } => two((read, true), (write, false)),
            Self::Stale { read, newer } => two((read, true), (newer, false)),
            Self::Circle { op } => one((op, false)),
            Self::Disagree { one, other } => two((one, true), (other, true)),
            Self::NoOrder { .. } => [None; 3],
        }
    }
}

/// A witness of these steps.
pub(super) fn witness<V: Copy + Eq>(
    ops: &[SessionOp<V>],
    web: &Web,
    flaw: Flaw,
    mut steps: Vec<Step>,
) -> Witness<V> {
    let mut known = rustc_hash::FxHashSet::default();
    steps.retain(|step| known.insert(*step));
    let mut concerned: Vec<(u32, bool)> = Vec::new();
    for (op, reads) in steps.iter().flat_map(Step::ops).flatten() {
        match concerned.iter_mut().find(|(known, _)| *known == op) {
            Some((_, known)) => *known |= reads,
            None => concerned.push((op, reads)),
        }
    }
    let numbers = concerned.iter().map(|(op, _)| *op).collect();
    complete(ops, web, &mut concerned);
    concerned.sort_unstable_by_key(|(op, _)| ops[*op as usize].timed.call);
    let proof = concerned.iter().map(|(op, reads)| {
        let mut op = ops[*op as usize];
        if let (false, Some(written)) = (*reads, op.timed.op.written()) {
            op.timed.op = Access::Write(written);
        }
        op
    });
    Witness {
        flaw,
        ops: numbers,
        steps,
        proof: proof.collect(),
    }
}

/// A witness that a value was read which was never in its register.
pub(super) fn stray<V: Copy + Eq>(ops: &[SessionOp<V>], stray: &Stray) -> Witness<V> {
    let mut steps: Vec<Step> = Vec::new();
    for pair in stray.ops.windows(2) {
        let (read, write) = (pair[0], pair[1]);
        steps.push(Step::ReadFrom { write, read });
    }
    steps.extend(stray.ops.last().map(|read| match stray.aborted {
        Some(write) => Step::Aborted { read: *read, write },
        None => Step::NeverWritten { read: *read },
    }));
    let flaw = match stray.aborted {
        Some(_) => Flaw::AbortedRead,
        None => Flaw::ThinAir,
    };
    let mut all: Vec<u32> = stray.ops.iter().copied().chain(stray.aborted).collect();
    all.sort_unstable_by_key(|op| ops[*op as usize].timed.call);
    Witness {
        flaw,
        ops: stray.ops.iter().copied().chain(stray.aborted).collect(),
        steps,
        proof: all.iter().map(|op| ops[*op as usize]).collect(),
    }
}

/// Adds what makes sense of operations: what was read has to be written, and a write that may not
/// have happened has to be read.
fn complete<V: Copy + Eq>(ops: &[SessionOp<V>], web: &Web, concerned: &mut Vec<(u32, bool)>) {
    let mut at = 0;
    while let Some(&(op, reads)) = concerned.get(at) {
        at += 1;
        let Some(place) = web.nodes.iter().position(|node| node.op == op) else {
            continue;
        };
        let node = web.nodes[place];
        let is_read = matches!(ops[op as usize].timed.op, Access::Read(_));
        if node.from < INITIAL && (reads || is_read) {
            let write = web.node(node.from).op;
            if concerned.iter().all(|(known, _)| *known != write) {
                concerned.push((write, false));
            }
        }
        if node.is_open {
            let readers = || {
                web.nodes
                    .iter()
                    .filter(|reader| reader.from == place as u32)
            };
            let is_told = |reader: u32| concerned.contains(&(reader, true));
            if !readers().any(|reader| is_told(reader.op)) {
                let reader = readers()
                    .min_by_key(|reader| reader.is_open)
                    .map(|node| node.op);
                concerned.retain(|(known, _)| Some(*known) != reader);
                concerned.extend(reader.map(|reader| (reader, true)));
                at = 0;
            }
        }
    }
}

/// Where a node got its value from, as a step.
pub(super) fn source(web: &Web, node: u32) -> Option<Step> {
    let reader = web.node(node);
    let read = reader.op;
    match reader.from {
        NONE => None,
        INITIAL => Some(Step::FoundInitial { read }),
        from => Some(Step::ReadFrom {
            write: web.node(from).op,
            read,
        }),
    }
}
