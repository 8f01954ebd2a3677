//! Who is whose neighbour, for each topology.

use crate::options::Topology;

impl Topology {
    /// The neighbours of each of `n` nodes, by index and ascending. Neighbours are mutual.
    #[must_use]
    pub fn neighbours(self, n: usize) -> Vec<Vec<usize>> {
        let are_linked: Box<dyn Fn(usize, usize) -> bool> = match self {
            Self::Total => Box::new(|_, _| true),
            Self::Line => Box::new(|a, b| a + 1 == b),
            Self::Grid => {
                let side = side_of(n);
                Box::new(move |a, b| a + side == b || (a + 1 == b && b % side != 0))
            }
            Self::Tree | Self::Tree2 => is_parent(2),
            Self::Tree3 => is_parent(3),
            Self::Tree4 => is_parent(4),
        };
        let neighbours_of = |node: usize| {
            (0..n)
                .filter(|other| *other != node)
                .filter(|other| are_linked(node.min(*other), node.max(*other)))
                .collect()
        };
        (0..n).map(neighbours_of).collect()
    }
}

/// The side of the smallest square with room for `n` nodes.
fn side_of(n: usize) -> usize {
    (1..).find(|side| side * side >= n).unwrap_or(1)
}

/// Whether the first of two nodes is the parent of the second in a tree filled level by level.
fn is_parent(children: usize) -> Box<dyn Fn(usize, usize) -> bool> {
    Box::new(move |a, b| (b - 1) / children == a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_of_five_lacks_its_corner() {
        // 0 1 2
        // 3 4
        let expected = [vec![1, 3], vec![0, 2, 4], vec![1], vec![0, 4], vec![1, 3]];
        assert_eq!(Topology::Grid.neighbours(5), expected);
    }

    #[test]
    fn a_line_and_a_tree() {
        assert_eq!(Topology::Line.neighbours(3), [vec![1], vec![0, 2], vec![1]]);
        let tree = Topology::Tree3.neighbours(6);
        assert_eq!(tree[0], [1, 2, 3]);
        assert_eq!(tree[1], [0, 4, 5]);
        assert_eq!(tree[5], [1]);
    }

    #[test]
    fn every_topology_connects_all_nodes_and_is_mutual() {
        for topology in Topology::ALL {
            for n in 1..30 {
                let neighbours = topology.neighbours(n);
                let mut reached = vec![false; n];
                let mut todo = vec![0];
                while let Some(node) = todo.pop() {
                    if !std::mem::replace(&mut reached[node], true) {
                        todo.extend(&neighbours[node]);
                    }
                }
                assert!(reached.iter().all(|r| *r), "{topology} {n}");
                let mutual = |a: usize| neighbours[a].iter().all(|b| neighbours[*b].contains(&a));
                assert!((0..n).all(mutual), "{topology} {n}");
            }
        }
    }
}
