//! Where the writes of a key are: by sessions, in their order.

use crate::levels::web::{INITIAL, NONE, Web};

/// The writes of all keys. An open write is in no session; it is listed where sessions read it.
pub(super) struct Versions {
    /// By key, the first of its groups.
    keys: Vec<u32>,
    groups: Vec<Place>,
    entries: Vec<Entry>,
    /// Who reads an open write, by its number among those.
    pub readers: Vec<Vec<u32>>,
}

/// The entries of one session and one key begin here.
#[derive(Clone, Copy)]
struct Place {
    session: u32,
    begin: u32,
}

#[derive(Clone, Copy)]
struct Entry {
    position: u32,
    write: u32,
}

/// Writes of one session to one key, of which a read knows.
pub(super) struct Group<'a> {
    entries: &'a [Entry],
}

impl Group<'_> {
    /// The last of them.
    pub(super) fn write(&self) -> u32 {
        self.entries.last().map_or(NONE, |entry| entry.write)
    }

    /// From the last to the last one that was done by the session.
    pub(super) fn to_last_own(&self, web: &Web) -> impl Iterator<Item = u32> {
        let mut is_over = false;
        let writes = self.entries.iter().rev().map(|entry| entry.write);
        writes.take_while(move |write| {
            let goes_on = !is_over;
            is_over |= !web.node(*write).is_open;
            goes_on
        })
    }
}

impl Versions {
    pub(super) fn new(web: &Web) -> Self {
        let is_open = |node: u32| node < INITIAL && web.node(node).is_open;
        let open_begin = web.open_begin();
        let mut readers = vec![Vec::new(); web.nodes.len() - open_begin];
        for (at, node) in (0..).zip(&web.nodes) {
            if is_open(node.from) {
                readers[node.from as usize - open_begin].push(at);
            }
        }
        let mut begins = vec![0u32; web.keys as usize + 1];
        let entries_of = |at: u32| {
            let node = web.node(at);
            let seen = is_open(node.from).then_some(node.from);
            [seen, node.writes.then_some(at)]
        };
        let known = 0..open_begin as u32;
        for at in known.clone() {
            begins[web.node(at).key as usize + 1] += entries_of(at).iter().flatten().count() as u32;
        }
        for at in 1..begins.len() {
            begins[at] += begins[at - 1];
        }
        let count = begins.last().map_or(0, |count| *count as usize);
        let empty = Entry {
            position: 0,
            write: NONE,
        };
        let mut entries = vec![empty; count];
        let mut sessions = vec![NONE; count];
        let mut ends = begins.clone();
        for at in known {
            for write in entries_of(at).into_iter().flatten() {
                let end = &mut ends[web.node(at).key as usize];
                let position = web.position(at);
                entries[*end as usize] = Entry { position, write };
                sessions[*end as usize] = web.node(at).session;
                *end += 1;
            }
        }
        let (keys, groups) = groups(&begins, &sessions);
        Self {
            keys,
            groups,
            entries,
            readers,
        }
    }

    /// The writes of a key among what is known, and not among what is known already, group by
    /// group.
    pub(super) fn newer(
        &self,
        key: u32,
        past: &[u32],
        known: Option<&[u32]>,
        mut with: impl FnMut(Group<'_>),
    ) {
        let (begin, end) = (self.keys[key as usize], self.keys[key as usize + 1]);
        for at in begin as usize..end as usize {
            let place = self.groups[at];
            let session = place.session as usize;
            let (from, until) = (known.map_or(0, |known| known[session]), past[session]);
            if from >= until {
                continue;
            }
            let group = place.begin as usize..self.groups[at + 1].begin as usize;
            let entries = &self.entries[group];
            let last = entries.partition_point(|entry| entry.position <= until);
            let entries = &entries[..last];
            if entries.last().is_some_and(|entry| entry.position > from) {
                let first = entries.partition_point(|entry| entry.position <= from);
                with(Group {
                    entries: &entries[first..],
                });
            }
        }
    }
}

/// Where groups begin, by key, with an end behind the last.
fn groups(begins: &[u32], sessions: &[u32]) -> (Vec<u32>, Vec<Place>) {
    let mut keys = Vec::with_capacity(begins.len());
    let mut groups: Vec<Place> = Vec::new();
    for range in begins.windows(2) {
        keys.push(groups.len() as u32);
        let mut last = NONE;
        for begin in range[0]..range[1] {
            let session = sessions[begin as usize];
            if session != last {
                groups.push(Place { session, begin });
                last = session;
            }
        }
    }
    keys.push(groups.len() as u32);
    groups.push(Place {
        session: NONE,
        begin: sessions.len() as u32,
    });
    (keys, groups)
}
