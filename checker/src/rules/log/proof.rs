//! From a contradiction to a few operations that are impossible by themselves.
//!
//! A log without some of its values is a log of the others: proofs leave out all values that do not
//! matter, and places count those that are kept.

use super::contradiction::Contradiction;
use super::places::Places;
use crate::model::LogOp;
use crate::rules::{Kind, Witness};
use crate::timed::Timed;

impl Contradiction {
    /// One operation has to come after all at its place and later ones, and was called only after
    /// the other one returned, which has to come before that.
    pub(super) fn backwards<V>(
        ops: &[Timed<LogOp<V>>],
        places: &Places,
        late: u32,
        early: u32,
    ) -> Self {
        let place = |op: u32| match &ops[op as usize].op {
            LogOp::Append { .. } => places.of(op),
            LogOp::Read(found) => found.len().saturating_sub(usize::from(op == early)),
            LogOp::Poll { offset, .. } => *offset as usize,
        };
        let (first, last) = (place(late), place(early));
        let append_at = |place: usize| places.appends[place];
        let told_by = |place: usize| places.told_by.get(place).copied();
        let mut concerned = vec![early, late];
        let mut missed = 0;
        let (kind, kept) = match (&ops[late as usize].op, &ops[early as usize].op) {
            (LogOp::Append { .. }, LogOp::Read(_)) => (Kind::FutureRead, vec![late]),
            (LogOp::Append { .. }, _) if first == last => (Kind::FutureRead, vec![late]),
            (LogOp::Append { .. }, _) => {
                concerned.extend(told_by(first).into_iter().chain(told_by(last)));
                (Kind::OutOfOrder, vec![late, append_at(last)])
            }
            (LogOp::Poll { .. }, _) if first >= places.known() => {
                missed = (first - places.known()) as u32;
                let kept = places.appends[places.known()..=first].to_vec();
                (Kind::MissedValue, kept)
            }
            _ => (Kind::MissedValue, vec![append_at(last)]),
        };
        concerned.extend(&kept);
        if missed > 0 {
            concerned.retain(|op| *op == late || kept.contains(op));
        }
        Self::Backwards {
            kind,
            ops: concerned,
            kept,
            missed,
        }
    }

    pub(super) fn witness<V: Copy + Eq>(&self, ops: &[Timed<LogOp<V>>]) -> Witness<LogOp<V>> {
        let evidence = self.evidence(ops);
        let mut all = [&evidence.ops[..], &evidence.kept[..]].concat();
        all.sort_unstable();
        all.dedup();
        let mut concerned = Vec::new();
        for op in &evidence.ops {
            if !concerned.contains(op) {
                concerned.push(*op);
            }
        }
        let kept = evidence
            .kept
            .iter()
            .filter_map(|op| appended(&ops[*op as usize]));
        let values: Vec<V> = kept.collect();
        let reduced = |op: &u32| {
            let timed = &ops[*op as usize];
            let place = evidence.places.iter().find(|(by, _)| by == op);
            if matches!(self, Self::ThinAir { .. } | Self::TooFar { .. }) {
                timed.clone()
            } else {
                only(
                    timed,
                    &values,
                    place.map(|(_, place)| *place),
                    evidence.missed,
                )
            }
        };
        Witness {
            kind: evidence.kind,
            proof: all.iter().map(reduced).collect(),
            ops: concerned,
        }
    }

    fn evidence<V: Copy>(&self, all: &[Timed<LogOp<V>>]) -> Evidence {
        let evidence = |kind, ops: &[u32], kept: &[u32]| Evidence {
            kind,
            ops: ops.to_vec(),
            kept: kept.to_vec(),
            places: Vec::new(),
            missed: 0,
        };
        match self {
            Self::ThinAir { by } => evidence(Kind::ThinAir, &[*by], &[]),
            Self::TooFar { by } => {
                let is_append = |id: &u32| appended(&all[*id as usize]).is_some();
                let appends: Vec<u32> = (0..all.len() as u32).filter(is_append).collect();
                evidence(Kind::TooFar, &[*by], &appends)
            }
            Self::Fork { reads, appends } => evidence(Kind::LongFork, reads, appends),
            Self::SamePlace { appends, by } => Evidence {
                places: by.iter().map(|by| (*by, 0)).collect(),
                ..evidence(Kind::SamePlace, by, appends)
            },
            Self::TwoPlaces {
                append,
                places: [one, two],
                by: [by_one, by_two],
                other,
            } => match other.filter(|_| two < one) {
                Some((other, by_other)) => Evidence {
                    places: vec![(*by_one, 1), (*by_two, 0), (by_other, 0)],
                    ..evidence(
                        Kind::TwoPlaces,
                        &[*by_one, *by_two, by_other],
                        &[*append, other],
                    )
                },
                None => Evidence {
                    places: vec![
                        (*by_one, u32::from(one > two)),
                        (*by_two, u32::from(two > one)),
                    ],
                    ..evidence(Kind::TwoPlaces, &[*by_one, *by_two], &[*append])
                },
            },
            Self::Backwards {
                kind,
                ops,
                kept,
                missed,
            } => Evidence {
                missed: *missed,
                ..evidence(*kind, ops, kept)
            },
        }
    }
}

/// What a contradiction is about.
struct Evidence {
    kind: Kind,
    /// Those who contradict each other.
    ops: Vec<u32>,
    /// Who appended the values that are kept, in the order in which they stand.
    kept: Vec<u32>,
    /// Where a value stands among them, said these.
    places: Vec<(u32, u32)>,
    /// So many of them are there at most, said who found nothing.
    missed: u32,
}

fn appended<V: Copy>(timed: &Timed<LogOp<V>>) -> Option<V> {
    match timed.op {
        LogOp::Append { value, .. } => Some(value),
        _ => None,
    }
}

/// The operation as it is when there are no other values than these.
fn only<V: Copy + Eq>(
    timed: &Timed<LogOp<V>>,
    values: &[V],
    place: Option<u32>,
    missed: u32,
) -> Timed<LogOp<V>> {
    let place_of = |value: &V| {
        let among = values.iter().position(|kept| kept == value);
        place.or(among.map(|at| at as u32))
    };
    let op = match &timed.op {
        LogOp::Append { value, offset } => LogOp::Append {
            value: *value,
            offset: offset.and_then(|_| place_of(value)),
        },
        LogOp::Read(found) => LogOp::Read(
            found
                .iter()
                .copied()
                .filter(|value| values.contains(value))
                .collect(),
        ),
        LogOp::Poll { found, .. } => LogOp::Poll {
            offset: found.as_ref().and_then(place_of).unwrap_or(missed),
            found: *found,
        },
    };
    Timed {
        call: timed.call,
        ret: timed.ret,
        op,
    }
}
