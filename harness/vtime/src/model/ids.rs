//! To be replaced by the documented module.
use std::collections::BTreeMap;
pub(crate) struct Ids {
    next: Vec<i32>,
    to_real: BTreeMap<i32, i32>,
    to_virtual: BTreeMap<i32, i32>,
}
impl Ids {
    pub(crate) fn new(n: usize) -> Self {
        Self {
            next: (0..n).map(|i| 10_000 * (i as i32 + 1)).collect(),
            to_real: BTreeMap::new(),
            to_virtual: BTreeMap::new(),
        }
    }
    pub(crate) fn next(&mut self, node: usize) -> i32 {
        let v = self.next[node];
        self.next[node] += 1;
        v
    }
    pub(crate) fn bind(&mut self, v: i32, r: i32) {
        self.to_real.insert(v, r);
        self.to_virtual.insert(r, v);
    }
    pub(crate) fn release(&mut self, r: i32) {
        if let Some(v) = self.to_virtual.remove(&r) {
            self.to_real.remove(&v);
        }
    }
    pub(crate) fn to_real(&self, v: i32) -> Option<i32> {
        self.to_real.get(&v).copied()
    }
    pub(crate) fn to_virtual(&self, r: i32) -> Option<i32> {
        self.to_virtual.get(&r).copied()
    }
}
