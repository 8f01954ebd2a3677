//! What a search found, made small: a few operations that fit no order by themselves, whatever
//! happened before them.
//!
//! Every step only forgets something that the whole history demands, so that what is impossible in
//! the end was impossible in the whole:
//!
//! - what was called after the first operation that cannot return plays no part;
//! - what came before a moment is replaced by all states in which the object may have been then;
//! - what only observes can be left out;
//! - what replaces the state can be left out where nobody could tell the difference.

use rustc_hash::FxHashSet;

use crate::model::{Model, Role};
use crate::search::{Budget, Found, search};
use crate::timed::{NEVER, Timed};

/// So many states at most stand for what came before.
const MAX_STATES: usize = 4_096;
/// So many steps at most are spent on finding them.
const MAX_STEPS: usize = 1 << 20;
/// So many states at most are made for that, most of them known already.
const MAX_MADE: usize = 1 << 16;
/// So many searches at most are spent on leaving out operations.
const MAX_TRIES: usize = 600;
/// What one of these searches may use.
const TRY_MEMORY_BYTES: usize = 64 << 20;

/// A few operations that are impossible together.
#[derive(Debug)]
pub(super) struct Window<S, O> {
    /// Their numbers, by their calls.
    pub(super) ops: Vec<u32>,
    /// What is demanded of them: the same, or less.
    pub(super) proof: Vec<Timed<O>>,
    /// The states in which the object may have been when they began; only the initial one if this
    /// is empty.
    pub(super) starts: Vec<S>,
}

/// Makes the window around an operation that cannot return.
pub(super) fn around<M: Model>(
    model: &M,
    ops: &[Timed<M::Op>],
    stuck: u32,
    budget: &Budget<'_>,
) -> Window<M::State, M::Op> {
    let end = ops[stuck as usize].ret;
    let before: Vec<u32> = (0..ops.len() as u32)
        .filter(|op| ops[*op as usize].call < end)
        .collect();
    let room = Room { model, ops, budget };
    let whole = room.cut(&before, 0, end);
    let found = states(model, ops, &before).and_then(|states| {
        room.doubling(&before, end, &states)
            .filter(|window| window.ops.len() < whole.len())
    });
    let mut window = found.unwrap_or_else(|| {
        let (ops, proof) = whole.into_iter().unzip();
        let starts = Vec::new();
        Window { ops, proof, starts }
    });
    room.reduce(&mut window, stuck);
    window
}

/// Where windows are looked for.
struct Room<'a, M: Model> {
    model: &'a M,
    ops: &'a [Timed<M::Op>],
    budget: &'a Budget<'a>,
}

