//! The fault schedule: for every kind asked for, windows drawn from a stream of its own.

use serde::{Deserialize, Serialize};
use workloads::RunOptions;
use workloads::options::Fault;
use workloads::random::{Seed, Stream};

use super::partition;
use super::skew::ClockChange;

/// One fault with its window, in nanoseconds since operations began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedFault {
    /// When it begins.
    pub begin_ns: u64,
    /// When it is healed.
    pub end_ns: u64,
    /// Which fault it is.
    pub fault: Fault,
    /// What it does, for people.
    pub what: String,
    /// What it does.
    pub action: FaultAction,
}

/// What a fault does while it lasts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FaultAction {
    /// Changes what these directed links (from, to) do.
    #[serde(rename = "links")]
    Links {
        /// The links, by the indexes of their nodes.
        links: Vec<(usize, usize)>,
        /// What they do.
        effect: LinkEffect,
    },
    /// Kills these nodes, and starts them again at the end.
    #[serde(rename = "kill")]
    Kill(Vec<usize>),
    /// Stops these nodes, and continues them at the end.
    #[serde(rename = "pause")]
    Pause(Vec<usize>),
    /// Makes the clocks of these nodes wrong, and right again at the end.
    #[serde(rename = "skew")]
    Skew {
        /// The nodes.
        nodes: Vec<usize>,
        /// What is wrong with their clocks.
        change: ClockChange,
    },
}

impl FaultAction {
    /// The nodes concerned, ascending.
    #[must_use]
    pub fn nodes(&self) -> Vec<usize> {
        let mut nodes: Vec<usize> = match self {
            Self::Links { links, .. } => links.iter().flat_map(|(a, b)| [*a, *b]).collect(),
            Self::Kill(nodes) | Self::Pause(nodes) | Self::Skew { nodes, .. } => nodes.clone(),
        };
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }
}

/// What a link does to its messages. Shares are in percent so that plans stay exact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkEffect {
    /// Nothing arrives.
    pub cut: bool,
    /// So many messages of a hundred are lost.
    pub loss_percent: u64,
    /// So many of a hundred arrive twice.
    pub duplicate_percent: u64,
    /// So many of a hundred are held back by up to `reorder_ms`.
    pub reorder_percent: u64,
    /// How long messages are held back at most, in milliseconds.
    pub reorder_ms: u64,
    /// Everything takes so many milliseconds longer.
    pub delay_ms: u64,
}

impl LinkEffect {
    /// Two faults at the same time on one link: the stronger of each effect.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            cut: self.cut || other.cut,
            loss_percent: self.loss_percent.max(other.loss_percent),
            duplicate_percent: self.duplicate_percent.max(other.duplicate_percent),
            reorder_percent: self.reorder_percent.max(other.reorder_percent),
            reorder_ms: self.reorder_ms.max(other.reorder_ms),
            delay_ms: self.delay_ms.max(other.delay_ms),
        }
    }
}

const SECOND_NS: f64 = 1e9;

/// Draws all windows of all kinds, in order of beginning.
///
/// The mean length of a window and of the gaps between windows is the nemesis interval, but at
/// most a quarter of the run, so that every kind acts at least once and has time to do harm and
/// to be healed. All windows end with the run's main phase at the latest.
pub(super) fn schedule(seed: Seed, options: &RunOptions) -> Vec<PlannedFault> {
    let end_ns = options.time_limit * SECOND_NS;
    let mean_ns = (options.nemesis_interval * SECOND_NS).min(end_ns / 4.0);
    let mut kinds = options.nemesis.clone();
    kinds.sort_unstable();
    kinds.dedup();
    let mut all = Vec::new();
    for fault in kinds {
        let mut random = seed.stream(&format!("faults/{fault}"));
        let mut at_ns = random.unit() * mean_ns;
        while at_ns < end_ns * 0.95 {
            let length_ns = (0.5 + random.unit()) * mean_ns;
            let until_ns = (at_ns + length_ns).min(end_ns);
            let (what, action) = draw(fault, options.node_count, &mut random);
            all.push(PlannedFault {
                begin_ns: at_ns as u64,
                end_ns: until_ns as u64,
                fault,
                what,
                action,
            });
            at_ns = until_ns + (0.5 + random.unit()) * mean_ns;
        }
    }
    all.sort_by_key(|f| (f.begin_ns, f.fault));
    all
}

fn draw(fault: Fault, nodes: usize, random: &mut Stream) -> (String, FaultAction) {
    match fault {
        Fault::Partition => {
            let drawn = partition::draw(nodes, random);
            let effect = LinkEffect {
                cut: true,
                ..LinkEffect::default()
            };
            (
                drawn.name,
                FaultAction::Links {
                    links: drawn.cut,
                    effect,
                },
            )
        }
        Fault::Oneway => {
            let links = one_way_links(nodes, random);
            let effect = LinkEffect {
                cut: true,
                ..LinkEffect::default()
            };
            (
                format!("nothing passes {}", arrows(&links)),
                FaultAction::Links { links, effect },
            )
        }
        Fault::Loss => {
            let percent = random.between(10, 50);
            everywhere(nodes, format!("{percent}% of messages lost"), |e| {
                e.loss_percent = percent;
            })
        }
        Fault::Duplicate => {
            let percent = random.between(20, 60);
            let what = format!("{percent}% of messages arrive twice");
            everywhere(nodes, what, |e| e.duplicate_percent = percent)
        }
        Fault::Reorder => {
            let (percent, ms) = (random.between(20, 60), random.between(20, 200));
            let what = format!("{percent}% of messages held back by up to {ms} ms");
            everywhere(nodes, what, |e| {
                (e.reorder_percent, e.reorder_ms) = (percent, ms);
            })
        }
        Fault::Delay => slower_links(nodes, random),
        Fault::Kill => {
            let victims = victims(nodes, random);
            (node_names(&victims), FaultAction::Kill(victims))
        }
        Fault::Pause => {
            let victims = victims(nodes, random);
            (node_names(&victims), FaultAction::Pause(victims))
        }
        Fault::Skew => {
            let (nodes, change) = (victims(nodes, random), ClockChange::draw(random));
            let what = change.said_of(&nodes);
            (what, FaultAction::Skew { nodes, change })
        }
    }
}

