//! Last-writer-wins registers: which entries may exist, and which one must win.
//!
//! A register is written with a value and a timestamp. The timestamp may be the caller's (a merge)
//! or the node's own, learnt only from its answer. [`LwwRegister`] collects what was attempted for
//! one key and says whether an entry that somebody read can be explained.

use std::collections::{BTreeMap, BTreeSet};

/// Everything that was attempted for one key. `T` is the timestamp; values are unique texts, though
/// the same entry may be written any number of times.
#[derive(Debug, Clone)]
pub struct LwwRegister<T> {
    by_value: BTreeMap<String, Vec<Write<T>>>,
    by_ts: BTreeMap<T, BTreeMap<u64, String>>,
    without_ts: BTreeSet<u64>,
    greatest: Option<(T, u64)>,
}

/// One attempt to write a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write<T> {
    /// The operation, by the index of its invocation.
    pub op: u64,
    /// Its timestamp, as far as it is known.
    pub ts: Option<T>,
    /// Whether it was acknowledged.
    pub acknowledged: bool,
}

/// Why an entry that was read cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misread<T> {
    /// Nobody wrote this value to this key.
    Phantom,
    /// The value was written, but with this timestamp and by this operation.
    WrongTimestamp {
        /// The timestamp that belongs to the value.
        expected: T,
        /// The operation that wrote it.
        op: u64,
    },
}

impl<T> Default for LwwRegister<T> {
    fn default() -> Self {
        Self {
            by_value: BTreeMap::new(),
            by_ts: BTreeMap::new(),
            without_ts: BTreeSet::new(),
            greatest: None,
        }
    }
}

impl<T: Ord + Clone> LwwRegister<T> {
    /// A write begins; `ts` is what the caller asks for, `None` if the node decides.
    pub fn attempt(&mut self, op: u64, value: &str, ts: Option<T>) {
        match &ts {
            Some(ts) => self.note(ts, op, value),
            None => _ = self.without_ts.insert(op),
        }
        let write = Write {
            op,
            ts,
            acknowledged: false,
        };
        self.by_value
            .entry(value.to_owned())
            .or_default()
            .push(write);
    }

    /// A write is acknowledged with this timestamp.
    ///
    /// # Errors
    /// The timestamp that a read has shown for it already, if that is another one.
    pub fn acknowledge(&mut self, op: u64, value: &str, ts: &T) -> Result<(), T> {
        let Some(write) = find(&mut self.by_value, op, value) else {
            return Ok(());
        };
        let shown = write.ts.replace(ts.clone());
        write.acknowledged = true;
        self.without_ts.remove(&op);
        self.note(ts, op, value);
        if self.greatest.as_ref().is_none_or(|(best, _)| best < ts) {
            self.greatest = Some((ts.clone(), op));
        }
        match shown {
            Some(shown) if shown != *ts => Err(shown),
            _ => Ok(()),
        }
    }

    /// A write certainly did not happen.
    pub fn withdraw(&mut self, op: u64, value: &str) {
        let Some(writes) = self.by_value.get_mut(value) else {
            return;
        };
        for write in writes.extract_if(.., |w| w.op == op) {
            self.without_ts.remove(&op);
            if let Some(ops) = write.ts.and_then(|ts| self.by_ts.get_mut(&ts)) {
                ops.remove(&op);
            }
        }
    }

    /// Whether an entry that was read can be explained. A write whose timestamp was unknown has it
    /// from here on.
    ///
    /// # Errors
    /// What is wrong with the entry.
    pub fn explain(&mut self, value: &str, ts: &T) -> Result<(), Misread<T>> {
        let writes = self.by_value.entry(value.to_owned()).or_default();
        if writes.iter().any(|w| w.ts.as_ref() == Some(ts)) {
            return Ok(());
        }
        if let Some(write) = writes.iter_mut().find(|w| w.ts.is_none()) {
            write.ts = Some(ts.clone());
            let op = write.op;
            self.without_ts.remove(&op);
            self.note(ts, op, value);
            return Ok(());
        }
        let known = writes.iter().find_map(|w| Some((w.ts.clone()?, w.op)));
        Err(
            known.map_or(Misread::Phantom, |(expected, op)| Misread::WrongTimestamp {
                expected,
                op,
            }),
        )
    }

    /// The greatest acknowledged timestamp and the operation that has it.
    #[must_use]
    pub fn greatest(&self) -> Option<(&T, u64)> {
        self.greatest.as_ref().map(|(ts, op)| (ts, *op))
    }

