//! Digests that nodes told, and the sets they stood for.

use std::collections::BTreeMap;

use super::elements::Set;
use super::knowledge::Bounds;

/// So many digests are remembered; later ones are compared with these only.
const MOST: usize = 20_000;

/// A digest that was told.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// The operation, by the index of its invocation.
    pub(super) op: u64,
    pub(super) node: String,
    pub(super) digest: String,
    pub(super) bounds: Bounds,
}

/// All digests told so far.
#[derive(Debug, Default)]
pub(super) struct Digests {
    by_digest: BTreeMap<String, Vec<Told>>,
    by_set: BTreeMap<Set, Told>,
    count: usize,
}

impl Digests {
    /// Whether this digest was ever told.
    pub(super) fn is_known(&self, digest: &str) -> bool {
        self.by_digest.contains_key(digest)
    }

    /// The same digest told for a set that must have been another one.
    pub(super) fn same_digest_other_set(&self, digest: &str, bounds: &Bounds) -> Option<&Told> {
        let told = self.by_digest.get(digest)?;
        told.iter().find(|told| told.bounds.excludes(bounds))
    }

    /// What was told for exactly this set.
    pub(super) fn of_set(&self, set: &Set) -> Option<&Told> {
        self.by_set.get(set)
    }

    pub(super) fn remember(&mut self, told: Told) {
        if self.count >= MOST {
            return;
        }
        if let Some(set) = told.bounds.exact() {
            self.by_set
                .entry(set.clone())
                .or_insert_with(|| told.clone());
        }
        let same = self.by_digest.entry(told.digest.clone()).or_default();
        if !same.iter().any(|old| old.bounds == told.bounds) {
            same.push(told);
            self.count += 1;
        }
    }
}