impl<M: Model> Room<'_, M> {
    /// What is left between two moments. An operation that had begun before may have taken effect
    /// before, and one that ends later may take effect later.
    fn cut(&self, before: &[u32], from: u32, end: u32) -> Vec<(u32, Timed<M::Op>)> {
        let left = before.iter().filter_map(|op| {
            let mut timed = self.ops[*op as usize].clone();
            if timed.ret < from {
                return None;
            }
            if timed.call < from || timed.ret > end {
                timed.ret = NEVER;
            }
            let is_nothing = timed.ret == NEVER && self.model.role(&timed.op) == Role::Observes;
            (!is_nothing).then_some((*op, timed))
        });
        left.collect()
    }

    /// Twice as many operations each time, until they are impossible.
    fn doubling(
        &self,
        before: &[u32],
        end: u32,
        states: &[M::State],
    ) -> Option<Window<M::State, M::Op>> {
        let mut returns: Vec<u32> = before.iter().map(|op| self.ops[*op as usize].ret).collect();
        returns.retain(|ret| *ret <= end);
        returns.sort_unstable();
        let mut size = 4;
        while size < returns.len() {
            let from = returns[returns.len() - size];
            let (ops, proof) = self.cut(before, from, end).into_iter().unzip();
            let starts = states.to_owned();
            let window = Window { ops, proof, starts };
            if self.is_impossible(&window) {
                return Some(window);
            }
            size *= 2;
        }
        None
    }

    fn is_impossible(&self, window: &Window<M::State, M::Op>) -> bool {
        let budget = Budget {
            memory_bytes: TRY_MEMORY_BYTES.min(self.budget.memory_bytes),
            is_over: self.budget.is_over,
        };
        if window.starts.is_empty() {
            is_impossible(&search(self.model, &window.proof, &budget, false))
        } else {
            let starting = Starting {
                model: self.model,
                starts: &window.starts,
            };
            is_impossible(&search(&starting, &window.proof, &budget, false))
        }
    }

    /// Leaves out what is not needed: halves first, then smaller pieces, then single operations
    /// until none can be spared.
    fn reduce(&self, window: &mut Window<M::State, M::Op>, stuck: u32) {
        let mut tries = 0;
        let mut piece = window.ops.len().div_ceil(2).max(1);
        loop {
            let before = window.ops.len();
            let mut at = 0;
            while at < window.ops.len() {
                if tries == MAX_TRIES || (self.budget.is_over)() {
                    return;
                }
                let until = (at + piece).min(window.ops.len());
                let smaller = self.without(window, at..until, stuck);
                tries += 1;
                match smaller.filter(|smaller| self.is_impossible(smaller)) {
                    Some(smaller) => *window = smaller,
                    None => at = until,
                }
            }
            if piece == 1 && window.ops.len() == before {
                return;
            }
            piece = piece.div_ceil(2);
        }
    }

    /// The window without those of a piece that may be left out; nothing if none of them may.
    fn without(
        &self,
        window: &Window<M::State, M::Op>,
        piece: std::ops::Range<usize>,
        stuck: u32,
    ) -> Option<Window<M::State, M::Op>> {
        let mut gone: FxHashSet<usize> = FxHashSet::default();
        for at in piece {
            let is_needed = window.ops[at] == stuck || !self.may_go(window, at, &gone);
            if !is_needed {
                gone.insert(at);
            }
        }
        let left = |at: &usize| !gone.contains(at);
        let kept: Vec<usize> = (0..window.ops.len()).filter(left).collect();
        (!gone.is_empty()).then(|| Window {
            ops: kept.iter().map(|at| window.ops[*at]).collect(),
            proof: kept.iter().map(|at| window.proof[*at].clone()).collect(),
            starts: window.starts.clone(),
        })
    }

    /// An operation that observes may go. One that leaves a certain state may if nothing but
    /// another such one can follow it: then it makes no difference.
    fn may_go(&self, window: &Window<M::State, M::Op>, at: usize, gone: &FxHashSet<usize>) -> bool {
        let op = &window.proof[at].op;
        match self.model.role(op) {
            Role::Observes => return true,
            Role::Changes => return false,
            Role::Overwrites => {}
        }
        let after = self.model.step(&self.model.initial(), op);
        let Some(after) = after.into_iter().next() else {
            return false;
        };
        let others = (0..window.proof.len()).filter(|other| *other != at && !gone.contains(other));
        others
            .map(|other| &window.proof[other])
            .all(|other| match self.model.role(&other.op) {
                Role::Overwrites => true,
                _ => {
                    let mut next = self.model.step(&after, &other.op).into_iter();
                    next.all(|state| other.is_indeterminate() && state == after)
                }
            })
    }
}

fn is_impossible<S>(found: &Found<S>) -> bool {
    matches!(found, Found::Impossible { .. })
}

/// All states in which the object may have been, and some more; nothing if these are too many.
fn states<M: Model>(model: &M, ops: &[Timed<M::Op>], of: &[u32]) -> Option<Vec<M::State>> {
    let mut states = vec![model.initial()];
    let mut known: FxHashSet<M::State> = states.iter().cloned().collect();
    let mut distinct: FxHashSet<&M::Op> = FxHashSet::default();
    let (mut changes, mut all_changes) = (Vec::new(), 0);
    for op in of.iter().map(|op| &ops[*op as usize].op) {
        let role = model.role(op);
        all_changes += usize::from(role == Role::Changes);
        if !distinct.insert(op) {
            continue;
        }
        match role {
            Role::Observes => {}
            Role::Overwrites => {
                let next = model.step(&states[0], op);
                states.extend(next.into_iter().filter(|state| known.insert(state.clone())));
            }
            Role::Changes => changes.push(op),
        }
    }
    let (mut at, mut made) = (0, 0);
    // Nothing happens twice: no state is more steps away than there are changes.
    for _ in 0..all_changes {
        let reached = states.len();
        while at < reached {
            if states.len() > MAX_STATES || at * changes.len() > MAX_STEPS || made > MAX_MADE {
                return None;
            }
            for op in &changes {
                let next = model.step(&states[at], op).into_iter();
                let next = next.inspect(|_| made += 1);
                states.extend(next.filter(|state| known.insert(state.clone())));
            }
            at += 1;
        }
    }
    (states.len() <= MAX_STATES).then_some(states)
}

