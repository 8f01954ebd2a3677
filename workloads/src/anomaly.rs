//! What can be found wrong, as data: the texts behind `explain`, `list anomalies` and their page.

/// One kind of violation.
#[derive(Debug, Clone, Copy)]
pub struct AnomalyDef {
    /// Its name: the type of an anomaly in a verdict.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// An example in about five lines.
    pub example: &'static str,
}

/// All kinds that checks report; problems on the wire are in [`crate::problem`].
pub const ANOMALIES: &[AnomalyDef] = &[
    AnomalyDef {
        name: "no-answer",
        meaning: "Requests got no answer although the node was there and nothing was broken: all \
                  requests of a kind, the last ones of a node, or one while no fault was active.",
        example: "\
c1 > n0  {\"type\":\"read\",\"msg_id\":7}
         ... 5 seconds, no fault ...
c1       gives up",
    },
    AnomalyDef {
        name: "nothing-asked",
        meaning: "The run issued no operation, or none of a kind that the workload needs, so it \
                  tested nothing. It cannot pass.",
        example: "\
splitbrain test -w echo --bin ./node --rate 0
         no operation was issued",
    },
];
