//! The smallest number with which something still happens, as if greater ones always did.

/// The state of a search. Ask with [`Smallest::propose`], answer with [`Smallest::tell`].
#[derive(Debug, Clone)]
pub(super) struct Smallest {
    /// The greatest number with which it did not happen.
    fails: Option<u64>,
    /// The smallest number with which it happened.
    works: u64,
    floor: u64,
    /// The search ends when less than one part in so many could still be gained.
    precision: u64,
}

impl Smallest {
    /// Looks between `floor` and `known`, with which it happens.
    pub(super) fn new(floor: u64, known: u64, precision: u64) -> Self {
        Self {
            fails: None,
            works: known,
            floor,
            precision,
        }
    }

    /// What shall be tried next; nothing when the search is over.
    pub(super) fn propose(&self) -> Option<u64> {
        if self.works <= self.floor {
            return None;
        }
        // The least of all first: often nothing of it is needed.
        let Some(fails) = self.fails else {
            return Some(self.floor);
        };
        let gap = self.works - fails;
        let fine_enough = gap <= 1 || gap <= self.works / self.precision;
        (!fine_enough).then_some(fails + gap / 2)
    }

    /// Whether it still happened with what was proposed.
    pub(super) fn tell(&mut self, happened: bool) {
        if let Some(proposed) = self.propose() {
            if happened {
                self.works = proposed;
            } else {
                self.fails = Some(proposed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_threshold_is_found(floor in 0..50u64, more in 0..2000u64, at in 0..2050u64) {
            let (known, threshold) = (floor + more, at.clamp(floor, floor + more));
            let mut search = Smallest::new(floor, known, u64::MAX);
            let mut questions = 0;
            while let Some(number) = search.propose() {
                questions += 1;
                search.tell(number >= threshold);
            }
            prop_assert_eq!(search.works, threshold);
            prop_assert!(questions <= 13, "{} questions", questions);
        }
    }

    #[test]
    fn it_stops_when_little_can_be_gained() {
        let mut search = Smallest::new(10, 20_000, 8);
        let mut tried = Vec::new();
        while let Some(number) = search.propose() {
            tried.push(number);
            search.tell(number >= 3_000);
        }
        assert_eq!(tried, [10, 10_005, 5_007, 2_508, 3_757, 3_132, 2_820]);
        assert_eq!(search.works, 3_132);
    }
}
