//! The keys of a run, by what is done with them.

/// So many keys that only merges write.
const MERGED: usize = 3;
/// So many keys whose two entries have the same timestamp.
pub(super) const TIES: usize = 6;
/// So many of these are written in the main phase, the others at the beginning of the final one.
pub(super) const DRAWN_TIES: usize = 3;
/// So many keys that nobody writes.
const NEVER: usize = 2;
/// So many keys that clients write unless `key_count` says otherwise.
const WRITTEN: usize = 6;

/// The names of the keys.
#[derive(Debug)]
pub(super) struct Keys {
    /// Clients write these.
    pub(super) written: Vec<String>,
    /// Only merges write these, with timestamps of the clients' own.
    pub(super) merged: Vec<String>,
    /// Only merges write these, two entries each, with the same timestamp.
    pub(super) ties: Vec<String>,
    /// Nobody writes these.
    pub(super) never: Vec<String>,
}

impl Keys {
    pub(super) fn new(key_count: Option<usize>) -> Self {
        let names =
            |prefix: &str, n: usize| (0..n).map(|i| format!("{prefix}{i}")).collect::<Vec<_>>();
        Self {
            written: names("k", key_count.unwrap_or(WRITTEN).max(1)),
            merged: names("merged-", MERGED),
            ties: names("tie-", TIES),
            never: names("never-", NEVER),
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &String> {
        let written = self.written.iter().chain(&self.merged);
        written.chain(&self.ties).chain(&self.never)
    }
}

/// Whether this is a key for entries with the same timestamp.
pub(super) fn is_tie(key: &str) -> bool {
    key.starts_with("tie-")
}
