//! What programs see of files that came into being or changed during a run: numbers and times of
//! the world instead of the machine's.
//!
//! Nobody tells when a file is written. Its time is the node's when a program first sees that it
//! has changed.

use std::collections::BTreeMap;

use crate::command::TimeNs;

/// Numbers of files begin here: above what small file systems have.
const FIRST_NUMBER: u64 = 10_000_000;

/// A file as the machine knows it; times in nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Real {
    pub(crate) device: u64,
    pub(crate) number: u64,
    /// Tells a file from one that was removed and had the same number.
    pub(crate) born_ns: i128,
    pub(crate) size: u64,
    pub(crate) written_ns: i128,
}

/// A file as programs see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) number: u64,
    pub(crate) born_ns: i128,
    pub(crate) written_ns: i128,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    size: u64,
    written_ns: i128,
    shown: Shown,
}

/// The files of a node.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files {
    known: BTreeMap<(u64, u64, i128), Known>,
}

impl Files {
    /// What a program sees now of a file that changed since the run began at `begun_ns`, by the
    /// machine's clock. Times that a program set itself are older than that, and stay.
    pub(crate) fn show(&mut self, real: Real, begun_ns: i128, now_ns: TimeNs) -> Shown {
        let (now_ns, next) = (i128::from(now_ns), FIRST_NUMBER + self.known.len() as u64);
        let is_set = real.written_ns < begun_ns;
        let key = (real.device, real.number, real.born_ns);
        let known = self.known.entry(key).or_insert(Known {
            size: real.size,
            written_ns: real.written_ns,
            shown: Shown {
                number: next,
                born_ns: now_ns,
                written_ns: now_ns,
            },
        });
        if (known.size, known.written_ns) != (real.size, real.written_ns) {
            (known.size, known.written_ns) = (real.size, real.written_ns);
            known.shown.written_ns = now_ns;
        }
        if is_set {
            known.shown.written_ns = real.written_ns;
        }
        known.shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: Real = Real {
        device: 1,
        number: 77,
        born_ns: 1_000,
        size: 5,
        written_ns: 1_000,
    };

    #[test]
    fn numbers_and_times_are_those_of_first_sights() {
        let mut files = Files::default();
        let first = files.show(FILE, 500, 10);
        let other = files.show(Real { number: 78, ..FILE }, 500, 20);
        assert_eq!((first.number, first.written_ns), (FIRST_NUMBER, 10));
        assert_eq!((other.number, other.written_ns), (FIRST_NUMBER + 1, 20));
        assert_eq!(files.show(FILE, 500, 30), first);
    }

    #[test]
    fn a_change_is_dated_when_it_is_seen() {
        let mut files = Files::default();
        let first = files.show(FILE, 500, 10);
        let longer = Real { size: 6, ..FILE };
        let seen = files.show(longer, 500, 30);
        assert_eq!(seen.written_ns, 30);
        assert_eq!((seen.number, seen.born_ns), (first.number, 10));
        assert_eq!(files.show(longer, 500, 40).written_ns, 30);
    }

    #[test]
    fn a_file_in_the_place_of_one_that_is_gone_is_another() {
        let mut files = Files::default();
        files.show(FILE, 500, 10);
        let later = Real {
            born_ns: 2_000,
            ..FILE
        };
        assert_eq!(files.show(later, 500, 20).number, FIRST_NUMBER + 1);
    }

    #[test]
    fn a_time_that_a_program_set_is_kept() {
        let mut files = Files::default();
        files.show(FILE, 500, 10);
        let set = Real {
            written_ns: 123,
            ..FILE
        };
        assert_eq!(files.show(set, 500, 20).written_ns, 123);
    }
}
