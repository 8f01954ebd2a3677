//! What can be found wrong, as data: the texts behind `explain`, `list anomalies` and their page.
//!
//! What is wrong on the wire is described in [`crate::problem`].

mod cluster;
mod recorded;

pub use cluster::OF_CLUSTERS;
pub use recorded::RECORDED;

/// One kind of anomaly.
#[derive(Debug, Clone, Copy)]
pub struct AnomalyDef {
    /// Its name, as it stands in verdicts.
    pub name: &'static str,
    /// What it means, and the usual cause.
    pub meaning: &'static str,
    /// A history of a few lines that shows it.
    pub example: &'static str,
}

/// All anomalies, by subject.
pub fn all() -> impl Iterator<Item = &'static AnomalyDef> {
    ANOMALIES.iter().chain(RECORDED).chain(OF_CLUSTERS)
}

/// All anomalies that checks find in the histories of runs, by subject.
pub const ANOMALIES: &[AnomalyDef] = &[
    AnomalyDef {
        name: "echo-mismatch",
        meaning: "An answer does not carry what was sent. The usual causes are text that is cut, \
                  escaped twice or decoded in the wrong encoding, and a variable that still holds \
                  the request before.",
        example: "\
c1 -> n0  echo \"Please echo 35\"
n0 -> c1  echo_ok \"Please echo 35\"
c1 -> n0  echo \"Please echo 7\"
n0 -> c1  echo_ok \"Please echo 35\"   <- the value of the request before",
    },
    AnomalyDef {
        name: "duplicate-id",
        meaning: "An id was given out twice. The usual causes are a counter that every node \
                  starts at the same number, a counter that begins again after a restart, the \
                  time of day as an id, and too few random digits.",
        example: "\
c1 -> n0  generate    n0 -> c1  generate_ok 1
c2 -> n1  generate    n1 -> c2  generate_ok 1   <- n0 gave out 1 before",
    },
    AnomalyDef {
        name: "lost-element",
        meaning: "A value was acknowledged, or shown by a node, and is not there afterwards. The \
                  usual causes are a message to a neighbour that is sent once and never again \
                  when no answer comes, a node that keeps values to itself, and values that are \
                  kept in memory only when the node is killed.",
        example: "\
c1 -> n0  broadcast 17    n0 -> c1  broadcast_ok
(the link from n0 to n1 loses a message, then everything is healed)
c1 -> n0  read            n0 -> c1  read_ok [17]
c2 -> n1  read            n1 -> c2  read_ok []      <- 17 is lost on n1",
    },
    AnomalyDef {
        name: "phantom-element",
        meaning: "A read shows a value that nobody had given, or whose request the node had \
                  refused. The usual causes are taking the wrong field of a message for the \
                  value, and keeping a value before finding out that it cannot be accepted.",
        example: "\
c1 -> n0  broadcast 17 (msg_id 3)    n0 -> c1  broadcast_ok
c1 -> n0  read                       n0 -> c1  read_ok [3]   <- nobody gave 3",
    },
    AnomalyDef {
        name: "duplicate-element",
        meaning: "One answer lists a value twice. The usual cause is a list to which values are \
                  appended whenever they arrive; messages can arrive twice, and by two ways.",
        example: "\
c1 -> n0  broadcast 17    n0 -> c1  broadcast_ok
n0 -> n1  gossip [17]     (arrives twice)
c2 -> n1  read            n1 -> c2  read_ok [17, 17]",
    },
    AnomalyDef {
        name: "diverged",
        meaning: "The nodes do not show the same in the end, although every fault was healed and \
                  they had time to tell each other. The usual causes are messages that are not \
                  sent again, and merging that depends on the order in which messages arrive.",
        example: "\
c1 -> n0  add 5           n0 -> c1  add_ok
(everything is healed, and the nodes have time to talk)
c1 -> n0  read            n0 -> c1  read_ok 5
c2 -> n1  read            n1 -> c2  read_ok 0      <- not what n0 shows",
    },
    AnomalyDef {
        name: "lost-add",
        meaning: "An acknowledged add does not count. Either the nodes do not tell each other \
                  what they counted, or two of them read the same sum, each add to it, and the \
                  later write replaces the earlier one: the lost update.",
        example: "\
n0 has 5, n1 has 5
c1 -> n0  add 1 : n0 writes 6     c2 -> n1  add 1 : n1 writes 6
n0 -> n1  the counter is 6        n1 keeps 6
c1 -> n0  read                    n0 -> c1  read_ok 6   <- 7 were added",
    },
    AnomalyDef {
        name: "phantom-add",
        meaning: "The counter is larger than what was added, or a number that no choice of adds \
                  makes. The usual cause is adding up what other nodes send, so that a message \
                  that arrives twice, or tells again what was told before, counts twice.",
        example: "\
c1 -> n0  add 5           n0 -> c1  add_ok
n0 -> n1  I counted 5     (arrives twice)
c2 -> n1  read            n1 -> c2  read_ok 10     <- only 5 were added",
    },
    AnomalyDef {
        name: "counter-regress",
        meaning: "A node showed a smaller sum than before, although nothing can be taken away. \
                  The usual causes are an older message that replaces newer knowledge, and \
                  knowledge that is kept in memory only when the node is killed.",
        example: "\
c1 -> n0  read            n0 -> c1  read_ok 12
n1 -> n0  an older total of n1 arrives late and replaces the newer one
c1 -> n0  read            n0 -> c1  read_ok 8      <- went back",
    },
    AnomalyDef {
        name: "phantom-value",
        meaning: "A read shows a value that nobody wrote to that key. The usual causes are one \
                  variable for all keys, and keeping a value under the wrong key on merge.",
        example: "\
c1 -> n0  write x \"a\"    n0 -> c1  write_ok ts 10
c1 -> n0  kv_read y      n0 -> c1  kv_read_ok \"a\"   <- \"a\" was written to x",
    },
    AnomalyDef {
        name: "wrong-timestamp",
        meaning: "A value has another timestamp than the one its write got. The usual causes are \
                  stamping merged entries with the time of the merge, and asking for the time \
                  twice, once for the store and once for the answer.",
        example: "\
c1 -> n0  write x \"a\"                      n0 -> c1  write_ok ts 10
c2 -> n1  kv_merge {x: \"a\", ts 10}         n1 -> c2  kv_merge_ok updated 1
c2 -> n1  kv_read x                        n1 -> c2  kv_read_ok \"a\" ts 12   <- not 10",
    },
    AnomalyDef {
        name: "backwards-merge",
        meaning: "A node shows an older entry than one it had. The usual cause is a merge that \
                  takes whatever comes, without looking which timestamp is greater.",
        example: "\
c1 -> n0  write x \"b\"                  n0 -> c1  write_ok ts 20
c1 -> n0  kv_merge {x: \"a\", ts 10}     (an entry that comes late)
c1 -> n0  kv_read x                    n0 -> c1  kv_read_ok \"a\" ts 10   <- it had ts 20",
    },
    AnomalyDef {
        name: "lost-write",
        meaning: "A write was acknowledged, nothing newer was written, and it is not there. The \
                  usual causes are a merge that only takes keys it does not have yet, and a store \
                  in memory only when the node is killed.",
        example: "\
c1 -> n0  write x \"a\"    n0 -> c1  write_ok ts 10
(n0 is killed and started again)
c1 -> n0  kv_read x      n0 -> c1  error 20   <- x was written",
    },
    AnomalyDef {
        name: "missing-key",
        meaning: "A key that nobody wrote is not answered with error 20 (key does not exist). The \
                  usual cause is a look-up that gives null or 0 for what is not there.",
        example: "\
c1 -> n0  kv_read never-0
n0 -> c1  kv_read_ok null   <- error 20 was expected",
    },
    AnomalyDef {
        name: "wrong-updated",
        meaning: "A merge does not count the entries that it took over. Only entries count whose \
                  timestamp is greater than the stored one, or whose key is new; the same entry \
                  again changes nothing.",
        example: "\
c1 -> n0  kv_merge {x: \"a\", ts 10}    n0 -> c1  kv_merge_ok updated 1
c1 -> n0  kv_merge {x: \"a\", ts 10}    n0 -> c1  kv_merge_ok updated 1   <- 0",
    },
    AnomalyDef {
        name: "wrong-status",
        meaning: "The status of a put is wrong for every order of the concurrent operations, or \
                  the number of siblings is. Compare clocks entry by entry: one dominates when no \
                  entry is less and one is greater; count the new value among the siblings.",
        example: "\
c1 -> n0  kv_put x \"a\" [1,0]    n0 -> c1  kv_put_ok written
c1 -> n0  kv_put x \"b\" [0,1]    n0 -> c1  kv_put_ok written   <- conflict, 2 siblings",
    },
    AnomalyDef {
        name: "phantom-sibling",
        meaning: "A get shows a value that nobody put to that key, or one with another clock than \
                  it was put with. A value keeps the clock of its put.",
        example: "\
c1 -> n0  kv_put x \"a\" [1,0]    n0 -> c1  kv_put_ok written
c1 -> n0  kv_get x              n0 -> c1  kv_get_ok \"a\" [2,0]   <- the clock was [1,0]",
    },
    AnomalyDef {
        name: "duplicate-sibling",
        meaning: "A get shows the same value with the same clock twice. The usual cause is a list \
                  to which values are appended that other nodes tell again.",
        example: "\
c1 -> n0  kv_put x \"a\" [1,0]    n0 -> c1  kv_put_ok written
n0 -> n1  x: \"a\" [1,0]          (arrives twice)
c2 -> n1  kv_get x              n1 -> c2  kv_get_ok \"a\" [1,0], \"a\" [1,0]",
    },
    AnomalyDef {
        name: "dominated-sibling",
        meaning: "A get shows a value although the clock of another one dominates its clock. When \
                  a value is stored, those that it dominates must go; a stale one is not stored.",
        example: "\
c1 -> n0  kv_put x \"a\" [1,0]    n0 -> c1  kv_put_ok written
c1 -> n0  kv_put x \"b\" [2,0]    n0 -> c1  kv_put_ok written
c1 -> n0  kv_get x              n0 -> c1  kv_get_ok \"a\" [1,0], \"b\" [2,0]",
    },
    AnomalyDef {
        name: "lost-sibling",
        meaning: "A put was accepted, no clock dominates it, and its value is not there. The usual \
                  causes are overwriting what is concurrent, comparing clocks by their sum or by \
                  one entry, and a store in memory only when the node is killed.",
        example: "\
c1 -> n0  kv_put x \"a\" [1,0]    n0 -> c1  kv_put_ok written
c1 -> n0  kv_put x \"b\" [0,1]    n0 -> c1  kv_put_ok conflict 2
c1 -> n0  kv_get x              n0 -> c1  kv_get_ok \"b\" [0,1]   <- \"a\" is lost",
    },
    AnomalyDef {
        name: "unresolved",
        meaning: "After a resolve whose clock dominates everything, more than one value is left. \
                  Resolving replaces all that its clock dominates.",
        example: "\
(x has \"a\" [1,0] and \"b\" [0,1])
c1 -> n0  kv_resolve x \"ab\" [1,1]    n0 -> c1  kv_resolve_ok resolved
c1 -> n0  kv_get x    n0 -> c1  kv_get_ok \"a\" [1,0], \"b\" [0,1], \"ab\" [1,1]",
    },
    AnomalyDef {
        name: "digest-mismatch",
        meaning: "Equal sets have different digests, or different sets the same one. The usual \
                  causes are hashing the elements in the order in which they came, a hash that \
                  each process seeds for itself, and a digest of the number of elements.",
        example: "\
(n0 got 1 and then 2, n1 got 2 and then 1)
c1 -> n0  digest    n0 -> c1  digest_ok \"a0f1\" count 2
c2 -> n1  digest    n1 -> c2  digest_ok \"77c3\" count 2   <- the same set",
    },
    AnomalyDef {
        name: "wrong-count",
        meaning: "A digest is told with a count that is not the size of the set. The usual causes \
                  are counting an element each time it arrives, and losing elements.",
        example: "\
c1 -> n0  broadcast 17    n0 -> c1  broadcast_ok
c1 -> n0  broadcast 17    n0 -> c1  broadcast_ok
c1 -> n0  digest          n0 -> c1  digest_ok \"a0f1\" count 2   <- one element",
    },
    AnomalyDef {
        name: "wrong-match",
        meaning: "A sync says that both sides match when they differ, or that they differ when \
                  they match. Compare the digest in the request with that of your own set, and \
                  nothing else.",
        example: "\
c1 -> n0  digest                           n0 -> c1  digest_ok \"a0f1\" count 2
c1 -> n0  digest_sync \"xyz\" null           n0 -> c1  digest_sync_ok match true",
    },
    AnomalyDef {
        name: "wrong-transferred",
        meaning: "A sync does not count what the other side lacked. These are the elements of the \
                  node's own set that are not in remote_messages, as they were before the sync.",
        example: "\
(n0 has 1, 2, 3)
c1 -> n0  digest_sync \"xyz\" [1, 9]
n0 -> c1  digest_sync_ok match false transferred 1   <- 2 and 3 were lacking: 2",
    },
    AnomalyDef {
        name: "wrong-local-messages",
        meaning: "The list in the answer to a sync is not the node's whole set, or has an element \
                  twice. It is all that the node has, not only what the other side lacked.",
        example: "\
(n0 has 1, 2, 3)
c1 -> n0  digest_sync \"xyz\" [1]
n0 -> c1  digest_sync_ok match false local_messages [2, 3]   <- 1 is missing",
    },
    AnomalyDef {
        name: "missing-union",
        meaning: "A node did not take over what it was given in a sync. Afterwards both sides must \
                  have the union of what they had.",
        example: "\
(n0 has 1 and 2)
c1 -> n0  digest_sync \"xyz\" [9]    n0 -> c1  digest_sync_ok match false
c1 -> n0  digest                   n0 -> c1  digest_ok \"a0f1\" count 2   <- 9 is missing",
    },
    AnomalyDef {
        name: "no-answer",
        meaning: "Requests got no answer although the node was there and nothing was broken: all \
                  requests of a kind, the last ones of a node, or one while no fault was active. \
                  The usual causes are output that is not flushed, a handler that waits for \
                  another node without end, and a lock that is never released.",
        example: "\
(every fault is healed)
c1 -> n0  read
(five seconds later) c1 gives up   <- n0 was alive and reachable",
    },
    AnomalyDef {
        name: "nothing-asked",
        meaning: "The run was over before an operation of a kind that the workload needs was \
                  issued. That is no pass: raise the rate or the time limit.",
        example: "\
splitbrain test -w g-counter --rate 0 ...
(no add, no read)",
    },
    AnomalyDef {
        name: "unavailable",
        meaning: "A smaller share of the operations succeeded than --availability demands, or a \
                  scenario's `availability`. The usual cause is a node that asks others before it \
                  answers and cannot while they are out of reach.",
        example: "\
--availability total
(n0 is cut off from n1)
c1 -> n0  generate
(five seconds later) c1 gives up   <- 119 of 120 succeeded",
    },
    AnomalyDef {
        name: "too-many-messages",
        meaning: "The nodes sent each other more messages for each client operation than \
                  --max-msgs-per-op allows. Messages to services count. Collect several values \
                  and send them together, and do not send to a node what it told you.",
        example: "\
--max-msgs-per-op 20
c1 -> n0  broadcast 17
n0 -> n1 n2 n3 n4, and each of these -> all others   <- 20 messages for a value
(with several values at once in a message it is a fraction of that)",
    },
    AnomalyDef {
        name: "too-slow",
        meaning: "The median or the greatest latency is above what was allowed. For broadcast \
                  the latency of a value is the time until every read shows it, for other \
                  workloads that of an operation. Fewer hops between nodes make it smaller.",
        example: "\
--latency 100 --max-latency-max 600, the nodes in a line
n0 -> n1 -> n2 -> n3 -> n4 -> n5 -> n6 -> n7   <- 700 ms until n7 has it",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problem;
    use std::collections::BTreeSet;

    #[test]
    fn every_name_is_explained_once() {
        let on_the_wire = Problem::ALL.iter().map(|problem| problem.def().name);
        let all: Vec<&str> = all().map(|def| def.name).chain(on_the_wire).collect();
        let different: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), different.len());
    }

    #[test]
    fn examples_fit_a_terminal() {
        for def in all() {
            let lines: Vec<&str> = def.example.lines().collect();
            assert!((2..=5).contains(&lines.len()), "{}", def.name);
            assert!(
                lines.iter().all(|line| line.chars().count() <= 88),
                "{}",
                def.name
            );
        }
    }
}
