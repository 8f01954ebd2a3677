//! What clients saw, and whether an atomic store can have shown it to them.

use std::collections::BTreeSet;

use nodes::quorum::{Reply, Version};

/// What a client asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// Values differ from PUT to PUT.
    Put(String),
    Get,
}

#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) client: usize,
    pub(crate) key: String,
    pub(crate) what: What,
    pub(crate) invoked: u64,
    pub(crate) returned: Option<(u64, Reply)>,
}

impl Operation {
    /// When it was over; never for one whose outcome is unknown.
    fn end(&self) -> u64 {
        match &self.returned {
            None | Some((_, Reply::NoQuorum { .. })) => u64::MAX,
            Some((at, _)) => *at,
        }
    }

    /// The version that it took or found; outside, none when its outcome is unknown, inside, none
    /// when the key was absent.
    fn version(&self) -> Option<Option<&Version>> {
        match &self.returned.as_ref()?.1 {
            Reply::Stored(version) => Some(Some(version)),
            Reply::Found(entry) => Some(Some(&entry.version)),
            Reply::Absent => Some(None),
            Reply::NoQuorum { .. } => None,
        }
    }
}

/// What is wrong even for those who look at values only.
pub(crate) const SEEN_BY_CLIENTS: &str = "not linearizable";

/// What is wrong with a history, by a name each.
pub(crate) fn violations(history: &[Operation]) -> BTreeSet<&'static str> {
    let mut seen = BTreeSet::new();
    for a in history {
        for b in history.iter().filter(|b| b.key == a.key) {
            let (Some(first), Some(second)) = (a.version(), b.version()) else {
                continue;
            };
            let both_put = [a, b].iter().all(|o| matches!(o.what, What::Put(_)));
            if both_put && first == second && !std::ptr::eq(a, b) {
                seen.insert("version taken twice");
            }
            if a.end() < b.invoked && second < first {
                seen.insert("older than before");
            }
        }
    }
    let keys: BTreeSet<&str> = history.iter().map(|o| o.key.as_str()).collect();
    let is_atomic = |key: &&str| {
        let of_key: Vec<&Operation> = history.iter().filter(|o| o.key == *key).collect();
        is_linearizable(&of_key)
    };
    if !keys.iter().all(is_atomic) {
        seen.insert(SEEN_BY_CLIENTS);
    }
    seen
}

/// Whether there is an order of these operations on one key that explains what they returned, by
/// trying. Versions play no part in it.
pub(crate) fn is_linearizable(operations: &[&Operation]) -> bool {
    // What was not answered explains nothing, unless somebody found it.
    let found = |value: &str| {
        let has_it = |o: &&Operation| match &o.returned {
            Some((_, Reply::Found(entry))) => entry.value == value,
            _ => false,
        };
        operations.iter().any(has_it)
    };
    let matters = |o: &&&Operation| match &o.what {
        What::Put(value) => o.end() < u64::MAX || found(value),
        What::Get => o.end() < u64::MAX,
    };
    let operations: Vec<&Operation> = operations.iter().filter(matters).copied().collect();
    assert!(operations.len() <= 128, "a set of bits");
    let mut seen = BTreeSet::new();
    let mut todo: Vec<(u128, Option<&str>)> = vec![(0, None)];
    while let Some((done, value)) = todo.pop() {
        let is_open = |i: &usize| done & (1 << i) == 0;
        let open = || (0..operations.len()).filter(is_open);
        let deadline = open().map(|i| operations[i].end()).min();
        if deadline.is_none_or(|end| end == u64::MAX) {
            return true;
        }
        let may_be_next = |i: &usize| Some(operations[*i].invoked) <= deadline;
        // A GET that fits changes nothing: it may as well come now.
        let next = match open()
            .filter(may_be_next)
            .find(|i| fits(operations[*i], value))
        {
            Some(get) => vec![(get, value)],
            None => open()
                .filter(may_be_next)
                .filter_map(|i| match &operations[i].what {
                    What::Put(put) => Some((i, Some(put.as_str()))),
                    What::Get => None,
                })
                .collect(),
        };
        for (i, value) in next {
            if seen.insert((done | 1 << i, value)) {
                todo.push((done | 1 << i, value));
            }
        }
    }
    false
}

/// Whether this is a GET that may return what it did while the key has this value.
fn fits(operation: &Operation, value: Option<&str>) -> bool {
    match &operation.returned {
        Some((_, Reply::Found(entry))) => value == Some(&*entry.value),
        Some((_, Reply::Absent)) => value.is_none(),
        _ => false,
    }
}
