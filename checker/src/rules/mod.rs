//! Exact rules that decide linearizability in near-linear time, where a history allows it: mostly
//! because every value is written once, so that a read tells which write it saw.
//!
//! Every rule says `None` when it does not apply, and the search of [`crate::search`] is left. What
//! it finds comes with a proof that does not need the rule: an order of all operations that
//! [`crate::search::verify`] accepts, or a few operations that are impossible by themselves.

#[cfg(test)]
mod agreement;
pub mod bag;
mod containers;
pub mod counter;
mod covers;
mod empties;
pub mod grow_set;
mod line;
pub mod lock;
pub mod log;
mod pairs;
pub mod priority_queue;
pub mod queue;
pub mod register;
mod segments;
pub mod set;
pub mod stack;

use crate::timed::Timed;

/// What a rule found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling<O> {
    /// There is a linearization; this one, if it was asked for.
    Linearizable(Vec<u32>),
    /// There is none, because of these.
    Impossible(Witness<O>),
}

/// A few operations that cannot be linearized, whatever else happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness<O> {
    /// What is wrong with them.
    pub kind: Kind,
    /// The operations concerned, by number, those that contradict each other first.
    pub ops: Vec<u32>,
    /// A history of its own, and impossible like the whole: these operations, and what has to be
    /// there for them to make sense. Some demand less than in the whole history.
    pub proof: Vec<Timed<O>>,
}

/// Ways for a history to be impossible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A value was seen that nobody wrote.
    ThinAir,
    /// A value was seen before its write was called.
    FutureRead,
    /// A value was seen, overwritten, and seen again.
    StaleRead,
    /// A value was seen that had certainly been overwritten, whatever the order of the rest.
    Overwritten,
    /// Two reads each miss a value that the other one has.
    LongFork,
    /// Two compare-and-sets found the same value, which was there once.
    DoubleCas,
    /// A value was taken out that nobody put in.
    NeverPut,
    /// A value was put in once and taken out twice.
    TakenTwice,
    /// A value was taken out before it was put in.
    TakenEarly,
    /// Values came out in another order than they went in.
    OutOfOrder,
    /// A value that was put in never came out, but another one did that cannot have passed it.
    LostValue,
    /// Nothing was found where certainly something was.
    MissedValue,
    /// A counter was found to be less than what had been added.
    MissedAdd,
    /// A counter was found to be more than what can have been added.
    PhantomAdd,
    /// A value came out although a greater one was certainly there.
    NotGreatest,
    /// More held a lock at once than may.
    TooManyHolders,
    /// Somebody let go of a lock without holding it.
    ReleasedUnheld,
    /// A lock was acquired with a token that is not greater than one before.
    TokenBackwards,
    /// Two values stand at one place of a log.
    SamePlace,
    /// A value that was appended once stands at two places of a log.
    TwoPlaces,
    /// A value stands behind more values than were ever appended.
    TooFar,
    /// A value was seen after it had been taken out.
    SeenAfterRemoval,
    /// Compare-and-sets that would have to follow each other in a circle.
    CasCircle,
}

impl Kind {
    /// The name in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ThinAir => "thin-air-read",
            Self::FutureRead => "future-read",
            Self::StaleRead | Self::Overwritten => "stale-read",
            Self::LongFork => "long-fork",
            Self::DoubleCas => "double-cas",
            Self::CasCircle => "cas-circle",
            Self::NeverPut => "never-put",
            Self::TakenTwice => "taken-twice",
            Self::TakenEarly => "taken-early",
            Self::OutOfOrder => "out-of-order",
            Self::LostValue => "lost-value",
            Self::MissedValue => "missed-value",
            Self::MissedAdd => "missed-add",
            Self::PhantomAdd => "phantom-add",
            Self::NotGreatest => "not-greatest",
            Self::TooManyHolders => "too-many-holders",
            Self::ReleasedUnheld => "released-unheld",
            Self::TokenBackwards => "token-backwards",
            Self::SamePlace => "same-place",
            Self::TwoPlaces => "two-places",
            Self::TooFar => "too-far",
            Self::SeenAfterRemoval => "seen-after-removal",
        }
    }
}
