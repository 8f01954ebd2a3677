//! The levels by their definitions: all orders are tried.

use super::super::{Access, Level};
use super::histories::Op;
use crate::model::{Register, RegisterOp};
use crate::oracle::is_linearizable;
use crate::timed::Timed;

/// A history without what does not count.
pub(super) struct Plain {
    ops: Vec<Op>,
    is_stray: bool,
    /// What is a cause of what: the session's order and reads after writes, all the way.
    causes: Vec<Vec<bool>>,
}

impl Plain {
    pub(super) fn new(all: &[Op]) -> Self {
        let mut all = all.to_vec();
        all.sort_by_key(|op| op.timed.call);
        let real: Vec<Op> = all
            .into_iter()
            .filter(|op| !matches!(op.timed.op, Access::Aborted(_)))
            .collect();
        let mut counts: Vec<bool> = real.iter().map(|op| !op.timed.is_indeterminate()).collect();
        let finds = |a: &Op, b: &Op| {
            a.key == b.key
                && a.timed.op.found().is_some()
                && a.timed.op.found() == b.timed.op.written()
        };
        for _ in 0..real.len() {
            for a in 0..real.len() {
                for b in 0..real.len() {
                    counts[b] |= counts[a] && finds(&real[a], &real[b]);
                }
            }
        }
        let ops: Vec<Op> = (0..real.len())
            .filter(|at| counts[*at])
            .map(|at| real[at])
            .collect();
        let is_written = |op: &Op| {
            op.timed.op.found().is_none_or(|value| value == 0)
                || ops.iter().any(|other| finds(op, other))
        };
        let is_stray = !ops.iter().all(is_written);
        let mut plain = Self {
            causes: Vec::new(),
            is_stray,
            ops,
        };
        let n = plain.ops.len();
        let mut causes = vec![vec![false; n]; n];
        for (a, causes) in causes.iter_mut().enumerate() {
            for (b, is_cause) in causes.iter_mut().enumerate() {
                *is_cause = plain.is_before(a, b) || plain.source(b) == Some(a);
            }
        }
        for via in 0..n {
            for a in 0..n {
                for b in 0..n {
                    causes[a][b] |= causes[a][via] && causes[via][b];
                }
            }
        }
        plain.causes = causes;
        plain
    }

    fn key(&self, a: usize) -> u32 {
        self.ops[a].key
    }

    fn is_open(&self, a: usize) -> bool {
        self.ops[a].timed.is_indeterminate()
    }

    /// In the order of a session.
    fn is_before(&self, a: usize, b: usize) -> bool {
        a < b && self.ops[a].session == self.ops[b].session && !self.is_open(a)
    }

    fn is_before_or_same(&self, a: usize, b: usize) -> bool {
        a == b || self.is_before(a, b)
    }

    fn writes(&self, a: usize) -> bool {
        self.ops[a].timed.op.written().is_some()
    }

    /// Whether it was told what it found.
    fn reads(&self, a: usize) -> bool {
        self.ops[a].timed.op.found().is_some() && !self.is_open(a)
    }

    /// The write of what was found; nothing for the initial value.
    fn source(&self, a: usize) -> Option<usize> {
        let found = self.ops[a].timed.op.found()?;
        let is_it = |b: &usize| {
            self.key(*b) == self.key(a) && self.ops[*b].timed.op.written() == Some(found)
        };
        (0..self.ops.len()).find(is_it)
    }

    fn all(&self) -> Vec<usize> {
        (0..self.ops.len()).collect()
    }

    fn reads_in(&self, session: u32) -> impl Iterator<Item = usize> {
        (0..self.ops.len()).filter(move |a| self.ops[*a].session == session && self.reads(*a))
    }

    pub(super) fn holds(&self, level: Level) -> Option<bool> {
        if self.is_stray {
            return Some(false);
        }
        let sessions = || self.ops.iter().map(|op| op.session);
        let n = || 0..self.ops.len();
        let is_causal = n().all(|a| !self.causes[a][a]);
        Some(match level {
            Level::Linearizable => (0..2).all(|key| self.is_register(key)),
            Level::Sequential => {
                self.has_order(&self.all(), &|a, b| self.is_before(a, b), &|order, at| {
                    self.finds_last(order, at, true)
                })
            }
            Level::Regular => n().filter(|a| self.reads(*a)).all(|a| self.is_regular(a)),
            Level::CausalConvergence => is_causal && self.converges(),
            Level::CausalMemory => is_causal && sessions().all(|s| self.remembers(s)),
            Level::Causal => is_causal && n().all(|a| self.is_explained(a)),
            Level::Pram => sessions().all(|s| self.is_pipelined(s)),
            Level::ReadYourWrites => n().all(|a| !self.forgets(a)),
            Level::MonotonicReads => sessions().all(|s| (0..2).all(|x| self.is_monotonic(s, x))),
            Level::MonotonicWrites => n().all(|a| !self.mixes_up(a)),
            Level::WritesFollowReads => n().all(|a| !self.lacks_cause(a)),
            Level::Eventual => return self.ends(),
        })
    }

