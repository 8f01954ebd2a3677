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

    /// What all operations show together. Takes `O(n)` if there were faults.
    pub(super) fn of_history(history: &History) -> Self {
        let faults = history.faults.spans();
        let is_hit = |op: &&Recorded| {
            let next = faults.partition_point(|(_, to)| *to <= op.call);
            faults.get(next).is_some_and(|(from, _)| *from <= op.ret)
        };
        let during_faults = || history.ops.iter().filter(is_hit).count();
        Self {
            most_open: history.open.most,
            // What is open at the end has no end.
            indeterminate: history.open.now,
            during_faults: history.faults.are_known().then(during_faults),
            ..Self::default()
        }
    }

    /// What one object shows. Takes `O(n)` for n operations that are sorted by their calls.
    pub(super) fn of_object<M: Model>(model: &M, ops: &[Timed<M::Op>]) -> Self {
        let mut coverage = Self::default();
        let (mut last_ret, mut first_change) = (0, u32::MAX);
        let next_calls = ops.iter().skip(1).map(|next| next.call).chain([u32::MAX]);
        for (timed, next_call) in ops.iter().zip(next_calls) {
            let overlaps = last_ret > timed.call || next_call < timed.ret;
            coverage.overlapping += usize::from(overlaps);
            last_ret = last_ret.max(timed.ret);
            // Without branches, as nobody can foresee what comes.
            let observes = model.role(&timed.op) == Role::Observes;
            coverage.exposed_reads += usize::from(observes & (first_change < timed.call));
            first_change = first_change.min(if observes { u32::MAX } else { timed.ret });
        }
        coverage
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
