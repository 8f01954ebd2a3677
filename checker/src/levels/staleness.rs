//! How stale reads are, in versions and in time.
//!
//! A version is behind another if its write had returned before the other was called. A read is as
//! many versions behind as writes came after what it found and had returned before it was called,
//! and as long as since the first of these returned (the delta of Golab, Li and Shah, *Analyzing
//! consistency properties for fun and profit*, PODC 2011, read by read and from what is certain).
//! None of it is behind where the store is regular, as with quorums of reads and writes that
//! overlap. An inversion is a read that found an older version than a read that had returned
//! before.

use std::hash::Hash;

use super::input::{NotUnique, SessionOp};
use super::web::{INITIAL, Web};
use crate::timed::Timed;

/// The middle, nearly all, and all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quantiles {
    /// Half of the reads are not above this.
    pub p50: u64,
    /// 99 of 100 reads are not above this.
    pub p99: u64,
    /// No read is above this.
    pub max: u64,
}

/// Figures about the reads of a history.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Staleness {
    /// How many reads returned.
    pub reads: u64,
    /// How many of them found what was certainly overwritten.
    pub stale_reads: u64,
    /// How many found an older version than an earlier read.
    pub inversions: u64,
    /// How many versions behind, over all reads.
    pub versions: Quantiles,
    /// How long since, over all reads.
    pub behind_ns: Quantiles,
}

impl Staleness {
    /// How many reads found the newest write that had returned, or one at the same time: what
    /// quorums of reads and writes that overlap promise (Gifford, *Weighted voting for replicated
    /// data*, SOSP 1979).
    #[must_use]
    pub fn quorum_visible_reads(&self) -> u64 {
        self.reads - self.stale_reads
    }

    /// Which part of the reads is stale, from 0 to 1.
    #[must_use]
    pub fn stale_share(&self) -> f64 {
        match self.reads {
            0 => 0.0,
            reads => self.stale_reads as f64 / reads as f64,
        }
    }
}

/// Measures all reads that returned what somebody wrote. `times_ns` are the calls and returns of
/// the operations; of one that did not return the second is not looked at. `None` if something was
/// read that nobody wrote.
///
/// Takes `O(n log n)` time and `O(n)` memory for n operations.
///
/// # Errors
/// When a value was written twice to a key, or the initial value was written.
pub fn staleness<V: Copy + Eq + Hash>(
    initial: V,
    ops: &[SessionOp<V>],
    times_ns: &[(u64, u64)],
) -> Result<Option<Staleness>, NotUnique<V>> {
    let Ok(web) = Web::new(initial, ops)? else {
        return Ok(None);
    };
    let mut order: Vec<u32> = (0..web.nodes.len() as u32).collect();
    order.sort_unstable_by_key(|at| {
        let node = web.node(*at);
        (node.key, ops[node.op as usize].timed.call)
    });
    let mut measured = Measured::default();
    for nodes in order.chunk_by(|a, b| web.node(*a).key == web.node(*b).key) {
        Key::new(ops, &web, times_ns, nodes).measure(&mut measured);
    }
    let mut staleness = Staleness {
        reads: measured.versions.len() as u64,
        stale_reads: measured.versions.iter().filter(|n| **n > 0).count() as u64,
        inversions: inversions(ops, &web),
        ..Staleness::default()
    };
    staleness.versions = quantiles(measured.versions);
    staleness.behind_ns = quantiles(measured.behind_ns);
    Ok(Some(staleness))
}

#[derive(Default)]
struct Measured {
    versions: Vec<u64>,
    behind_ns: Vec<u64>,
}

/// The operations of a key.
struct Key<'a, V> {
    ops: &'a [SessionOp<V>],
    web: &'a Web,
    times_ns: &'a [(u64, u64)],
    /// In the order of their calls.
    writes: Vec<u32>,
    reads: Vec<u32>,
}

impl<'a, V> Key<'a, V> {
    fn new(
        ops: &'a [SessionOp<V>],
        web: &'a Web,
        times_ns: &'a [(u64, u64)],
        nodes: &[u32],
    ) -> Self {
        let of = |is_it: fn(&Web, u32) -> bool| {
            nodes.iter().copied().filter(|at| is_it(web, *at)).collect()
        };
        Self {
            ops,
            web,
            times_ns,
            writes: of(|web, at| web.node(at).writes),
            reads: of(|web, at| web.node(at).reads()),
        }
    }