fn everywhere(
    nodes: usize,
    what: String,
    set: impl FnOnce(&mut LinkEffect),
) -> (String, FaultAction) {
    let mut effect = LinkEffect::default();
    set(&mut effect);
    (
        what,
        FaultAction::Links {
            links: all_links(nodes),
            effect,
        },
    )
}

/// Half of all links take longer.
fn slower_links(nodes: usize, random: &mut Stream) -> (String, FaultAction) {
    let ms = random.between(50, 500);
    let mut links = all_links(nodes);
    random.shuffle(&mut links);
    links.truncate(links.len().div_ceil(2));
    links.sort_unstable();
    let effect = LinkEffect {
        delay_ms: ms,
        ..LinkEffect::default()
    };
    let what = format!("{} links slower by {ms} ms", links.len());
    (what, FaultAction::Links { links, effect })
}

fn all_links(nodes: usize) -> Vec<(usize, usize)> {
    (0..nodes)
        .flat_map(|a| (0..nodes).filter(move |b| *b != a).map(move |b| (a, b)))
        .collect()
}

/// Links cut in one direction only: for up to half of the pairs, one of the two.
fn one_way_links(nodes: usize, random: &mut Stream) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = (0..nodes)
        .flat_map(|a| (a + 1..nodes).map(move |b| (a, b)))
        .collect();
    random.shuffle(&mut pairs);
    let count = random.between(1, (pairs.len() as u64 / 2).max(1)) as usize;
    let mut links: Vec<(usize, usize)> = pairs[..count]
        .iter()
        .map(|&(a, b)| if random.chance(1, 2) { (a, b) } else { (b, a) })
        .collect();
    links.sort_unstable();
    links
}

/// One node, or up to a minority of them.
fn victims(nodes: usize, random: &mut Stream) -> Vec<usize> {
    let most = (nodes.saturating_sub(1) / 2).max(1) as u64;
    let mut order: Vec<usize> = (0..nodes).collect();
    random.shuffle(&mut order);
    order.truncate(random.between(1, most) as usize);
    order.sort_unstable();
    order
}

pub(super) fn node_names(nodes: &[usize]) -> String {
    nodes
        .iter()
        .map(|i| format!("n{i}"))
        .collect::<Vec<_>>()
        .join(" ")
}

pub(super) fn arrows(links: &[(usize, usize)]) -> String {
    links
        .iter()
        .map(|(a, b)| format!("n{a}>n{b}"))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Fault; 9] = [
        Fault::Partition,
        Fault::Oneway,
        Fault::Loss,
        Fault::Duplicate,
        Fault::Reorder,
        Fault::Delay,
        Fault::Kill,
        Fault::Pause,
        Fault::Skew,
    ];

    #[test]
    fn every_kind_acts_in_every_run_however_short_and_is_healed_by_its_end() {
        for seed in 0..50 {
            for time_limit in [0.5, 3.0, 60.0] {
                let options = RunOptions {
                    nemesis: KINDS.to_vec(),
                    time_limit,
                    ..RunOptions::default()
                };
                let faults = schedule(Seed(seed), &options);
                for kind in KINDS {
                    assert!(
                        faults.iter().any(|f| f.fault == kind),
                        "{kind} {time_limit}"
                    );
                }
                let end_ns = (time_limit * SECOND_NS) as u64;
                assert!(
                    faults
                        .iter()
                        .all(|f| f.begin_ns < f.end_ns && f.end_ns <= end_ns)
                );
                assert!(faults.iter().all(|f| !f.action.nodes().is_empty()));
            }
        }
    }

    #[test]
    fn one_more_kind_moves_nothing_of_the_others() {
        let with = |nemesis: &[Fault]| {
            let options = RunOptions {
                nemesis: nemesis.to_vec(),
                ..RunOptions::default()
            };
            let mut faults = schedule(Seed(9), &options);
            faults.retain(|f| f.fault == Fault::Partition);
            faults
        };
        assert_eq!(
            with(&[Fault::Partition]),
            with(&[Fault::Kill, Fault::Partition])
        );
    }

    #[test]
    fn one_way_cuts_leave_the_way_back_open() {
        for seed in 0..100 {
            let links = one_way_links(5, &mut Seed(seed).stream("test"));
            assert!(!links.is_empty());
            assert!(links.iter().all(|(a, b)| !links.contains(&(*b, *a))));
        }
    }

    #[test]
    fn never_more_than_a_minority_is_killed_at_once() {
        for seed in 0..100 {
            let killed = victims(5, &mut Seed(seed).stream("test"));
            assert!((1..=2).contains(&killed.len()));
        }
    }
}
