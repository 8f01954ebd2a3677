//! What can be found wrong with recorded histories, drawn as [`checker::recorded::read_notation`]
//! reads it.

use super::AnomalyDef;

/// All anomalies that `check` finds, but those that workloads find as well.
pub const RECORDED: &[AnomalyDef] = &[
    AnomalyDef {
        name: "thin-air-read",
        meaning: "A read found a value that nobody wrote. The usual causes are a variable that \
                  holds the value of another key, and an answer that is put together from two \
                  writes.",
        example: "\
0: |- write 1 -|
1:                |- read 7 -|   <- nobody wrote 7",
    },
    AnomalyDef {
        name: "aborted-read",
        meaning: "A read found a value whose write was answered with `fail`. What failed must not \
                  happen later: a node that does not know how a write ended has to say that it \
                  does not know (`info`, or no answer).",
        example: "\
0: |- write 1 -x
1:                |- read 1 -|   <- the write of 1 failed",
    },
    AnomalyDef {
        name: "future-read",
        meaning: "A value was seen before its write was called. Mostly the history is wrong: \
                  events were not recorded in the order in which they happened, or clocks of \
                  several machines were compared.",
        example: "\
0: |- read 1 -|
1:                |- write 1 -|   <- begins after 1 was read",
    },
    AnomalyDef {
        name: "stale-read",
        meaning: "A read found a value that had been replaced before the read began. The usual \
                  causes are an answer from a copy that has not heard of the write, a cache, and a \
                  leader that does not know that it is none any more.",
        example: "\
0: |- write 1 -|  |- write 2 -|
1:                                 |- read 1 -|   <- 2 had replaced it",
    },
    AnomalyDef {
        name: "long-fork",
        meaning: "Two reads each miss something that the other one has, so no order of the writes \
                  fits both. The usual cause is two copies that take writes independently and are \
                  read before they have told each other.",
        example: "\
0: |- add 1 ---------------|
1: |- add 2 ---------------|
2:      |- read [1] -|
3:      |- read [2] -|         <- each misses what the other one has",
    },
    AnomalyDef {
        name: "double-cas",
        meaning: "Two compare-and-sets found the same value, which was there once. The usual \
                  causes are comparing and setting in two steps with something in between, and two \
                  nodes that both decide.",
        example: "\
0: |- write 1 -|  |- cas [1,2] -|
1:                |- cas [1,3] -|   <- only one can find the 1",
    },
    AnomalyDef {
        name: "cas-circle",
        meaning: "Each of these compare-and-sets found what another one of them wrote, so each \
                  would have to come before the others. The usual cause is answering that a \
                  comparison succeeded without making it.",
        example: "\
0: |- cas [1,2] -|
1: |- cas [2,1] -|   <- nobody else wrote 1 or 2",
    },
    AnomalyDef {
        name: "never-put",
        meaning: "A value came out that nobody put in. The usual causes are an answer that belongs \
                  to another queue, and a value that was changed on its way.",
        example: "\
0: |- enqueue 1 -|
1:                  |- dequeue 7 -|   <- nobody put 7 in",
    },
    AnomalyDef {
        name: "taken-twice",
        meaning: "A value that was put in once came out twice. The usual causes are a value that \
                  is handed out again when its first taker is slow to confirm, two nodes that both \
                  hand it out, and a request that is sent again and carried out again.",
        example: "\
0: |- enqueue 1 -|  |- dequeue 1 -|
1:                                     |- dequeue 1 -|   <- it is gone",
    },
    AnomalyDef {
        name: "taken-early",
        meaning: "A value came out before it was put in. Mostly the history is wrong: events were \
                  not recorded in the order in which they happened.",
        example: "\
0: |- dequeue 1 -|
1:                  |- enqueue 1 -|   <- begins after 1 came out",
    },
    AnomalyDef {
        name: "out-of-order",
        meaning: "Values came out, or stand, in another order than they went in. The usual causes \
                  are several partitions behind one name, messages that overtake each other, and a \
                  value that is put back at the wrong end.",
        example: "\
0: |- enqueue 1 -|  |- enqueue 2 -|
1:                                     |- dequeue 2 -|  |- dequeue 1 -|",
    },
    AnomalyDef {
        name: "lost-value",
        meaning: "A value never came out, although another one did that cannot have passed it. The \
                  usual causes are a value that is removed before its taker has it, and a store in \
                  memory only when the node is killed.",
        example: "\
0: |- enqueue 1 -|  |- enqueue 2 -|
1:                                     |- dequeue 2 -|   <- 1 was before it",
    },
    AnomalyDef {
        name: "missed-value",
        meaning: "Nothing was found where certainly something was, or a read misses what had been \
                  added before it began. The usual cause is an answer from a copy that has not \
                  heard of it yet.",
        example: "\
0: |- enqueue 1 -|
1:                  |- dequeue null -|   <- 1 was there",
    },
    AnomalyDef {
        name: "missed-add",
        meaning: "A counter was found to be less than what had certainly been added. The usual \
                  causes are an answer from a copy that has not heard of it, and two adds that \
                  read the same sum and both write the next.",
        example: "\
0: |- add 5 -|
1:              |- read 0 -|   <- 5 had been added",
    },
    AnomalyDef {
        name: "not-greatest",
        meaning: "A value came out although a greater one was certainly there. The usual causes \
                  are comparing numbers as text, where 10 is less than 9, and several queues \
                  behind one name.",
        example: "\
0: |- insert 1 -|  |- insert 2 -|
1:                                   |- take 1 -|   <- 2 was there",
    },
    AnomalyDef {
        name: "too-many-holders",
        meaning: "More held a lock at once than may. The usual causes are a lock that expires \
                  while its holder still works, two nodes that both give it away, and a majority \
                  that is counted wrongly.",
        example: "\
0: |- acquire -|
1:                |- acquire -|   <- nobody released it",
    },
    AnomalyDef {
        name: "released-unheld",
        meaning: "Somebody released a lock without holding it, and was told that this is fine. A \
                  release has to be refused unless its process holds the lock.",
        example: "\
0: |- acquire -|
1:                |- release -|   <- 0 holds it",
    },
    AnomalyDef {
        name: "token-backwards",
        meaning: "A lock was acquired with a fencing token that is not greater than one that was \
                  handed out before. The usual causes are a number that each node counts for \
                  itself, and one that begins again after a restart.",
        example: "\
0: |- acquire = 5 -|  |- release -|
1:                                     |- acquire = 4 -|   <- not above 5",
    },
    AnomalyDef {
        name: "same-place",
        meaning: "Two values stand at one place of a log. The usual cause is two nodes that both \
                  number what is appended.",
        example: "\
0: |- append 7 = 0 -|
1:                      |- append 8 = 0 -|   <- 7 stands there",
    },
    AnomalyDef {
        name: "two-places",
        meaning: "A value that was appended once stands at two places of a log. The usual cause is \
                  a request that is sent again because its answer was lost, and is carried out \
                  again.",
        example: "\
0: |- append 7 = 0 -|  |- append 8 = 1 -|
1:                                           |- poll 1 = 7 -|   <- 7 stands at 0",
    },
    AnomalyDef {
        name: "too-far",
        meaning: "A value stands behind more values than were ever appended. The usual cause is \
                  numbering that skips: one that goes on after an append that failed, or that \
                  counts bytes.",
        example: "\
0: |- append 7 -|
1:                 |- poll 3 = 7 -|   <- nothing can stand before it",
    },
    AnomalyDef {
        name: "seen-after-removal",
        meaning: "An element was seen after it had been removed, and nobody added it again. The \
                  usual causes are merging copies by their union, which brings removed elements \
                  back, and an answer from a copy that has not heard of the removal.",
        example: "\
0: |- add 1 -|  |- remove 1 -|
1:                               |- contains 1 = true -|   <- it was removed",
    },
    AnomalyDef {
        name: "no-order",
        meaning: "No order of these operations gives their answers, if what was done before \
                  another one began comes first. All orders were tried; none of them is to blame \
                  alone. Look at the operations in the proof: mostly a copy answered that was \
                  behind.",
        example: "\
0: |- write 3 -| |- write 3 -| |- read 1 -| |- read 2 -| |- read 1 -|  <- again
1:                  |-------------------- write 1 --------------------|
2:                  |-------------------- write 2 --------------------|",
    },
    AnomalyDef {
        name: "order-circle",
        meaning: "What was read says which operations come before which, and in the end one would \
                  have to come before itself. The usual cause is two copies that take writes in \
                  different orders.",
        example: "\
0: |- write 1 -|  |- read 2 -|  |- read 1 -|
1: |- write 2 -|  |- read 1 -|  |- read 2 -|   <- each saw the other order",
    },
    AnomalyDef {
        name: "disagreement",
        meaning: "In the end clients read different values although nobody wrote any more, so \
                  copies did not come to agree. The usual causes are copies that keep what they \
                  hear last, and writes that are never sent again.",
        example: "\
0: |- write 1 -|  |- read 1 -|  |- read 1 -|
1: |- write 2 -|  |- read 2 -|  |- read 2 -|   <- one of both should win",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use checker::judge::{Named, Settings, ladder};
    use checker::recorded::{History, Val, read_notation};
    use checker::search::Budget;

    /// What all models and all levels say of a history.
    fn kinds(history: &History) -> Vec<&'static str> {
        let judge = |named: Named| named.judge(&Settings::default(), history, &Budget::AMPLE);
        let judgements = Named::ALL.into_iter().filter_map(|named| judge(named).ok());
        let violations = judgements.flat_map(|judgement| judgement.violations);
        let rungs = ladder(history, Val::NULL).map(|ladder| ladder.rungs);
        let rungs = rungs.unwrap_or_default().into_iter();
        let of_levels = rungs.filter_map(|rung| rung.violation);
        violations
            .chain(of_levels)
            .map(|violation| violation.kind)
            .collect()
    }

    #[test]
    fn every_example_is_found() {
        let mut wrong = Vec::new();
        for def in RECORDED {
            let (history, error) = read_notation(def.example);
            assert_eq!(error, None, "{}", def.name);
            let kinds = kinds(&history);
            if !kinds.contains(&def.name) {
                wrong.push((def.name, kinds));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
