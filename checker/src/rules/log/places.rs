//! Where values stand in a log.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::contradiction::Contradiction;
use crate::model::LogOp;
use crate::timed::Timed;

/// No place, and no operation.
pub(super) const NONE: u32 = u32::MAX;

/// The values of a log by those who appended them, in order.
pub(super) struct Places {
    /// First those whose place is known, then those that nobody saw.
    pub(super) appends: Vec<u32>,
    /// For every known place, who said what stands there.
    pub(super) told_by: Vec<u32>,
    /// For every operation that appended something its place.
    place_of: Vec<u32>,
}

impl Places {
    /// `None` when a value was appended twice, or an append has an offset and no end.
    pub(super) fn collect<V: Copy + Eq + Hash>(
        ops: &[Timed<LogOp<V>>],
    ) -> Option<Result<Self, Contradiction>> {
        let mut append_of: FxHashMap<V, u32> = FxHashMap::default();
        for (id, timed) in (0..).zip(ops) {
            if let LogOp::Append { value, offset } = timed.op {
                let is_odd = offset.is_some() && timed.is_indeterminate();
                if is_odd || append_of.insert(value, id).is_some() {
                    return None;
                }
            }
        }
        let mut places = Self {
            appends: vec![NONE; append_of.len()],
            told_by: vec![NONE; append_of.len()],
            place_of: vec![NONE; ops.len()],
        };
        let told = places.listen(ops, &append_of);
        Some(told.map(|()| {
            places.put_rest_last(ops);
            places
        }))
    }

    fn listen<V: Copy + Eq + Hash>(
        &mut self,
        ops: &[Timed<LogOp<V>>],
        append_of: &FxHashMap<V, u32>,
    ) -> Result<(), Contradiction> {
        let known = || {
            (0..)
                .zip(ops)
                .filter(|(_, timed)| !timed.is_indeterminate())
        };
        let find = |value: &V, by: u32| {
            append_of
                .get(value)
                .copied()
                .ok_or(Contradiction::ThinAir { by })
        };
        let mut longest: (u32, &[V]) = (NONE, &[]);
        for (id, timed) in known() {
            if let LogOp::Read(found) = &timed.op
                && found.len() > longest.1.len()
            {
                longest = (id, found);
            }
        }
        for (place, value) in (0..).zip(longest.1) {
            self.put(find(value, longest.0)?, place, longest.0)?;
        }
        for (id, timed) in known() {
            match &timed.op {
                LogOp::Append { value, offset } => {
                    if let Some(offset) = offset {
                        self.put(find(value, id)?, *offset, id)?;
                    }
                }
                LogOp::Read(found) => {
                    let differs = found
                        .iter()
                        .zip(longest.1)
                        .find(|(one, other)| one != other);
                    if let Some((one, other)) = differs {
                        let appends = [find(one, id)?, find(other, id)?];
                        let reads = [id, longest.0];
                        return Err(Contradiction::Fork { reads, appends });
                    }
                }
                LogOp::Poll { offset, found } => {
                    if let Some(value) = found {
                        self.put(find(value, id)?, *offset, id)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// What was appended stands at this place, somebody says.
    fn put(&mut self, append: u32, place: u32, by: u32) -> Result<(), Contradiction> {
        let at = place as usize;
        let before = self.place_of[append as usize];
        if before == place {
            return Ok(());
        }
        if before != NONE {
            let by = [self.told_by[before as usize], by];
            let other = self.appends.get(at).copied().filter(|other| *other != NONE);
            let told = other.map(|other| (other, self.told_by[at]));
            let places = [before, place];
            return Err(Contradiction::TwoPlaces {
                append,
                places,
                by,
                other: told,
            });
        }
        if self.appends.get(at).is_none() {
            // More stand before it than were ever appended.
            return Err(Contradiction::TooFar { by });
        }
        if self.appends[at] != NONE {
            return Err(Contradiction::SamePlace {
                appends: [self.appends[at], append],
                by: [self.told_by[at], by],
            });
        }
        (self.appends[at], self.told_by[at]) = (append, by);
        self.place_of[append as usize] = place;
        Ok(())
    }

    /// Whether every place up to the last known one is known.
    pub(super) fn are_all_known(&self) -> bool {
        !self.appends.contains(&NONE)
    }

    /// How many places somebody told of.
    pub(super) fn known(&self) -> usize {
        self.told_by.len()
    }

    /// Values that certainly were appended, and that nobody saw, by their returns.
    fn put_rest_last<V>(&mut self, ops: &[Timed<LogOp<V>>]) {
        let end = self.appends.iter().rposition(|append| *append != NONE);
        let known = end.map_or(0, |last| last + 1);
        self.appends.truncate(known);
        self.told_by.truncate(known);
        let is_left = |id: &u32| {
            let timed = &ops[*id as usize];
            let is_append = matches!(timed.op, LogOp::Append { .. });
            is_append && !timed.is_indeterminate() && self.place_of[*id as usize] == NONE
        };
        let mut left: Vec<u32> = (0..ops.len() as u32).filter(is_left).collect();
        left.sort_unstable_by_key(|id| ops[*id as usize].ret);
        for append in left {
            self.place_of[append as usize] = self.appends.len() as u32;
            self.appends.push(append);
        }
    }

    /// The place of what was appended.
    pub(super) fn of(&self, append: u32) -> usize {
        self.place_of[append as usize] as usize
    }
}
