//! Whether anything could have gone wrong: a verdict is worth as much as what was tested.

use crate::model::{Model, Role};
use crate::recorded::Recorded;
use crate::timed::Timed;

/// How hard a history was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// How many operations were open at the same time as another one of the same object.
    pub overlapping: usize,
    /// How many operations were open at once, at most, of all objects.
    pub most_open: usize,
    /// How many reads there were after the object had certainly been changed: these could have
    /// found something that is out of date.
    pub exposed_reads: usize,
    /// How many operations there are whose end is not known.
    pub indeterminate: usize,
}

impl Coverage {
    /// Adds what another object shows.
    pub(super) fn add(&mut self, other: Self) {
        self.overlapping += other.overlapping;
        self.exposed_reads += other.exposed_reads;
    }

    /// What one object shows. Takes `O(n)` for n operations that are sorted by their calls.
    pub(super) fn of_object<M: Model>(model: &M, ops: &[Timed<M::Op>]) -> Self {
        let mut coverage = Self::default();
        let mut last_ret = None;
        let mut first_change = u32::MAX;
        for (at, timed) in ops.iter().enumerate() {
            let next = ops.get(at + 1);
            let overlaps = last_ret.is_some_and(|ret| ret > timed.call)
                || next.is_some_and(|next| next.call < timed.ret);
            coverage.overlapping += usize::from(overlaps);
            last_ret = last_ret.max(Some(timed.ret));
            match model.role(&timed.op) {
                Role::Observes if first_change < timed.call => coverage.exposed_reads += 1,
                Role::Observes => {}
                Role::Overwrites | Role::Changes => first_change = first_change.min(timed.ret),
            }
        }
        coverage
    }
}

/// What all operations show together, one after the other in the order of their calls.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// By position: how many more operations are open after that event.
    change: Vec<i8>,
    indeterminate: usize,
}

impl Tally {
    /// For so many operations.
    pub(super) fn of(operations: usize) -> Self {
        Self {
            change: Vec::with_capacity(2 * operations),
            indeterminate: 0,
        }
    }

    pub(super) fn take(&mut self, op: &Recorded) {
        self.mark(op.call, 1);
        if op.is_indeterminate() {
            self.indeterminate += 1;
        } else {
            self.mark(op.ret, -1);
        }
    }

    fn mark(&mut self, position: u32, change: i8) {
        let at = position as usize;
        if self.change.len() <= at {
            self.change.resize(at + 1, 0);
        }
        self.change[at] = change;
    }

    /// Takes `O(n)` for n events.
    pub(super) fn coverage(&self) -> Coverage {
        let mut open = 0i64;
        let open = self.change.iter().map(|change| {
            open += i64::from(*change);
            open
        });
        Coverage {
            most_open: open.max().unwrap_or_default().unsigned_abs() as usize,
            indeterminate: self.indeterminate,
            ..Coverage::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::judge::{Named, Settings};
    use crate::recorded::read_notation;
    use crate::search::Budget;

    #[test]
    fn what_could_have_gone_wrong_is_counted() {
        let (history, _) = read_notation(
            "
            0: |- write 1 -|  |- read 1 -|  |- read 1 -|
            1:      |- read null -|            |- write 2 --...
            ",
        );
        let settings = Settings::default();
        let judgement = Named::Register.judge(&settings, &history, &Budget::AMPLE);
        let coverage = judgement.expect("a register").coverage;
        assert_eq!(coverage.overlapping, 5);
        assert_eq!(coverage.most_open, 2);
        // Two after the first write; the third began before it had returned.
        assert_eq!(coverage.exposed_reads, 2);
        assert_eq!(coverage.indeterminate, 1);
    }
}