    /// Whether nothing was ever attempted for this key.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.by_value.values().all(Vec::is_empty)
    }

    /// Whether this timestamp is greater than that of everything else that was attempted, so that
    /// no node can have an equal or newer entry except by the operation `own`.
    #[must_use]
    pub fn is_newest(&self, ts: &T, own: u64) -> bool {
        self.without_ts.is_empty()
            && self
                .by_ts
                .range(ts..)
                .all(|(_, ops)| ops.keys().all(|op| *op == own))
    }

    /// Whether two different values may have been written with this timestamp: two are known to,
    /// or a write whose timestamp nobody knows may have got it.
    #[must_use]
    pub fn may_be_tied(&self, ts: &T) -> bool {
        if !self.without_ts.is_empty() {
            return true;
        }
        let Some(ops) = self.by_ts.get(ts) else {
            return false;
        };
        let mut values = ops.values();
        let first = values.next();
        values.any(|value| Some(value) != first)
    }

    fn note(&mut self, ts: &T, op: u64, value: &str) {
        let ops = self.by_ts.entry(ts.clone()).or_default();
        ops.insert(op, value.to_owned());
    }
}

fn find<'a, T>(
    by_value: &'a mut BTreeMap<String, Vec<Write<T>>>,
    op: u64,
    value: &str,
) -> Option<&'a mut Write<T>> {
    by_value.get_mut(value)?.iter_mut().find(|w| w.op == op)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_needs_a_write_with_its_value_and_timestamp() {
        let mut register = LwwRegister::default();
        assert!(register.is_untouched());
        register.attempt(1, "a", None);
        assert!(!register.is_untouched());
        assert_eq!(register.explain("b", &5), Err(Misread::Phantom));
        assert_eq!(register.acknowledge(1, "a", &5), Ok(()));
        assert_eq!(register.explain("a", &5), Ok(()));
        let wrong = Misread::WrongTimestamp { expected: 5, op: 1 };
        assert_eq!(register.explain("a", &6), Err(wrong));
    }

    #[test]
    fn a_timestamp_shown_early_must_be_acknowledged_alike() {
        let mut register = LwwRegister::default();
        register.attempt(1, "a", None);
        assert_eq!(register.explain("a", &7), Ok(()));
        assert!(register.explain("a", &8).is_err());
        assert_eq!(register.acknowledge(1, "a", &8), Err(7));
        register.attempt(2, "b", None);
        assert_eq!(register.explain("b", &9), Ok(()));
        assert_eq!(register.acknowledge(2, "b", &9), Ok(()));
    }

    #[test]
    fn the_greatest_is_the_first_of_those_that_are_acknowledged() {
        let mut register = LwwRegister::default();
        assert_eq!(register.greatest(), None);
        for (op, ts) in [(1, 3), (2, 7), (3, 5), (4, 7)] {
            register.attempt(op, "a", None);
            assert_eq!(register.acknowledge(op, "a", &ts), Ok(()));
        }
        register.attempt(5, "a", Some(9));
        assert_eq!(register.greatest(), Some((&7, 2)));
    }

    #[test]
    fn a_withdrawn_write_explains_nothing() {
        let mut register = LwwRegister::default();
        register.attempt(1, "a", Some(3));
        register.withdraw(1, "a");
        assert_eq!(register.explain("a", &3), Err(Misread::Phantom));
        assert!(register.is_untouched());
    }

    #[test]
    fn newest_means_newer_than_all_attempts_of_others() {
        let mut register = LwwRegister::default();
        register.attempt(1, "a", Some(3));
        register.attempt(2, "b", Some(5));
        assert!(register.is_newest(&5, 2));
        assert!(!register.is_newest(&5, 9));
        assert!(register.is_newest(&6, 9));
        register.attempt(3, "c", None);
        assert!(!register.is_newest(&6, 9), "the third may be newer");
    }

    #[test]
    fn a_tie_takes_two_values() {
        let mut register = LwwRegister::default();
        register.attempt(1, "a", Some(3));
        register.attempt(2, "a", Some(3));
        assert!(!register.may_be_tied(&3));
        register.attempt(3, "b", Some(3));
        assert!(register.may_be_tied(&3));
    }

    #[test]
    fn a_write_whose_timestamp_nobody_knows_may_tie_with_anything() {
        let mut register = LwwRegister::default();
        register.attempt(1, "a", Some(3));
        register.attempt(2, "b", None);
        assert!(register.may_be_tied(&3));
        register.withdraw(2, "b");
        assert!(!register.may_be_tied(&3));
    }
}
