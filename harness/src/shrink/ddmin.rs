//! Delta debugging over a list: the fewest items with which something still happens.
//!
//! Tries nothing at all first, then halves, quarters and so on, each alone and each left away, down
//! to single items. What remains is minimal in that no single item can be left away.

/// The state of a search. Ask with [`Ddmin::propose`], answer with [`Ddmin::tell`].
#[derive(Debug, Clone)]
pub(super) struct Ddmin<T> {
    /// What is known to suffice.
    kept: Vec<T>,
    /// Into how many pieces it is cut.
    pieces: usize,
    /// Which of the attempts of this round is next.
    next: Attempt,
    /// Whether this round has left something away.
    shrunk: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    /// Without any item.
    Nothing,
    /// The i-th piece alone.
    Alone(usize),
    /// All but the i-th piece.
    Without(usize),
    /// There is nothing left to try.
    Over,
}

impl<T: Clone> Ddmin<T> {
    pub(super) fn new(items: Vec<T>) -> Self {
        let next = if items.is_empty() {
            Attempt::Over
        } else {
            Attempt::Nothing
        };
        Self {
            kept: items,
            pieces: 2,
            next,
            shrunk: false,
        }
    }

    /// What shall be tried next; nothing when the search is over.
    pub(super) fn propose(&self) -> Option<Vec<T>> {
        match self.next {
            Attempt::Nothing => Some(Vec::new()),
            Attempt::Alone(piece) => Some(self.kept[self.bounds(piece)].to_vec()),
            Attempt::Without(piece) => {
                let left_away = self.bounds(piece);
                let mut rest = self.kept[..left_away.start].to_vec();
                rest.extend_from_slice(&self.kept[left_away.end..]);
                Some(rest)
            }
            Attempt::Over => None,
        }
    }

    /// Whether it still happened with what was proposed.
    pub(super) fn tell(&mut self, happened: bool) {
        if !happened {
            self.advance();
            return;
        }
        self.kept = self.propose().unwrap_or_default();
        let Attempt::Without(piece) = self.next else {
            self.pieces = 2;
            self.next = self.first_of_round();
            return;
        };
        self.pieces = (self.pieces - 1).max(2);
        self.shrunk = true;
        self.next = match self.kept.len() {
            0 | 1 => Attempt::Over,
            // The next piece has taken the place of the one that went.
            _ if piece < self.pieces => Attempt::Without(piece),
            _ => self.after_round(),
        };
    }

    fn first_of_round(&self) -> Attempt {
        match self.kept.len() {
            // With a single item, nothing at all is the only thing that is less, and was tried.
            0 | 1 => Attempt::Over,
            _ => Attempt::Alone(0),
        }
    }

    fn advance(&mut self) {
        let pieces = self.pieces.min(self.kept.len());
        self.next = match self.next {
            Attempt::Nothing => self.first_of_round(),
            Attempt::Alone(i) if i + 1 < pieces => Attempt::Alone(i + 1),
            // Of two pieces each is the other's complement.
            // Of two pieces each is the other's complement.
            Attempt::Alone(_) if pieces > 2 => Attempt::Without(0),
            Attempt::Without(i) if i + 1 < pieces => Attempt::Without(i + 1),
            Attempt::Alone(_) | Attempt::Without(_) => self.after_round(),
            Attempt::Over => Attempt::Over,
        };
    }

    /// A round that left something away is repeated: what could not be left away before it may be
    /// now. Otherwise pieces get smaller.
    fn after_round(&mut self) -> Attempt {
        if std::mem::take(&mut self.shrunk) {
            return Attempt::Without(0);
        }
        if self.pieces >= self.kept.len() {
            return Attempt::Over;
        }
        self.pieces = (2 * self.pieces).min(self.kept.len());
        Attempt::Alone(0)
    }

    fn bounds(&self, piece: usize) -> std::ops::Range<usize> {
        let pieces = self.pieces.min(self.kept.len()).max(1);
        let at = |i: usize| i * self.kept.len() / pieces;
        at(piece)..at(piece + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Minimises against an oracle; gives what is left and how many questions it took.
    fn minimise(items: Vec<u32>, happens: impl Fn(&[u32]) -> bool) -> (Vec<u32>, usize) {
        let mut search = Ddmin::new(items);
        let mut questions = 0;
        while let Some(proposal) = search.propose() {
            questions += 1;
            search.tell(happens(&proposal));
        }
        (search.kept, questions)
    }

    #[test]
    fn nothing_is_tried_first() {
        assert_eq!(minimise((0..100).collect(), |_| true), (vec![], 1));
        assert_eq!(minimise(vec![], |_| true), (vec![], 0));
        assert_eq!(minimise(vec![7], |items| items == [7]), (vec![7], 1));
    }

    proptest! {
        #[test]
        fn a_planted_set_is_found_exactly(
            n in 1..400u32,
            planted in prop::collection::btree_set(0..400u32, 0..5),
        ) {
            let planted: Vec<u32> = planted.into_iter().filter(|i| *i < n).collect();
            let happens = |items: &[u32]| planted.iter().all(|p| items.contains(p));
            let (found, questions) = minimise((0..n).collect(), happens);
            // About 2 k log n questions for k items, and a last round that proves it minimal.
            let k = planted.len().max(1);
            let bound = 4 * k * (n.ilog2() as usize + 2) + 2 * k * k;
            prop_assert!(questions <= bound, "{} questions, at most {}", questions, bound);
            prop_assert_eq!(found, planted);
        }

        /// Also where less may happen without more, what is left cannot lose a single item.
        #[test]
        fn what_is_left_is_minimal(n in 1..12u32, table in any::<u64>()) {
            let happens = |items: &[u32]| {
                let set = items.iter().fold(0u64, |s, i| s | 1 << i);
                items.len() as u32 == n || table.rotate_left((set % 64) as u32) & 1 == 1
            };
            let (left, _) = minimise((0..n).collect(), happens);
            prop_assert!(happens(&left));
            for i in 0..left.len() {
                let mut without = left.clone();
                without.remove(i);
                prop_assert!(!happens(&without), "{:?} without {}", left, i);
            }
        }
    }
}
