//! What was put into a container and taken out of it, value by value.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::Kind;
use crate::model::ContainerOp;
use crate::timed::{NEVER, Timed};

/// What is wrong, and the operations concerned.
pub(super) type Wrong = (Kind, Vec<u32>);

/// The operations by what they do.
pub(super) struct Parts<V> {
    /// Who put a value in.
    pub(super) put: FxHashMap<V, u32>,
    /// Who took one out, in the order of calls.
    pub(super) taken: Vec<(V, u32)>,
    /// Who found nothing.
    pub(super) nothing: Vec<u32>,
    /// Who may have taken something out that nobody saw.
    pub(super) unseen: Vec<u32>,
}

/// A value and the times of its operations; `NEVER` for what did not happen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value {
    pub(super) put: u32,
    pub(super) put_call: u32,
    pub(super) put_ret: u32,
    /// Who took it out, if anybody.
    pub(super) take: Option<u32>,
    pub(super) take_call: u32,
    pub(super) take_ret: u32,
}

impl Value {
    /// Whether it is certainly there for a while.
    pub(super) fn stays(&self) -> bool {
        self.put_ret < self.take_call
    }

    /// Who put it in and who took it out.
    pub(super) fn ops(&self) -> impl Iterator<Item = u32> {
        [Some(self.put), self.take].into_iter().flatten()
    }
}

impl<V: Copy + Eq + Hash> Parts<V> {
    /// `None` when a value was put in twice, when somebody looked at the next value, or when a take
    /// has an answer and no end.
    pub(super) fn collect(ops: &[Timed<ContainerOp<V>>]) -> Option<Self> {
        let mut parts = Self {
            put: FxHashMap::default(),
            taken: Vec::new(),
            nothing: Vec::new(),
            unseen: Vec::new(),
        };
        parts.put.reserve(ops.len() / 2);
        for (id, timed) in (0..).zip(ops) {
            match timed.op {
                ContainerOp::Put(value) => {
                    if parts.put.insert(value, id).is_some() {
                        return None;
                    }
                }
                ContainerOp::Take(_) if timed.is_indeterminate() => return None,
                ContainerOp::Take(value) => parts.taken.push((value, id)),
                ContainerOp::FindNothing if timed.is_indeterminate() => {}
                ContainerOp::FindNothing => parts.nothing.push(id),
                ContainerOp::TakeUnseen => parts.unseen.push(id),
                ContainerOp::Peek(_) => return None,
            }
        }
        Some(parts)
    }

    /// Every value with who put it in and who took it out, in the order in which they were put in.
    /// Those that were perhaps put in, and never came out, are left out.
    pub(super) fn pair(&self, ops: &[Timed<ContainerOp<V>>]) -> Result<Vec<Value>, Wrong> {
        let mut takers: Vec<u32> = vec![NEVER; ops.len()];
        for (value, take) in &self.taken {
            let Some(put) = self.put.get(value) else {
                return Err((Kind::NeverPut, vec![*take]));
            };
            let former = std::mem::replace(&mut takers[*put as usize], *take);
            if former != NEVER {
                return Err((Kind::TakenTwice, vec![former, *take, *put]));
            }
            if ops[*take as usize].precedes(&ops[*put as usize]) {
                return Err((Kind::TakenEarly, vec![*take, *put]));
            }
        }
        let mut values = Vec::with_capacity(self.put.len());
        for (put, timed) in (0..).zip(ops) {
            if !matches!(timed.op, ContainerOp::Put(_)) {
                continue;
            }
            let take = takers[put as usize];
            if take == NEVER && timed.is_indeterminate() {
                continue;
            }
            let taken = ops.get(take as usize);
            values.push(Value {
                put,
                put_call: timed.call,
                put_ret: timed.ret,
                take: taken.map(|_| take),
                take_call: taken.map_or(NEVER, |taken| taken.call),
                take_ret: taken.map_or(NEVER, |taken| taken.ret),
            });
        }
        Ok(values)
    }
}

/// These operations, sorted by their calls.
pub(super) fn proof<V: Copy>(
    ops: &[Timed<ContainerOp<V>>],
    concerned: &[u32],
) -> Vec<Timed<ContainerOp<V>>> {
    let mut proof: Vec<_> = concerned.iter().map(|op| ops[*op as usize]).collect();
    proof.sort_unstable_by_key(|timed| timed.call);
    proof
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Ruling, bag, priority_queue, queue, stack};

    type Op = ContainerOp<u8>;

    fn rulings(ops: &[Timed<Op>]) -> [Option<Ruling<Op>>; 4] {
        [
            queue::judge(ops, false),
            stack::judge(ops, false),
            priority_queue::judge(ops, false),
            bag::judge(ops, false),
        ]
    }

    fn put_and(op: Op) -> [Timed<Op>; 2] {
        let op = Timed {
            call: 2,
            ret: NEVER,
            op,
        };
        let put = Timed {
            call: 0,
            ret: 1,
            op: ContainerOp::Put(1),
        };
        [put, op]
    }

    #[test]
    fn an_answer_without_an_end_is_left_to_the_search() {
        // Nobody put 7 in, but perhaps nobody took it out.
        let ops = put_and(ContainerOp::Take(7));
        assert_eq!(rulings(&ops), [const { None }; 4]);
    }

    #[test]
    fn who_perhaps_found_nothing_shows_nothing() {
        let ops = put_and(ContainerOp::FindNothing);
        for ruling in rulings(&ops) {
            assert_eq!(ruling, Some(Ruling::Linearizable(Vec::new())));
        }
    }
}
