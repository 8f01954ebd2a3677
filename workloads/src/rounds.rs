//! Deals out the operations of a final pass, phase by phase.

use std::collections::VecDeque;

/// For each client, what it shall do in one phase.
pub(crate) type Hands<T> = Vec<VecDeque<T>>;

/// Where a final pass stands. A pass consists of phases; in a phase every client does what it was
/// dealt, one thing a round, and the next phase is dealt when all have finished.
#[derive(Debug)]
pub(crate) struct Rounds<T> {
    at: Option<(u32, u32)>,
    phase: u32,
    hands: Hands<T>,
    over: bool,
}

impl<T> Default for Rounds<T> {
    fn default() -> Self {
        Self {
            at: None,
            phase: 0,
            hands: Hands::new(),
            over: false,
        }
    }
}

impl<T> Rounds<T> {
    /// What a client does in a round of a pass. `deal` gives the hands of a phase, counted from 0
    /// in each pass, or `None` after the last one.
    pub(crate) fn next(
        &mut self,
        (pass, round): (u32, u32),
        slot: usize,
        deal: impl FnMut(u32) -> Option<Hands<T>>,
    ) -> Option<T> {
        if self.at != Some((pass, round)) {
            if self.at.is_none_or(|(before, _)| before != pass) {
                self.phase = 0;
                self.hands = Hands::new();
                self.over = false;
            }
            self.at = Some((pass, round));
            self.deal_again(deal);
        }
        self.hands.get_mut(slot)?.pop_front()
    }

    /// Goes on to the next phase in which somebody has something to do, if this one is over.
    fn deal_again(&mut self, mut deal: impl FnMut(u32) -> Option<Hands<T>>) {
        while !self.over && self.hands.iter().all(VecDeque::is_empty) {
            match deal(self.phase) {
                Some(hands) => self.hands = hands,
                None => self.over = true,
            }
            self.phase += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hands(of: &[&[u32]]) -> Hands<u32> {
        of.iter()
            .map(|hand| hand.iter().copied().collect())
            .collect()
    }

    #[test]
    fn a_phase_begins_when_all_have_finished_the_one_before() {
        let deal = |phase: u32| match phase {
            0 => Some(hands(&[&[1, 2], &[3]])),
            1 => Some(hands(&[&[], &[]])),
            2 => Some(hands(&[&[], &[4]])),
            _ => None,
        };
        for pass in 0..2 {
            let mut rounds = Rounds::default();
            let mut dealt = Vec::new();
            for round in 0..4 {
                let row: Vec<_> = (0..2)
                    .map(|slot| rounds.next((pass, round), slot, deal))
                    .collect();
                dealt.push(row);
            }
            let expected = [
                [Some(1), Some(3)],
                [Some(2), None],
                [None, Some(4)],
                [None, None],
            ];
            assert_eq!(dealt, expected);
        }
    }
}