    fn timed(&self, at: u32) -> &'a Timed<super::Access<V>> {
        &self.ops[self.web.node(at).op as usize].timed
    }

    /// Sweeps through the calls of reads with the writes that have returned.
    fn measure(&self, measured: &mut Measured) {
        let calls: Vec<u32> = self.writes.iter().map(|at| self.timed(*at).call).collect();
        let mut returned: Vec<u32> = (0..self.writes.len() as u32).collect();
        returned.sort_unstable_by_key(|place| self.timed(self.writes[*place as usize]).ret);
        let first_returns = self.first_returns();
        let mut sums = Sums::new(self.writes.len());
        let mut over = 0;
        for read in &self.reads {
            let call = self.timed(*read).call;
            while over < returned.len() {
                let place = returned[over] as usize;
                if self.timed(self.writes[place]).ret >= call {
                    break;
                }
                sums.add(place);
                over += 1;
            }
            let after = match self.web.node(*read).from {
                INITIAL => 0,
                from => {
                    let ret = self.timed(from).ret;
                    calls.partition_point(|call| *call <= ret)
                }
            };
            let versions = over as u64 - sums.below(after);
            let mut behind_ns = 0;
            if let Some(write) = first_returns.get(after).filter(|_| versions > 0) {
                let read_ns = self.times_ns[self.web.node(*read).op as usize].0;
                let write_ns = self.times_ns[self.web.node(*write).op as usize].1;
                behind_ns = read_ns.saturating_sub(write_ns);
            }
            measured.versions.push(versions);
            measured.behind_ns.push(behind_ns);
        }
    }

    /// Of each place among the writes, which from there on returned first.
    fn first_returns(&self) -> Vec<u32> {
        let mut first = self.writes.clone();
        for at in (1..first.len()).rev() {
            if self.timed(first[at]).ret < self.timed(first[at - 1]).ret {
                first[at - 1] = first[at];
            }
        }
        first
    }
}

/// Reads that found a version certainly older than that of a read before.
fn inversions<V: Copy + Eq>(ops: &[SessionOp<V>], web: &Web) -> u64 {
    let timed = |at: u32| &ops[web.node(at).op as usize].timed;
    let mut reads: Vec<u32> = (0..web.open_begin() as u32)
        .filter(|at| web.node(*at).reads() && web.node(*at).from != INITIAL)
        .collect();
    reads.sort_unstable_by_key(|at| (web.node(*at).key, timed(*at).ret));
    // By key: the return of a read, and the last call of a write that was read until then.
    let mut best: Vec<(u32, u32, u32)> = Vec::with_capacity(reads.len());
    for at in &reads {
        let (key, call) = (web.node(*at).key, timed(web.node(*at).from).call);
        let known = best.last().filter(|(known, ..)| *known == key);
        let most = known.map_or(call, |(_, _, known)| call.max(*known));
        best.push((key, timed(*at).ret, most));
    }
    let is_inverted = |at: &u32| {
        let node = web.node(*at);
        let before =
            best.partition_point(|(key, ret, _)| (*key, *ret) < (node.key, timed(*at).call));
        let last = before.checked_sub(1).map(|last| best[last]);
        let last = last.filter(|(key, ..)| *key == node.key);
        let found_ret = if node.from == INITIAL {
            0
        } else {
            timed(node.from).ret
        };
        last.is_some_and(|(_, _, call)| node.from == INITIAL || found_ret < call)
    };
    let all = (0..web.open_begin() as u32).filter(|at| web.node(*at).reads());
    all.filter(is_inverted).count() as u64
}

fn quantiles(mut values: Vec<u64>) -> Quantiles {
    values.sort_unstable();
    // The smallest value that so many of a hundred are not above.
    let at = |percent: usize| {
        let rank = (values.len() * percent).div_ceil(100).max(1);
        values.get(rank - 1).copied().unwrap_or(0)
    };
    Quantiles {
        p50: at(50),
        p99: at(99),
        max: at(100),
    }
}

/// How many of the places below one are taken (Fenwick, 1994).
struct Sums(Vec<u64>);

impl Sums {
    fn new(count: usize) -> Self {
        Self(vec![0; count + 1])
    }

    fn add(&mut self, place: usize) {
        let mut at = place + 1;
        while at < self.0.len() {
            self.0[at] += 1;
            at += at & at.wrapping_neg();
        }
    }

    fn below(&self, place: usize) -> u64 {
        let (mut at, mut sum) = (place, 0);
        while at > 0 {
            sum += self.0[at];
            at -= at & at.wrapping_neg();
        }
        sum
    }
}