    fn is_register(&self, key: u32) -> bool {
        let op = |op: &Op| {
            let (call, ret) = (op.timed.call, op.timed.ret);
            let op = match op.timed.op {
                Access::Read(value) | Access::Aborted(value) => RegisterOp::Read(value),
                Access::Write(value) => RegisterOp::Write(value),
                Access::Update { found, written } => RegisterOp::Cas {
                    from: found,
                    to: written,
                    succeeded: Some(true),
                },
            };
            Timed { call, ret, op }
        };
        let of_key = self.ops.iter().filter(|op| op.key == key);
        let ops: Vec<_> = of_key.map(op).collect();
        is_linearizable(&Register { initial: 0 }, &ops)
    }

    /// Whether there is an order of operations in which `fits` says yes to each place.
    fn has_order(
        &self,
        ops: &[usize],
        before: &dyn Fn(usize, usize) -> bool,
        fits: &dyn Fn(&[usize], usize) -> bool,
    ) -> bool {
        let mut open = vec![Vec::new()];
        while let Some(order) = open.pop() {
            if order.len() == ops.len() {
                return true;
            }
            for next in ops.iter().filter(|a| !order.contains(*a)) {
                let is_first = |other: &usize| order.contains(other) || !before(*other, *next);
                let mut longer: Vec<usize> = order.clone();
                longer.push(*next);
                if ops.iter().all(is_first) && fits(&longer, order.len()) {
                    open.push(longer);
                }
            }
        }
        false
    }

    /// Whether an operation found what was last written before it.
    fn finds_last(&self, order: &[usize], at: usize, with_open: bool) -> bool {
        let a = order[at];
        if !(self.reads(a) || with_open && self.ops[a].timed.op.found().is_some()) {
            return true;
        }
        let is_write = |b: &&usize| self.key(**b) == self.key(a) && self.writes(**b);
        order[..at].iter().rfind(is_write).copied() == self.source(a)
    }

    /// Whether an order of all writes and a read agrees with real time and explains the read. Of
    /// an update the write stands by itself.
    fn is_regular(&self, read: usize) -> bool {
        let marker = self.ops.len();
        let timed = |a: usize| self.ops[if a == marker { read } else { a }].timed;
        let key = self.key(read);
        let mut ops: Vec<usize> = (0..marker)
            .filter(|a| self.key(*a) == key && self.writes(*a))
            .collect();
        ops.push(marker);
        self.has_order(&ops, &|a, b| timed(a).precedes(&timed(b)), &|order, at| {
            order[at] != marker || order[..at].last().copied() == self.source(read)
        })
    }

    /// Whether one order of all operations chooses what is found among causes.
    fn converges(&self) -> bool {
        self.has_order(&self.all(), &|a, b| self.causes[a][b], &|order, at| {
            let a = order[at];
            let is_seen = |b: &&usize| {
                self.key(**b) == self.key(a) && self.writes(**b) && self.causes[**b][a]
            };
            !self.reads(a) || order[..at].iter().rfind(is_seen).copied() == self.source(a)
        })
    }

    fn remembers(&self, session: u32) -> bool {
        let own = |a: usize| self.ops[a].session == session && !self.is_open(a);
        let mut ops = self.all();
        ops.retain(|a| own(*a) || (0..self.ops.len()).any(|b| own(b) && self.causes[*a][b]));
        self.has_order(&ops, &|a, b| self.causes[a][b], &|order, at| {
            !own(order[at]) || self.finds_last(order, at, false)
        })
    }

    fn is_explained(&self, read: usize) -> bool {
        let mut ops = self.all();
        ops.retain(|a| *a == read || self.causes[*a][read]);
        self.has_order(&ops, &|a, b| self.causes[a][b], &|order, at| {
            order[at] != read || self.finds_last(order, at, false)
        })
    }

    fn is_pipelined(&self, session: u32) -> bool {
        let own = |a: usize| self.ops[a].session == session && !self.is_open(a);
        let mut ops = self.all();
        ops.retain(|a| own(*a) || self.writes(*a));
        self.has_order(&ops, &|a, b| self.is_before(a, b), &|order, at| {
            !own(order[at]) || self.finds_last(order, at, false)
        })
    }

