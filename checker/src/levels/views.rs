//! PRAM and causal memory: each session explains all that it read by one order.
//!
//! The order holds the session's own operations and, for PRAM, the writes of all others in the
//! orders of their sessions (Lipton and Sandberg, *PRAM: a scalable shared memory*, 1988); for
//! causal memory whatever is a cause of them (Ahamad and others, *Causal memory*, 1995). What an
//! update found that never returned was told to nobody, and is not explained.
//!
//! With different values there is such an order unless what must come before a read goes in a
//! circle or holds a write where the initial value was found; and what must come before grows by
//! one rule: a write that comes before a read of another one comes before that (Bouajjani and
//! others, POPL 2017, section 5.3; the same argument does for PRAM, as the reads of a session stand
//! in one order). What comes before the i-th operation of the session is known by the first i
//! before which each write comes, which only gets smaller.
//!
//! Takes `O(nk log n)` for n operations of k sessions each time that the rule is applied to all,
//! which mostly is twice, and never more than n times; `O(n)` memory.

use super::order::{Forced, Order, Why};
use super::web::{INITIAL, NONE, Web};
use super::witness::{Flaw, Step, source};

/// Why a session cannot explain what it read; with causes, or without. With causes, which must not
/// contradict each other, only reads that are contested by them can be in trouble.
pub(super) fn judge(web: &Web, contested: Option<&[bool]>) -> Option<(Flaw, Vec<Step>)> {
    let writes = Writes::new(web);
    let mut first = vec![NONE; web.nodes.len()];
    (0..web.sessions()).find_map(|session| {
        let (begin, end) = web.session(session);
        let of_session =
            |contested: &[bool]| contested[begin as usize..end as usize].contains(&true);
        if !contested.is_none_or(of_session) {
            return None;
        }
        first.fill(NONE);
        let mut view = View {
            web,
            writes: &writes,
            session,
            contested,
            first: &mut first,
            forced: Vec::new(),
        };
        match view.fill() {
            Ok(()) => None,
            Err(trouble) => view.explain(trouble),
        }
    })
}

/// The writes of each key, session by session; open writes are sessions of their own.
struct Writes {
    keys: Vec<u32>,
    groups: Vec<u32>,
    writes: Vec<u32>,
}

impl Writes {
    fn new(web: &Web) -> Self {
        let is_write = |at: &u32| web.node(*at).writes;
        let mut writes: Vec<u32> = (0..web.nodes.len() as u32).filter(is_write).collect();
        writes.sort_by_key(|at| web.node(*at).key);
        let (mut keys, mut groups) = (vec![0; web.keys as usize + 1], Vec::new());
        for (place, at) in writes.iter().enumerate() {
            let node = web.node(*at);
            let last = place.checked_sub(1).map(|last| web.node(writes[last]));
            let is_same = last.is_some_and(|last| {
                last.key == node.key && last.session == node.session && !node.is_open
            });
            if !is_same {
                groups.push(place as u32);
                keys[node.key as usize + 1] += 1;
            }
        }
        for key in 1..keys.len() {
            keys[key] += keys[key - 1];
        }
        groups.push(writes.len() as u32);
        Self {
            keys,
            groups,
            writes,
        }
    }

    /// The writes of a key by sessions.
    fn of(&self, key: u32) -> impl Iterator<Item = &[u32]> {
        let (begin, end) = (self.keys[key as usize], self.keys[key as usize + 1]);
        let bounds = &self.groups[begin as usize..=end as usize];
        let part = |pair: &[u32]| pair[0] as usize..pair[1] as usize;
        bounds.windows(2).map(move |pair| &self.writes[part(pair)])
    }
}

/// Why there is no order.
#[derive(Clone, Copy)]
enum Trouble {
    /// A write comes before a read that found the initial value.
    Lost { read: u32, write: u32 },
    /// What must come before goes in a circle.
    Circle,
}

/// The order of a session, as it becomes known.
struct View<'a> {
    web: &'a Web,
    writes: &'a Writes,
    session: u32,
    contested: Option<&'a [bool]>,
    /// Of each operation, before which of the session's operations, from 1, it must come first.
    first: &'a mut [u32],
    forced: Vec<Forced>,
}

