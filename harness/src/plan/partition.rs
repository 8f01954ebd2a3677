//! Partitions: which directed links are cut. Every kind separates somebody.

use workloads::random::Stream;

/// The kinds of partition, by how many nodes they need at least.
const KINDS: &[(Kind, usize)] = &[
    (Kind::Halves, 2),
    (Kind::One, 2),
    (Kind::MajoritiesRing, 3),
    (Kind::Minority, 4),
];

/// How nodes are separated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Two groups, as equal as possible.
    Halves,
    /// One node against the rest.
    One,
    /// Every node hears a majority, and no two nodes the same one.
    MajoritiesRing,
    /// A third, rounded down, against the rest.
    Minority,
}

/// A partition: its name and the directed links (from, to) that are cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Partition {
    pub(crate) name: String,
    pub(crate) cut: Vec<(usize, usize)>,
}

/// Draws a partition of `nodes` (at least 2) nodes.
pub(crate) fn draw(nodes: usize, random: &mut Stream) -> Partition {
    let possible: Vec<Kind> = KINDS
        .iter()
        .filter(|(_, least)| nodes >= *least)
        .map(|(kind, _)| *kind)
        .collect();
    let kind = random.pick(&possible).copied().unwrap_or(Kind::One);
    let mut order: Vec<usize> = (0..nodes).collect();
    random.shuffle(&mut order);
    match kind {
        Kind::Halves => separate("halves", &order, nodes / 2),
        Kind::One => separate("one", &order, 1),
        Kind::Minority => separate("minority", &order, (nodes - 1) / 3),
        Kind::MajoritiesRing => ring(&order),
    }
}

/// Cuts all links between the first `size` nodes of an order and the others.
fn separate(kind: &str, order: &[usize], size: usize) -> Partition {
    let (mut left, mut right) = (order[..size].to_vec(), order[size..].to_vec());
    left.sort_unstable();
    right.sort_unstable();
    let cut = left
        .iter()
        .flat_map(|&a| right.iter().flat_map(move |&b| [(a, b), (b, a)]))
        .collect();
    Partition {
        name: format!("{kind}: {} | {}", names(&left), names(&right)),
        cut,
    }
}

/// Places the nodes on a ring; each hears itself and the nearest nodes up to a bare majority.
///
/// With an odd majority a node hears as many on its left as on its right and the cut is symmetric;
/// otherwise it hears one more on its left.
fn ring(order: &[usize]) -> Partition {
    let n = order.len();
    let majority = n / 2 + 1;
    let left = majority / 2;
    let right = majority - 1 - left;
    let mut cut = Vec::new();
    for position in 0..n {
        for distance in right + 1..n - left {
            cut.push((order[(position + distance) % n], order[position]));
        }
    }
    let mut shown = order.to_vec();
    shown.push(order[0]);
    let path: Vec<String> = shown.iter().map(|i| format!("n{i}")).collect();
    Partition {
        name: format!("majorities ring: {}", path.join(" - ")),
        cut,
    }
}

fn names(nodes: &[usize]) -> String {
    nodes
        .iter()
        .map(|i| format!("n{i}"))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use workloads::random::Seed;

    #[test]
    fn every_partition_separates_somebody_and_nobody_from_itself() {
        for nodes in 2..=9 {
            for seed in 0..200 {
                let mut random = Seed(seed).stream("test");
                let partition = draw(nodes, &mut random);
                assert!(!partition.cut.is_empty(), "{nodes} nodes: {partition:?}");
                assert!(
                    partition
                        .cut
                        .iter()
                        .all(|(a, b)| a != b && *a < nodes && *b < nodes)
                );
            }
        }
    }

    #[test]
    fn on_a_ring_every_node_hears_a_bare_majority_and_no_two_the_same() {
        for nodes in 3..=9 {
            let order: Vec<usize> = (0..nodes).collect();
            let Partition { cut, .. } = ring(&order);
            let heard: Vec<Vec<usize>> = (0..nodes)
                .map(|to| {
                    (0..nodes)
                        .filter(|from| !cut.contains(&(*from, to)))
                        .collect()
                })
                .collect();
            assert!(
                heard.iter().all(|h| h.len() == nodes / 2 + 1),
                "{nodes}: {heard:?}"
            );
            assert!(
                (0..nodes).all(|i| (0..i).all(|j| heard[i] != heard[j])),
                "{nodes}: {heard:?}"
            );
        }
    }
}
