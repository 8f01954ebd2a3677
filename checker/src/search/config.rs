//! Where a search can stand at a position of the history.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHashMap;

use super::bits::Bits;
use super::space::Usages;

/// A state of the object, and what has become of the open operations.
///
/// There is nothing in it of operations that have returned, so a history of any length needs no
/// more than its concurrency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Config<B> {
    pub(crate) state: u32,
    /// How often indeterminate operations of each kind were used.
    pub(crate) usage: u32,
    /// Open operations that have taken effect and can do so no more.
    pub(crate) done: B,
    /// Open operations that may return: those that are done; those that only observe and met a
    /// state in which they are possible; and those that overwrite and were open when another one
    /// overwrote, because they may have taken effect just before it.
    pub(crate) fine: B,
    /// The last step overwrote and was of no use by itself; see [`super::moves`].
    pub(crate) is_idle: bool,
    /// How it was reached, in the trail.
    pub(crate) trail: u32,
}

impl<B: Bits> Config<B> {
    /// Whether from here everything is possible that is possible from the other.
    ///
    /// What is done in neither can still be done in both. An operation that is done in the other
    /// only is fine in this one, so it was not needed, and may still be used. (An operation that
    /// changes the state and is fine is done, so it must be so in both.)
    pub(crate) fn covers(&self, other: &Self, usages: &Usages) -> bool {
        self.state == other.state
            && other.fine.is_within(self.fine)
            && self.done.is_within(other.done)
            && usages.is_within(self.usage, other.usage)
    }

    /// Once an operation has returned its slot is free.
    pub(crate) fn forget(&mut self, slot: usize) {
        self.done = self.done.without(B::one(slot));
        self.fine = self.fine.without(B::one(slot));
    }
}

impl<B: Bits> PartialEq for Config<B> {
    fn eq(&self, other: &Self) -> bool {
        (self.state, self.usage, self.done, self.fine, self.is_idle)
            == (
                other.state,
                other.usage,
                other.done,
                other.fine,
                other.is_idle,
            )
    }
}

impl<B: Bits> Eq for Config<B> {}

impl<B: Bits> Hash for Config<B> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (self.state, self.usage, self.done, self.fine, self.is_idle).hash(hasher);
    }
}

/// With so many of one state, a new one is compared with some of them only.
const COMPARED: usize = 64;

/// Leaves out those that others cover.
pub(crate) fn keep_the_best<B: Bits>(configs: &mut Vec<Config<B>>, usages: &Usages) {
    if configs.len() < 2 {
        return;
    }
    let mut best: FxHashMap<u32, Vec<Config<B>>> = FxHashMap::default();
    for config in configs.drain(..) {
        let kept = best.entry(config.state).or_default();
        let from = kept.len().saturating_sub(COMPARED);
        if kept[from..].iter().any(|k| k.covers(&config, usages)) {
            continue;
        }
        if kept.len() <= COMPARED {
            kept.retain(|k| !config.covers(k, usages));
        }
        kept.push(config);
    }
    configs.extend(best.into_values().flatten());
    configs.sort_unstable_by_key(|c| (c.state, c.usage, c.done, c.fine));
    configs.dedup();
}
