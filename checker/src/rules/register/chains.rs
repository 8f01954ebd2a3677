//! Values that follow directly on each other, because compare-and-sets say so.

use std::hash::Hash;

use super::{Contradiction, NONE, Values, compared};

/// By cluster: its neighbours. Empty where there are no compare-and-sets.
#[derive(Debug, Default)]
pub(super) struct Chains {
    links: Vec<Link>,
}

#[derive(Debug, Clone, Copy)]
struct Link {
    /// The cluster that it was made of.
    from: u32,
    /// The cluster that was made of it.
    to: u32,
    /// Whether what was made of it was certainly there.
    is_needed: bool,
}

const ALONE: Link = Link {
    from: NONE,
    to: NONE,
    is_needed: false,
};

impl Chains {
    /// For so many clusters.
    pub(super) fn of(clusters: usize) -> Self {
        Self {
            links: vec![ALONE; clusters],
        }
    }

    /// How many clusters may have neighbours.
    pub(super) fn len(&self) -> usize {
        self.links.len()
    }

    fn link(&self, number: u32) -> &Link {
        self.links.get(number as usize).unwrap_or(&ALONE)
    }

    /// The cluster that this one was made of.
    pub(super) fn from(&self, number: u32) -> u32 {
        self.link(number).from
    }

    /// The cluster that was made of this one.
    pub(super) fn to(&self, number: u32) -> u32 {
        self.link(number).to
    }

    /// Whether something that was certainly there was made of this one.
    pub(super) fn is_needed(&self, number: u32) -> bool {
        self.link(number).is_needed
    }
}

impl<V: Copy + Eq + Hash> Values<'_, V> {
    /// Every compare-and-set that certainly succeeded follows on the value that it found.
    pub(super) fn link(&mut self) -> Result<(), Contradiction> {
        let all = 0..self.chains.len() as u32;
        let mut needed: Vec<u32> = all.filter(|number| self.is_needed(*number)).collect();
        while let Some(number) = needed.pop() {
            let Some(value) = self.writer(number).and_then(|w| compared(&w.op)) else {
                continue;
            };
            let Some(from) = self.number(value) else {
                let (op, cluster) = (self.cluster(number).writer, Some(number));
                return Err(Contradiction::ThinAir { op, cluster });
            };
            let was_needed = self.is_needed(from);
            self.chains.links[number as usize].from = from;
            let before = &mut self.chains.links[from as usize];
            if before.to != NONE {
                let clusters = [before.to, number];
                return Err(Contradiction::DoubleCas { clusters });
            }
            before.to = number;
            before.is_needed = true;
            if !was_needed {
                needed.push(from);
            }
        }
        Ok(())
    }
}