    /// v < w, where nothing is the initial value.
    fn is_older(&self, v: Option<usize>, w: Option<usize>) -> bool {
        match (v, w) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(v), Some(w)) => self.is_before(v, w),
        }
    }

    /// Whether a read goes against what its session wrote.
    fn forgets(&self, read: usize) -> bool {
        let v = self.source(read);
        let same = |a: &usize| self.key(*a) == self.key(read);
        self.reads(read)
            && (0..self.ops.len()).filter(same).any(|w| {
                let is_own = self.writes(w) && self.is_before(w, read);
                let had_read = |r: usize| {
                    let u = self.source(r);
                    self.reads(r) && self.is_before_or_same(r, w) && (v == u || self.is_older(v, u))
                };
                // What it wrote last is what it must find.
                let is_own_last =
                    v.is_some_and(|v| self.is_before_or_same(w, v) && self.is_before(v, read));
                is_own
                    && !is_own_last
                    && (self.is_older(v, Some(w)) || (0..self.ops.len()).filter(same).any(had_read))
            })
    }

    /// Whether an order of the versions explains all that a session read of a key.
    fn is_monotonic(&self, session: u32, key: u32) -> bool {
        let mut versions = self.all();
        versions.retain(|a| self.key(*a) == key && self.writes(*a));
        let reads: Vec<usize> = self
            .reads_in(session)
            .filter(|a| self.key(*a) == key)
            .collect();
        let is_last = |order: &[usize]| order.len() == versions.len();
        let mut is_ok = false;
        if versions.is_empty() {
            return true;
        }
        self.has_order(&versions, &|a, b| self.is_before(a, b), &|order, at| {
            let place = |read: usize| {
                let version = self.source(read);
                version.map_or(Some(0), |v| {
                    order.iter().position(|a| *a == v).map(|p| p + 1)
                })
            };
            at + 1 < versions.len()
                || is_last(order) && reads.windows(2).all(|r| place(r[0]) <= place(r[1]))
        })
        .then(|| is_ok = true);
        is_ok
    }

    fn mixes_up(&self, read: usize) -> bool {
        let n = 0..self.ops.len();
        let v = self.source(read);
        let is_shown = |w: usize| {
            let shows = |r: usize| self.reads(r) && self.source(r) == Some(w);
            n.clone().any(|r| shows(r) && self.is_before(r, read))
        };
        self.reads(read)
            && n.clone().any(|u| {
                self.writes(u)
                    && self.key(u) == self.key(read)
                    && self.is_older(v, Some(u))
                    && n.clone().any(|w| {
                        let is_later = self.is_before(u, w) || v.is_some() && u == w;
                        is_later && self.writes(w) && is_shown(w)
                    })
            })
    }

    fn lacks_cause(&self, read: usize) -> bool {
        let n = 0..self.ops.len();
        let v = self.source(read);
        let same = |a: &usize| self.key(*a) == self.key(read);
        let shown: Vec<usize> = n
            .clone()
            .filter(|r| self.reads(*r) && self.is_before(*r, read))
            .filter_map(|r| self.source(r))
            .collect();
        self.reads(read)
            && n.clone().filter(same).filter(|c| self.reads(*c)).any(|c| {
                let u = self.source(c);
                let known = shown.iter().filter(|w| self.is_before_or_same(c, **w));
                let wrote = |w: &usize| {
                    let is_between =
                        |a: usize| self.is_before_or_same(c, a) && self.is_before_or_same(a, *w);
                    n.clone()
                        .filter(same)
                        .any(|a| self.writes(a) && is_between(a))
                };
                let (mut known, mut after) = (known.clone(), known);
                self.is_older(v, u) && known.next().is_some()
                    || (v == u || self.is_older(v, u) || v.is_none()) && after.any(wrote)
            })
    }

    fn ends(&self) -> Option<bool> {
        let mut is_shown = false;
        for key in 0..2 {
            let of_key = |a: &usize| self.key(*a) == key;
            let writes = || {
                (0..self.ops.len())
                    .filter(of_key)
                    .filter(|a| self.writes(*a))
            };
            let is_quiet =
                |read: &usize| writes().all(|w| self.ops[w].timed.precedes(&self.ops[*read].timed));
            let ends: Vec<Option<usize>> = (0..20)
                .filter_map(|s| self.reads_in(s).filter(of_key).filter(is_quiet).last())
                .map(|read| self.source(read))
                .collect();
            if ends.windows(2).any(|pair| pair[0] != pair[1]) {
                return Some(false);
            }
            is_shown |= ends.len() > 1;
        }
        is_shown.then_some(true)
    }

    /// Reads, stale ones, inversions, versions and nanoseconds at most, for positions of 10 ns.
    pub(super) fn staleness(&self) -> Option<(u64, u64, u64, u64, u64)> {
        if self.is_stray {
            return None;
        }
        let mut all = (0, 0, 0, 0, 0);
        let timed = |a: usize| &self.ops[a].timed;
        let follows = |v: Option<usize>, w: usize| v.is_none_or(|v| timed(v).precedes(timed(w)));
        for read in (0..self.ops.len()).filter(|a| self.reads(*a)) {
            let v = self.source(read);
            let same = (0..self.ops.len()).filter(|a| self.key(*a) == self.key(read));
            let newer: Vec<usize> = same
                .clone()
                .filter(|w| self.writes(*w) && timed(*w).precedes(timed(read)) && follows(v, *w))
                .collect();
            let since = newer.iter().map(|w| timed(*w).ret).min();
            let behind = since.map_or(0, |ret| 10 * u64::from(timed(read).call - ret));
            let is_inverted = same
                .filter(|r| self.reads(*r) && timed(*r).precedes(timed(read)))
                .any(|r| self.source(r).is_some_and(|w| follows(v, w)));
            all.0 += 1;
            all.1 += u64::from(!newer.is_empty());
            all.2 += u64::from(is_inverted);
            all.3 = all.3.max(newer.len() as u64);
            all.4 = all.4.max(behind);
        }
        Some(all)
    }
}
