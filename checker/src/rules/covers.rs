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

    /// The first position between two just after which nothing is there, or as few as possible that
    /// together leave no such moment, in order.
    pub(super) fn free(&self, from: u32, until: u32) -> Result<u32, Vec<u32>> {
        let mut chain = Vec::new();
        let mut covered = from;
        while covered < until {
            let begun = self.intervals.partition_point(|c| c.from <= covered);
            let furthest = begun.checked_sub(1).map(|last| {
                let furthest = self.furthest[last] as usize;
                &self.intervals[furthest]
            });
            match furthest {
                Some(cover) if cover.until > covered => {
                    covered = cover.until;
                    chain.push(cover.what);
                }
                _ => return Ok(covered),
            }
        }
        Err(chain)
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
        assert_eq!(covers.free(1, 8), Err(vec![1, 3, 2]));
        assert_eq!(covers.free(4, 12), Err(vec![2, 4]));
        assert_eq!(covers.free(4, 13), Ok(12));
        assert_eq!(covers.free(20, 21), Ok(20));
    }
}
