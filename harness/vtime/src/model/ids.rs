//! The ids of processes and threads that programs see.
//!
//! Real ones differ from run to run, and programs mix them into what they take for chance. Each
//! node has a range of its own, so that what one node does never shifts the ids of another.

use std::collections::BTreeMap;

/// A node's range: that of node 0 begins here, and has this length.
const RANGE: i32 = 10_000;

/// Which id stands for which real one.
#[derive(Debug)]
pub(crate) struct Ids {
    /// For each node the id that is tried next; at the end, one for all nodes that are full.
    next: Vec<i32>,
    to_real: BTreeMap<i32, i32>,
    to_virtual: BTreeMap<i32, i32>,
}

impl Ids {
    /// For so many nodes.
    pub(crate) fn new(nodes: usize) -> Self {
        Self {
            next: (0..=nodes).map(first_of).collect(),
            to_real: BTreeMap::new(),
            to_virtual: BTreeMap::new(),
        }
    }

    /// The node's next id that nobody has. A range that is used up begins again; one in which all
    /// are taken is left for ids above all ranges.
    pub(crate) fn next(&mut self, node: usize) -> i32 {
        let (first, end) = (first_of(node), first_of(node + 1));
        for _ in first..end {
            let id = self.next[node];
            self.next[node] = if id + 1 < end { id + 1 } else { first };
            if !self.to_real.contains_key(&id) {
                return id;
            }
        }
        let above = self.next.len() - 1;
        while self.to_real.contains_key(&self.next[above]) {
            self.next[above] += 1;
        }
        self.next[above] += 1;
        self.next[above] - 1
    }

    /// From now on this id stands for this real one.
    pub(crate) fn bind(&mut self, shown: i32, real: i32) {
        self.release(real);
        self.to_real.insert(shown, real);
        self.to_virtual.insert(real, shown);
    }

    /// A real id is gone.
    pub(crate) fn release(&mut self, real: i32) {
        if let Some(shown) = self.to_virtual.remove(&real) {
            self.to_real.remove(&shown);
        }
    }

    /// The real id that a program means.
    pub(crate) fn to_real(&self, shown: i32) -> Option<i32> {
        self.to_real.get(&shown).copied()
    }

    /// The id that programs see.
    pub(crate) fn to_virtual(&self, real: i32) -> Option<i32> {
        self.to_virtual.get(&real).copied()
    }
}

fn first_of(node: usize) -> i32 {
    let place = i32::try_from(node).unwrap_or(i32::MAX);
    RANGE.saturating_mul(place.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_node_counts_in_a_range_of_its_own() {
        let mut ids = Ids::new(3);
        assert_eq!(
            [ids.next(0), ids.next(0), ids.next(2)],
            [10_000, 10_001, 30_000]
        );
    }

    #[test]
    fn both_ways_are_known_until_the_id_is_released() {
        let mut ids = Ids::new(1);
        ids.bind(10_000, 77);
        assert_eq!(
            (ids.to_real(10_000), ids.to_virtual(77)),
            (Some(77), Some(10_000))
        );
        ids.release(77);
        ids.release(77);
        assert_eq!((ids.to_real(10_000), ids.to_virtual(77)), (None, None));
    }

    #[test]
    fn a_real_id_stands_behind_one_id_only() {
        let mut ids = Ids::new(1);
        ids.bind(10_000, 77);
        ids.bind(10_001, 77);
        assert_eq!((ids.to_real(10_000), ids.to_real(10_001)), (None, Some(77)));
    }

    #[test]
    fn a_range_begins_again_without_the_ids_in_use() {
        let mut ids = Ids::new(2);
        for real in 0..RANGE {
            let shown = ids.next(0);
            assert_eq!(shown, 10_000 + real);
            if real % 5_000 == 0 {
                ids.bind(shown, real);
            }
        }
        assert_eq!([ids.next(0), ids.next(0)], [10_001, 10_002]);
        assert_eq!(ids.next(1), 20_000);
    }

    #[test]
    fn a_full_range_does_not_take_from_its_neighbour() {
        let mut ids = Ids::new(2);
        for real in 0..RANGE {
            let shown = ids.next(0);
            ids.bind(shown, real);
        }
        let shown = ids.next(0);
        ids.bind(shown, RANGE);
        assert_eq!((shown, ids.next(0), ids.next(1)), (30_000, 30_001, 20_000));
    }

    proptest! {
        #[test]
        fn nobody_gets_an_id_that_another_has(acts in prop::collection::vec(0usize..4, 0..200)) {
            let mut ids = Ids::new(3);
            let mut live = BTreeSet::new();
            // Ranges soon at their end, so that they begin again.
            (0..3).for_each(|node| ids.next[node] = first_of(node + 1) - 5);
            for (real, act) in (1..).zip(acts) {
                if act < 3 {
                    let shown = ids.next(act);
                    prop_assert!((first_of(act)..first_of(act + 1)).contains(&shown));
                    prop_assert!(live.insert(shown), "{} is in use", shown);
                    ids.bind(shown, real);
                } else if let Some(shown) = live.pop_first() {
                    let real = ids.to_real(shown).expect("it is in use");
                    ids.release(real);
                }
            }
        }
    }
}