impl View<'_> {
    fn fill(&mut self) -> Result<(), Trouble> {
        let (begin, end) = self.web.session(self.session);
        for at in begin..end {
            self.first[at as usize] = at - begin + 1;
        }
        for at in begin..end {
            let from = self.web.node(at).from;
            if from < INITIAL {
                self.enter(from, at - begin + 1)?;
            }
        }
        while self.sweep()? {}
        self.close()
    }

    /// An operation comes before the session's i-th, and so does what comes before it.
    fn enter(&mut self, node: u32, i: u32) -> Result<(), Trouble> {
        let mut open = vec![node];
        while let Some(mut at) = open.pop() {
            while at != NONE {
                let first = &mut self.first[at as usize];
                let node = self.web.node(at);
                if node.session == self.session && !node.is_open && *first >= i {
                    return Err(Trouble::Circle);
                }
                if *first <= i {
                    break;
                }
                *first = i;
                if self.contested.is_some() && node.from < INITIAL {
                    open.push(node.from);
                }
                at = node.before;
            }
        }
        Ok(())
    }

    /// Whether causes alone leave room for a write between what was found and the read.
    fn is_contested(&self, read: u32) -> bool {
        self.contested
            .is_none_or(|contested| contested[read as usize])
    }

    /// Applies the rule to all reads; whether that changed something.
    fn sweep(&mut self) -> Result<bool, Trouble> {
        let (begin, end) = self.web.session(self.session);
        let mut is_changed = false;
        for read in begin..end {
            let node = self.web.node(read);
            let is_plain = self.forced.is_empty();
            if !node.reads() || is_plain && !self.is_contested(read) {
                continue;
            }
            for group in self.writes.of(node.key) {
                let Some(write) = self.last_before(group, read - begin + 1, read) else {
                    continue;
                };
                if node.from == INITIAL {
                    return Err(Trouble::Lost { read, write });
                }
                let first = self.first[node.from as usize];
                if self.first[write as usize] > first {
                    is_changed = true;
                    self.force(write, read);
                    self.enter(write, first)?;
                }
            }
        }
        Ok(is_changed)
    }

    /// The last write of a session that comes before the i-th operation, which is `read`.
    fn last_before(&self, group: &[u32], i: u32, read: u32) -> Option<u32> {
        let before =
            group.partition_point(|write| self.first[*write as usize] <= i && *write != read);
        before.checked_sub(1).map(|last| group[last])
    }

    fn force(&mut self, write: u32, read: u32) {
        self.forced.push(Forced {
            to: self.web.node(read).from,
            from: write,
            age: self.forced.len() as u32 + 1,
            why: Why::Found(read),
        });
    }

    /// Looks for circles: all of one come first before the same operation.
    fn close(&mut self) -> Result<(), Trouble> {
        let (begin, end) = self.web.session(self.session);
        let is_plain = self.forced.is_empty();
        let known = self.forced.len();
        for read in begin..end {
            let node = self.web.node(read);
            if !node.reads() || node.from == INITIAL || is_plain && !self.is_contested(read) {
                continue;
            }
            let first = self.first[node.from as usize];
            // Without force, what entered with a write that was read comes before it.
            let shows = self.web.node(begin + first - 1);
            if is_plain && shows.from == node.from && !shows.writes {
                continue;
            }
            for group in self.writes.of(node.key) {
                let write = self.last_before(group, read - begin + 1, read);
                let is_near = |write: &u32| self.first[*write as usize] == first;
                if let Some(write) = write.filter(|write| *write != node.from).filter(is_near) {
                    self.force(write, read);
                }
            }
        }
        let reader = self.contested.is_none().then_some(self.session);
        let is_open = self.forced.len() > known
            && Order::new(self.web, reader, self.forced.clone()).has_circle(self.first);
        if is_open {
            Err(Trouble::Circle)
        } else {
            Ok(())
        }
    }

    fn explain(self, trouble: Trouble) -> Option<(Flaw, Vec<Step>)> {
        let reader = self.contested.is_none().then_some(self.session);
        let order = Order::new(self.web, reader, self.forced);
        match trouble {
            Trouble::Circle => order.circle().map(|steps| (Flaw::Circle, steps)),
            Trouble::Lost { read, write } => {
                let mut steps = order.explain(&order.path(write, read, NONE)?);
                steps.extend(source(self.web, read));
                steps.push(Step::Stale {
                    read: self.web.node(read).op,
                    newer: self.web.node(write).op,
                });
                Some((Flaw::StaleRead, steps))
            }
        }
    }
}
