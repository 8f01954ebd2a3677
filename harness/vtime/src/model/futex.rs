//! To be replaced by the documented module.
use std::collections::{BTreeMap, VecDeque};
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Private {
        process: u32,
        address: u64,
    },
    Shared {
        device: u64,
        inode: u64,
        offset: u64,
    },
}
#[derive(Debug)]
pub(crate) struct Futexes<T> {
    q: BTreeMap<Key, VecDeque<(T, u32)>>,
    at: BTreeMap<T, Key>,
}
impl<T: Copy + Ord> Default for Futexes<T> {
    fn default() -> Self {
        Self {
            q: BTreeMap::new(),
            at: BTreeMap::new(),
        }
    }
}
#[derive(Debug)]
pub(crate) struct Requeued<T> {
    pub woken: Vec<T>,
    pub moved: u32,
}
impl<T: Copy + Ord> Futexes<T> {
    pub(crate) fn wait(&mut self, key: Key, thread: T, bits: u32) {
        self.q.entry(key).or_default().push_back((thread, bits));
        self.at.insert(thread, key);
    }
    pub(crate) fn wake(&mut self, key: Key, count: u32, bits: u32) -> Vec<T> {
        let mut out = vec![];
        let Some(q) = self.q.get_mut(&key) else {
            return out;
        };
        let mut keep = VecDeque::new();
        for (t, b) in q.drain(..) {
            if (out.len() as u32) < count && b & bits != 0 {
                out.push(t);
                self.at.remove(&t);
            } else {
                keep.push_back((t, b));
            }
        }
        *q = keep;
        if q.is_empty() {
            self.q.remove(&key);
        }
        out
    }
    pub(crate) fn requeue(&mut self, from: Key, to: Key, wake: u32, shift: u32) -> Requeued<T> {
        let woken = self.wake(from, wake, u32::MAX);
        let mut moved = 0;
        while moved < shift {
            let Some(x) = self.q.get_mut(&from).and_then(|q| q.pop_front()) else {
                break;
            };
            self.at.insert(x.0, to);
            self.q.entry(to).or_default().push_back(x);
            moved += 1;
        }
        Requeued { woken, moved }
    }
    pub(crate) fn cancel(&mut self, thread: T) -> bool {
        let Some(k) = self.at.remove(&thread) else {
            return false;
        };
        if let Some(q) = self.q.get_mut(&k) {
            q.retain(|(t, _)| *t != thread);
        }
        true
    }
    pub(crate) fn forget_process(&mut self, process: u32) {
        let ks: Vec<Key> = self
            .q
            .keys()
            .copied()
            .filter(|k| matches!(k, Key::Private { process: p, .. } if *p == process))
            .collect();
        for k in ks {
            for (t, _) in self.q.remove(&k).unwrap_or_default() {
                self.at.remove(&t);
            }
        }
    }
}
pub(crate) struct WakeOp(u32);
impl WakeOp {
    pub(crate) fn decode(op: u32) -> Option<Self> {
        Some(Self(op))
    }
    fn arg(&self) -> u32 {
        let a = self.0 >> 12 & 0xfff;
        if self.0 >> 28 & 8 != 0 {
            1 << (a & 31)
        } else {
            a
        }
    }
    pub(crate) fn apply(&self, old: u32) -> u32 {
        match self.0 >> 28 & 7 {
            0 => self.arg(),
            1 => old.wrapping_add(self.arg()),
            2 => old | self.arg(),
            3 => old & !self.arg(),
            _ => old ^ self.arg(),
        }
    }
    pub(crate) fn wakes_second(&self, old: u32) -> bool {
        let (a, b) = (old as i32, (self.0 & 0xfff) as i32);
        match self.0 >> 24 & 15 {
            0 => a == b,
            1 => a != b,
            2 => a < b,
            3 => a <= b,
            4 => a > b,
            _ => a >= b,
        }
    }
}
