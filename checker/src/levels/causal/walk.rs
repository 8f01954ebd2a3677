//! A walk over all operations, each after its causes, with vectors of what they know.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use super::versions::Versions;
use crate::levels::web::{INITIAL, NONE, Web};

/// An operation, and what is known when it happens: how many operations of each session.
pub(super) struct Visit<'a> {
    pub node: u32,
    /// Its causes.
    pub past: &'a [u32],
    /// Of these, what is known by the write that it read, and that write.
    pub known: Option<&'a [u32]>,
    /// Its causes and itself, if it was asked to be kept.
    pub kept: Option<&'a [u32]>,
}

/// Visits all, and says whether it could: it cannot if causes go in a circle.
pub(super) fn walk(
    web: &Web,
    keeps: impl Fn(u32) -> bool,
    mut visit: impl FnMut(&Visit<'_>),
) -> bool {
    let mut walk = Walk::new(web);
    let mut count = 0;
    while let Some(Reverse((_, node))) = walk.ready.pop() {
        let clock = walk.clock_of(node);
        let from = web.node(node).from;
        let known = (from < INITIAL).then(|| walk.stored(from)).flatten();
        let mut own = None;
        if keeps(node) {
            let mut clock = clock.clone();
            walk.count_itself(node, &mut clock);
            own = Some(clock);
        }
        visit(&Visit {
            node,
            past: &clock,
            known,
            kept: own.as_deref(),
        });
        walk.finish(node, clock);
        count += 1;
    }
    count == web.nodes.len()
}

struct Walk<'a> {
    web: &'a Web,
    /// What each session knows.
    sessions: Vec<Vec<u32>>,
    /// Who waits for an operation besides the next of its session: readers, and open writes.
    begins: Vec<u32>,
    waiting: Vec<u32>,
    /// How many operations each one waits for.
    lacks: Vec<u8>,
    /// What is known by an operation for which some wait, and how many do.
    clocks: FxHashMap<u32, (Vec<u32>, u32)>,
    /// Vectors that are not needed any more.
    free: Vec<Vec<u32>>,
    /// What waits for nothing, the earliest call first.
    ready: BinaryHeap<Reverse<(u32, u32)>>,
}

impl<'a> Walk<'a> {
    fn new(web: &'a Web) -> Self {
        let count = web.nodes.len();
        let mut begins = vec![0u32; count + 1];
        let mut lacks = vec![0u8; count];
        let mut ready = BinaryHeap::new();
        for (at, node) in web.nodes.iter().enumerate() {
            lacks[at] = u8::from(node.before != NONE) + u8::from(node.from < INITIAL);
            if lacks[at] == 0 {
                ready.push(Reverse((node.op, at as u32)));
            }
            awaited(web, at as u32).for_each(|awaited| begins[awaited as usize + 1] += 1);
        }
        for at in 1..begins.len() {
            begins[at] += begins[at - 1];
        }
        let mut waiting = vec![0; begins.last().map_or(0, |count| *count as usize)];
        let mut ends = begins.clone();
        for at in 0..count as u32 {
            for awaited in awaited(web, at) {
                waiting[ends[awaited as usize] as usize] = at;
                ends[awaited as usize] += 1;
            }
        }
        let sessions = web.sessions() as usize;
        Self {
            web,
            sessions: vec![vec![0; sessions]; sessions],
            begins,
            waiting,
            lacks,
            clocks: FxHashMap::default(),
            free: Vec::new(),
            ready,
        }
    }

    fn stored(&self, node: u32) -> Option<&[u32]> {
        self.clocks.get(&node).map(|(clock, _)| clock.as_slice())
    }

    /// What is known when an operation happens.
    fn clock_of(&mut self, at: u32) -> Vec<u32> {
        let node = self.web.node(at);
        let mut clock = self.free.pop().unwrap_or_default();
        clock.clear();
        let before = match node.is_open {
            true => self.stored(node.before),
            false => Some(self.sessions[node.session as usize].as_slice()),
        };
        match before {
            Some(before) => clock.extend_from_slice(before),
            None => clock.resize(self.sessions.len(), 0),
        }
        if let Some(from) = self.stored(node.from) {
            for (known, more) in clock.iter_mut().zip(from) {
                *known = (*known).max(*more);
            }
        }
        clock
    }

    fn count_itself(&self, at: u32, clock: &mut [u32]) {
        let node = self.web.node(at);
        if !node.is_open {
            clock[node.session as usize] = self.web.position(at);
        }
    }

    /// Hands on what an operation knows, and lets those go on that waited for it.
    fn finish(&mut self, at: u32, mut clock: Vec<u32>) {
        self.count_itself(at, &mut clock);
        let node = self.web.node(at);
        awaited(self.web, at).for_each(|awaited| self.release(awaited));
        if !node.is_open {
            self.sessions[node.session as usize].copy_from_slice(&clock);
            let (_, end) = self.web.session(node.session);
            if at + 1 < end {
                self.let_go(at + 1);
            }
        }
        let (begin, end) = (self.begins[at as usize], self.begins[at as usize + 1]);
        if begin == end {
            self.free.push(clock);
            return;
        }
        self.clocks.insert(at, (clock, end - begin));
        for waiting in begin as usize..end as usize {
            self.let_go(self.waiting[waiting]);
        }
    }

    fn let_go(&mut self, at: u32) {
        let lacks = &mut self.lacks[at as usize];
        *lacks -= 1;
        if *lacks == 0 {
            self.ready.push(Reverse((self.web.node(at).op, at)));
        }
    }

    fn release(&mut self, at: u32) {
        if let Some((_, left)) = self.clocks.get_mut(&at) {
            *left -= 1;
            if *left == 0 {
                let clock = self.clocks.remove(&at).map(|(clock, _)| clock);
                self.free.extend(clock);
            }
        }
    }
}

/// What an operation needs to know of besides the session that it goes on with.
fn awaited(web: &Web, at: u32) -> impl Iterator<Item = u32> {
    let node = web.node(at);
    let before = (node.is_open && node.before != NONE).then_some(node.before);
    let from = (node.from < INITIAL).then_some(node.from);
    before.into_iter().chain(from)
}

/// What some writes know.
#[derive(Default)]
pub(super) struct Kept(FxHashMap<u32, Vec<u32>>);

impl Kept {
    pub(super) fn keep(&mut self, node: u32, clock: Option<&[u32]>) {
        if let Some(clock) = clock {
            self.0.insert(node, clock.to_vec());
        }
    }

    /// Whether one write has another one among its causes.
    pub(super) fn knows(&self, web: &Web, versions: &Versions, write: u32, cause: u32) -> bool {
        let Some(clock) = self.0.get(&write) else {
            return false;
        };
        let is_known = |node: u32| clock[web.node(node).session as usize] >= web.position(node);
        if !web.node(cause).is_open {
            return is_known(cause);
        }
        // An open write is known by who read it; who did so in an open update, by those again.
        let mut open = vec![cause];
        while let Some(at) = open.pop() {
            for reader in &versions.readers[at as usize - web.open_begin()] {
                if !web.node(*reader).is_open {
                    if is_known(*reader) {
                        return true;
                    }
                } else if *reader == write {
                    return true;
                } else {
                    open.push(*reader);
                }
            }
        }
        false
    }
}
