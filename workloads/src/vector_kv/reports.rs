//! The sentences about wrong statuses and siblings.

use std::collections::BTreeSet;

use checker::mv_register::{Clock, Outcome};
use checker::{Anomaly, Operation};

use super::key_of;
use super::siblings::listed;
use super::wire::{Sibling, words};

/// What was there that a put meets, for the sentence about its status.
pub(super) fn reason(stored: &[(u64, Clock)], clock: &Clock) -> String {
    let newer = stored.iter().find(|(_, old)| old.dominates(clock));
    let beside = stored.iter().find(|(_, old)| old.compare(clock).is_none());
    match (newer, beside, stored.first()) {
        (Some((op, old)), _, _) => {
            format!(
                "Clock {:?} of operation {op} was there and dominates it.",
                old.0
            )
        }
        (None, Some((op, old)), _) => format!(
            "Clock {:?} of operation {op} was there, and neither dominates the other.",
            old.0
        ),
        (None, None, Some((op, old))) => format!(
            "It dominates all that was certainly there, such as clock {:?} of operation {op}.",
            old.0
        ),
        (None, None, None) => "Nothing was certainly there.".to_owned(),
    }
}

pub(super) fn wrong_status(
    op: &Operation,
    sibling: &Sibling,
    answer: &Outcome,
    possible: &BTreeSet<Outcome>,
    reason: &str,
) -> Anomaly {
    let only_the_count = matches!(answer, Outcome::Conflict(_))
        && possible.iter().all(|o| matches!(o, Outcome::Conflict(_)));
    let advice = if only_the_count {
        "siblings is the number of values that the key has now, the new one among them."
    } else {
        "Compare entry by entry: a clock dominates when no entry is less and one is greater."
    };
    let what = format!(
        "{} answered {} to the put of {sibling} to {:?}; expected {}. {reason} {advice}",
        op.invocation.node,
        words(answer),
        key_of(&op.invocation),
        listed(possible),
    );
    Anomaly::new("wrong-status", what).with_op(op)
}

fn returned(op: &Operation) -> String {
    let node = &op.invocation.node;
    format!(
        "{node} answered kv_get of {:?} with",
        key_of(&op.invocation)
    )
}

fn list_of(list: &[Sibling]) -> String {
    let all: Vec<String> = list.iter().map(Sibling::to_string).collect();
    match all.is_empty() {
        true => "nothing".to_owned(),
        false => all.join(", "),
    }
}

pub(super) fn unresolved(op: &Operation, list: &[Sibling], resolve: u64) -> Anomaly {
    let what = format!(
        "{} {}, although operation {resolve} had resolved the key with a clock that dominates all \
         others. kv_resolve replaces what its clock dominates.",
        returned(op),
        list_of(list),
    );
    with(Anomaly::new("unresolved", what).with_op(op), Some(resolve))
}

pub(super) fn phantom(op: &Operation, sibling: &Sibling, wrote: Option<&(u64, Clock)>) -> Anomaly {
    let why = wrote.map_or_else(
        || "but nobody put that value to that key".to_owned(),
        |(by, clock)| format!("but operation {by} put that value with clock {:?}", clock.0),
    );
    let what = format!("{} {sibling}, {why}.", returned(op));
    with(
        Anomaly::new("phantom-sibling", what).with_op(op),
        wrote.map(|(by, _)| *by),
    )
}

pub(super) fn duplicate(op: &Operation, sibling: &Sibling) -> Anomaly {
    let what = format!(
        "{} {sibling} more than once. Each value is one sibling.",
        returned(op)
    );
    Anomaly::new("duplicate-sibling", what).with_op(op)
}

pub(super) fn dominated(
    op: &Operation,
    sibling: &Sibling,
    by: Option<u64>,
    clock: &Clock,
) -> Anomaly {
    let what = format!(
        "{} {sibling}, but clock {:?}{} dominates it. When a value is stored, remove those whose \
         clocks it dominates.",
        returned(op),
        clock.0,
        by.map_or(String::new(), |by| format!(" of operation {by}")),
    );
    with(Anomaly::new("dominated-sibling", what).with_op(op), by)
}

pub(super) fn lost(op: &Operation, list: &[Sibling], writer: u64, clock: &Clock) -> Anomaly {
    let what = format!(
        "{} {}, but the value of operation {writer} with clock {:?} was there, and nothing \
         returned dominates it. Concurrent values stay side by side until a greater clock replaces \
         them.",
        returned(op),
        list_of(list),
        clock.0,
    );
    with(Anomaly::new("lost-sibling", what).with_op(op), Some(writer))
}

/// A list in which nothing is wrong by itself, but which no order explains.
pub(super) fn no_order(
    op: &Operation,
    list: &[Sibling],
    got: &BTreeSet<u64>,
    possible: &BTreeSet<Outcome>,
) -> Anomaly {
    let lacks = possible.iter().all(|outcome| match outcome {
        Outcome::Siblings(ops) => !ops.is_subset(got),
        _ => false,
    });
    let kind = if lacks {
        "lost-sibling"
    } else {
        "dominated-sibling"
    };
    let what = format!(
        "{} {}, but no order of the concurrent operations leads to that; expected {}.",
        returned(op),
        list_of(list),
        listed(possible),
    );
    Anomaly::new(kind, what).with_op(op)
}

fn with(mut anomaly: Anomaly, op: Option<u64>) -> Anomaly {
    anomaly.ops.extend(op);
    anomaly
}
