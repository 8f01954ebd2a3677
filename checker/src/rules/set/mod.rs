//! One element of a set, which is added once.
//!
//! The element is absent, then there, then absent again. It is there from a moment of its add to a
//! moment of one removal, or for ever; whoever found it has a moment in between, whoever missed it
//! has one before or after, and so has a removal that did not say what it found. The later the add
//! the better; for each removal that may have been the one, the earlier the better: comparing a few
//! times decides.
//!
//! Source: sets are the simplest case of Lee and Mathur, *Efficient decrease-and-conquer
//! linearizability monitoring* (OOPSLA 2025), and of Abdulla and others, *Efficient linearizability
//! monitoring* (PLDI 2025). Removals without an answer and indeterminate operations are ours.
//! Exact; takes `O(n)` time and memory for n operations on one element.

#[cfg(test)]
mod tests;

use super::{Kind, Ruling, Witness};
use crate::model::SetOp;
use crate::timed::Timed;

/// Judges operations on one element that are sorted by their calls. `None` when it may have been
/// added twice, or when an operation has an answer and no end: the search is left for these, and is
/// fast where an element has two states.
#[must_use]
pub fn judge(ops: &[Timed<SetOp>], with_order: bool) -> Option<Ruling<SetOp>> {
    let element = Element::collect(ops)?;
    Some(match element.phases() {
        Err((kind, mut concerned)) => {
            let mut seen = Vec::new();
            concerned.retain(|op| {
                !seen.contains(op) && {
                    seen.push(*op);
                    true
                }
            });
            let mut proof: Vec<_> = concerned.iter().map(|op| ops[*op as usize]).collect();
            proof.sort_unstable_by_key(|timed| timed.call);
            Ruling::Impossible(Witness {
                kind,
                ops: concerned,
                proof,
            })
        }
        Ok(phases) if with_order => Ruling::Linearizable(element.order(&phases)),
        Ok(_) => Ruling::Linearizable(Vec::new()),
    })
}

/// The operations by what they say.
struct Element<'a> {
    ops: &'a [Timed<SetOp>],
    /// Who added it.
    add: Option<u32>,
    /// Who found it there.
    present: Vec<u32>,
    /// Who found it absent, and who removed it without saying what was found.
    absent: Vec<u32>,
    /// Who certainly removed it.
    removal: Option<u32>,
    /// Another one who certainly removed it.
    second_removal: Option<u32>,
    /// Who perhaps removed it.
    perhaps: Vec<u32>,
}

/// When the element is there; `None` for never.
type Phases = Option<Phase>;

/// The add, and what is needed to tell what stands before it and what after it.
struct Phase {
    add: u32,
    /// Who found it absent and was called before this did so before the add.
    added: u32,
    removal: Option<u32>,
}

impl<'a> Element<'a> {
    fn collect(ops: &'a [Timed<SetOp>]) -> Option<Self> {
        let mut element = Self {
            ops,
            add: None,
            present: Vec::new(),
            absent: Vec::new(),
            removal: None,
            second_removal: None,
            perhaps: Vec::new(),
        };
        for (id, timed) in (0..).zip(ops) {
            element.take_in(id, timed)?;
        }
        Some(element)
    }

    fn take_in(&mut self, id: u32, timed: &Timed<SetOp>) -> Option<()> {
        match timed.op {
            SetOp::Contains(_) if timed.is_indeterminate() => {}
            SetOp::Add { was_new: Some(_) } | SetOp::Remove { was_there: Some(_) }
                if timed.is_indeterminate() =>
            {
                return None;
            }
            SetOp::Contains(true)
            | SetOp::Add {
                was_new: Some(false),
            } => self.present.push(id),
            SetOp::Add { .. } => {
                if self.add.replace(id).is_some() {
                    return None;
                }
            }
            SetOp::Contains(false)
            | SetOp::Remove {
                was_there: Some(false),
            } => self.absent.push(id),
            SetOp::Remove {
                was_there: Some(true),
            } => {
                if self.removal.is_some() {
                    self.second_removal = Some(id);
                } else {
                    self.removal = Some(id);
                }
            }
            SetOp::Remove { was_there: None } => {
                self.perhaps.push(id);
                if !timed.is_indeterminate() {
                    self.absent.push(id);
                }
            }
        }
        Some(())
    }

    fn op(&self, id: u32) -> &Timed<SetOp> {
        &self.ops[id as usize]
    }

