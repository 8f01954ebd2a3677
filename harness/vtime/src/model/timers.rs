//! To be replaced by the documented module.
use std::collections::{BTreeMap, BTreeSet};
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timer {
    pub next_ns: u64,
    pub interval_ns: u64,
}
#[derive(Debug)]
pub(crate) struct Timers<K> {
    by: BTreeMap<K, Timer>,
    order: BTreeSet<(u64, K)>,
}
pub(crate) struct Expired<K> {
    pub key: K,
    pub times: u64,
}
impl<K: Copy + Ord> Default for Timers<K> {
    fn default() -> Self {
        Self {
            by: BTreeMap::new(),
            order: BTreeSet::new(),
        }
    }
}
impl<K: Copy + Ord> Timers<K> {
    pub(crate) fn set(&mut self, key: K, t: Timer) {
        self.clear(key);
        self.by.insert(key, t);
        self.order.insert((t.next_ns, key));
    }
    pub(crate) fn clear(&mut self, key: K) -> Option<Timer> {
        let t = self.by.remove(&key)?;
        self.order.remove(&(t.next_ns, key));
        Some(t)
    }
    pub(crate) fn get(&self, key: K) -> Option<Timer> {
        self.by.get(&key).copied()
    }
    pub(crate) fn next_ns(&self) -> Option<u64> {
        self.order.first().map(|x| x.0)
    }
    pub(crate) fn expire(&mut self, now: u64) -> Vec<Expired<K>> {
        let mut out = vec![];
        let due: Vec<(u64, K)> = self
            .order
            .iter()
            .take_while(|x| x.0 <= now)
            .copied()
            .collect();
        for (_, key) in due {
            let t = self.clear(key).expect("t");
            let mut times = 1;
            if t.interval_ns > 0 {
                times += (now - t.next_ns) / t.interval_ns;
                self.set(
                    key,
                    Timer {
                        next_ns: t.next_ns + times * t.interval_ns,
                        ..t
                    },
                );
            }
            out.push(Expired { key, times });
        }
        out
    }
    pub(crate) fn retain(&mut self, keep: impl Fn(&K) -> bool) {
        let ks: Vec<K> = self.by.keys().copied().filter(|k| !keep(k)).collect();
        for k in ks {
            self.clear(k);
        }
    }
}
