//! Times during which something is certainly there.

/// Intervals between positions, each with the number of what is there meanwhile.
pub(super) struct Covers {
    /// By their beginnings.
    intervals: Vec<Cover>,
    /// For every interval: which of those up to it lasts longest.
    furthest: Vec<u32>,
}

/// From one position to another one, not including them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cover {
    pub(super) from: u32,
    pub(super) until: u32,
    pub(super) what: u32,
}

impl Covers {
    pub(super) fn new(mut intervals: Vec<Cover>) -> Self {
        intervals.sort_unstable_by_key(|cover| cover.from);
        let mut best = 0;
        let furthest = (0..intervals.len()).map(|at| {
            if intervals[at].until > intervals[best].until {
                best = at;
            }
            best as u32
        });
        let furthest = furthest.collect();
        Self {
            intervals,
            furthest,
        }
    }

    /// As few as possible that together leave no moment free between two positions, in order;
    /// `None` if there is a free moment.
    pub(super) fn chain(&self, from: u32, until: u32) -> Option<Vec<u32>> {
        let mut chain = Vec::new();
        let mut covered = from;
        while covered < until {
            let begun = self.intervals.partition_point(|c| c.from <= covered);
            let last = begun.checked_sub(1)?;
            let furthest = &self.intervals[self.furthest[last] as usize];
            if furthest.until <= covered {
                return None;
            }
            covered = furthest.until;
            chain.push(furthest.what);
        }
        Some(chain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_are_short_and_without_gaps() {
        let cover = |(from, until, what)| Cover { from, until, what };
        let covers = [(2, 5, 0), (0, 3, 1), (4, 9, 2), (3, 6, 3), (9, 12, 4)];
        let covers = Covers::new(covers.map(cover).to_vec());
        assert_eq!(covers.chain(1, 8), Some(vec![1, 3, 2]));
        assert_eq!(covers.chain(4, 12), Some(vec![2, 4]));
        assert_eq!(covers.chain(4, 13), None);
        assert_eq!(covers.chain(20, 21), None);
    }
}