/// A model that begins in one of several states, nobody knows which: `None` until an operation
/// tells.
struct Starting<'a, M: Model> {
    model: &'a M,
    starts: &'a [M::State],
}

impl<M: Model> Model for Starting<'_, M> {
    type Op = M::Op;
    type State = Option<M::State>;
    type Next = Vec<Option<M::State>>;

    fn initial(&self) -> Self::State {
        None
    }

    fn step(&self, state: &Self::State, op: &M::Op) -> Vec<Self::State> {
        let starts = match state {
            Some(state) => std::slice::from_ref(state),
            None if self.model.role(op) == Role::Overwrites => &self.starts[..1],
            None => self.starts,
        };
        let mut next: Vec<Self::State> = Vec::new();
        for state in starts {
            let after = self.model.step(state, op).into_iter().map(Some);
            next.extend(after);
        }
        if next.len() > 1 {
            let mut known = FxHashSet::default();
            next.retain(|state| known.insert(state.clone()));
        }
        next
    }

    fn role(&self, op: &M::Op) -> Role {
        match self.model.role(op) {
            // It tells in which state the object was.
            Role::Observes => Role::Changes,
            role => role,
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::model::{Container, ContainerOp as Op, Discipline, Register, RegisterOp};
    use crate::oracle::{Shape, for_each_case, is_linearizable, one_in};

    /// Few values, so that most of it is decided by search.
    fn history(random: &mut crate::oracle::Random) -> Vec<Timed<RegisterOp<u8>>> {
        let shape = Shape::draw(random);
        let mut held = 0;
        let mut ops = shape.fill(random, |random, is_known, has_effect| {
            let (from, to) = (random.random_range(0..3), random.random_range(0..3));
            let slip = one_in(random, 5);
            match random.random_range(0..3) {
                0 => RegisterOp::Read(if slip { from } else { held }),
                1 => {
                    held = if has_effect { to } else { held };
                    RegisterOp::Write(to)
                }
                _ => {
                    let succeeded = is_known.then_some((from == held) != slip);
                    held = if has_effect && from == held { to } else { held };
                    RegisterOp::Cas {
                        from,
                        to,
                        succeeded,
                    }
                }
            }
        });
        ops.sort_by_key(|timed| timed.call);
        ops
    }

    #[test]
    fn nothing_is_put_in_more_often_than_it_was() {
        let container = Container::new(Discipline::Any);
        let did = [Op::Put(1), Op::Put(1), Op::TakeUnseen];
        let ops: Vec<Timed<Op<u8>>> = (0..)
            .zip(did)
            .map(|(call, op)| Timed {
                call,
                ret: NEVER,
                op,
            })
            .collect();
        let states = states(&container, &ops, &[0, 1, 2]).expect("few");
        assert_eq!(states, [vec![], vec![1], vec![1, 1], vec![1, 1, 1]]);
    }

    #[test]
    fn what_is_left_is_impossible_and_nothing_in_it_can_be_spared() {
        let model = Register { initial: 0 };
        let (found, smaller) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
        for_each_case(|seed, random| {
            let ops = history(random);
            let Found::Impossible { stuck, .. } = search(&model, &ops, &Budget::AMPLE, false)
            else {
                return;
            };
            let window = around(&model, &ops, stuck, &Budget::AMPLE);
            assert!(window.ops.contains(&stuck), "seed {seed}");
            let is_possible = if window.starts.is_empty() {
                is_linearizable(&model, &window.proof)
            } else {
                let mut models = window
                    .starts
                    .iter()
                    .map(|start| Register { initial: *start });
                models.any(|model| is_linearizable(&model, &window.proof))
            };
            assert!(!is_possible, "seed {seed}: {ops:?}");
            found.set(found.get() + 1);
            smaller.set(smaller.get() + u32::from(window.ops.len() < ops.len()));
            let room = Room {
                model: &model,
                ops: &ops,
                budget: &Budget::AMPLE,
            };
            for at in 0..window.ops.len() {
                let without = room.without(&window, at..at + 1, stuck);
                let is_spare = without.is_some_and(|smaller| room.is_impossible(&smaller));
                assert!(!is_spare, "seed {seed}: {at} of {window:?}");
            }
        });
        assert!(found.get() > 1000, "{found:?}");
        assert!(smaller.get() * 2 > found.get(), "{smaller:?} of {found:?}");
    }
}
