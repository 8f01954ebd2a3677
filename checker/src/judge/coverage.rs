//! Whether anything could have gone wrong: a verdict is worth as much as what was tested.

use crate::model::{Model, Role};
use crate::recorded::{History, Recorded};
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
    /// How many operations were open while a fault was active, if the history tells of faults.
    pub during_faults: Option<usize>,
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
    /// When faults were active.
    faults: Vec<(u32, u32)>,
    during_faults: usize,
}

impl Tally {
    /// For the operations of this history.
    pub(super) fn of(history: &History) -> Self {
        Self {
            change: Vec::with_capacity(2 * history.ops.len()),
            indeterminate: 0,
            faults: history.faults.spans(),
            during_faults: 0,
        }
    }

    pub(super) fn take(&mut self, op: &Recorded) {
        self.mark(op.call, 1);
        if op.is_indeterminate() {
            self.indeterminate += 1;
        } else {
            self.mark(op.ret, -1);
        }
        if !self.faults.is_empty() {
            let next = self.faults.partition_point(|(_, to)| *to <= op.call);
            let met = self
                .faults
                .get(next)
                .is_some_and(|(from, _)| *from <= op.ret);
            self.during_faults += usize::from(met);
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
            during_faults: (!self.faults.is_empty()).then_some(self.during_faults),
            ..Coverage::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::judge::{Named, Settings};
    use crate::recorded::{read_json_lines, read_notation};
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

        let (history, _) = read_notation("0: |- write 1 -|  |- read 1 -|  |- write 2 -|");
        let judgement = Named::Register.judge(&settings, &history, &Budget::AMPLE);
        let coverage = judgement.expect("a register").coverage;
        assert_eq!((coverage.overlapping, coverage.most_open), (0, 1));
        assert_eq!((coverage.exposed_reads, coverage.indeterminate), (1, 0));
        assert_eq!(coverage.during_faults, None, "nobody told of any");
    }

    #[test]
    fn operations_that_faults_may_have_hit_are_counted() {
        let event = |process: &str, kind: &str, f: &str| {
            format!(r#"{{"process":{process},"type":"{kind}","f":"{f}","value":1}}"#)
        };
        let nemesis = |f: &str| event(r#""nemesis""#, "info", f);
        let write = |process: &str| {
            [
                event(process, "invoke", "write"),
                event(process, "ok", "write"),
            ]
        };
        let [begin, end] = write("0");
        // One is over before, one is open at the beginning, one comes in between, one at the end,
        // one later.
        let lines = [
            &write("1")[..],
            &[begin, nemesis("start-partition"), end],
            &write("2"),
            &[event("3", "invoke", "write"), nemesis("stop-partition")],
            &[event("3", "ok", "write")],
            &write("4"),
        ];
        let (history, error) = read_json_lines(lines.concat().join("\n").as_bytes());
        assert_eq!((history.ops.len(), error), (5, None));
        let judgement = Named::Register.judge(&Settings::default(), &history, &Budget::AMPLE);
        let coverage = judgement.expect("a register").coverage;
        assert_eq!(coverage.during_faults, Some(3));
    }
}