    /// When the element can have been there.
    fn phases(&self) -> Result<Phases, (Kind, Vec<u32>)> {
        let witnesses = || self.present.iter().chain(&self.removal).copied();
        let Some(add) = self.add else {
            return witnesses()
                .next()
                .map_or(Ok(None), |op| Err((Kind::ThinAir, vec![op])));
        };
        if self.op(add).is_indeterminate() && witnesses().next().is_none() {
            return Ok(None);
        }
        if let (Some(one), Some(other)) = (self.removal, self.second_removal) {
            return Err((Kind::TakenTwice, vec![one, other, add]));
        }
        let found = || self.present.iter().copied().chain([add]);
        // Added before the first return of these, removed after the last call.
        let first = found().min_by_key(|id| self.op(*id).ret).unwrap_or(add);
        let last = found().max_by_key(|id| self.op(*id).call).unwrap_or(add);
        if self.op(first).precedes(self.op(add)) {
            return Err((Kind::FutureRead, vec![first, add]));
        }
        if let Some(removal) = self.removal {
            if self.op(removal).precedes(self.op(add)) {
                return Err((Kind::TakenEarly, vec![removal, add]));
            }
            if self.op(removal).precedes(self.op(last)) {
                return Err((Kind::SeenAfterRemoval, vec![last, removal, add]));
            }
        }
        self.removed(add, first, last)
    }

    /// The removal that ends the time of the element, if there need be one.
    fn removed(&self, add: u32, first: u32, last: u32) -> Result<Phases, (Kind, Vec<u32>)> {
        let (added, seen) = (self.op(first).ret, self.op(last).call);
        let too_late = self.absent.iter().filter(|id| self.op(**id).call > added);
        let missed = too_late.min_by_key(|id| self.op(**id).ret).copied();
        let Some(missed) = missed else {
            if self.removal.is_none() {
                let removal = None;
                return Ok(Some(Phase {
                    add,
                    added,
                    removal,
                }));
            }
            return Ok(self
                .candidates()
                .find_map(|r| self.phase(add, added, seen, u32::MAX, r)));
        };
        let until = self.op(missed).ret;
        let phase = self
            .candidates()
            .find_map(|r| self.phase(add, added, seen, until, r));
        if phase.is_some() {
            return Ok(phase);
        }
        let mut concerned = vec![missed, first];
        let add_call = self.op(add).call;
        // Whoever might have removed it did so before it was seen for the last time.
        let is_too_early = |r: u32| (add_call..seen).contains(&self.op(r).ret);
        let is_seen_later = until <= seen;
        if is_seen_later || self.candidates().any(is_too_early) {
            concerned.push(last);
        }
        concerned.push(add);
        concerned.extend(self.removal);
        let is_removal = self.perhaps.contains(&missed);
        let kind = match (is_removal, is_seen_later) {
            (true, true) => Kind::SeenAfterRemoval,
            (true, false) => Kind::TakenTwice,
            (false, _) => Kind::MissedValue,
        };
        Err((kind, concerned))
    }

    /// Who may have removed it.
    fn candidates(&self) -> impl Iterator<Item = u32> {
        let perhaps: &[u32] = if self.removal.is_some() {
            &[]
        } else {
            &self.perhaps
        };
        self.removal.into_iter().chain(perhaps.iter().copied())
    }

    /// The time of the element if this removed it, as early as possible.
    fn phase(&self, add: u32, added: u32, seen: u32, until: u32, removal: u32) -> Phases {
        let timed = self.op(removal);
        let after = timed.call.max(seen);
        let removal = Some(removal);
        // Removed before anybody had to have seen it: then it was there for a moment only.
        if after < timed.ret.min(added) {
            let added = after + 1;
            return Some(Phase {
                add,
                added,
                removal,
            });
        }
        let is_possible = after.max(added) < timed.ret.min(until);
        is_possible.then_some(Phase {
            add,
            added,
            removal,
        })
    }

    fn order(&self, phases: &Phases) -> Vec<u32> {
        let Some(phase) = phases else {
            return self.absent.clone();
        };
        let others = self.absent.iter().filter(|id| Some(**id) != phase.removal);
        let (before, after): (Vec<u32>, Vec<u32>) =
            others.partition(|id| self.op(**id).call < phase.added);
        let mut order = before;
        order.push(phase.add);
        order.extend(&self.present);
        order.extend(phase.removal);
        order.extend(after);
        order
    }
}
