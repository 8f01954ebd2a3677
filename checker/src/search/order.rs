//! Linearizations: made of the steps of a search, and verified by their definition.

use super::problem::{Event, OpId, Problem};
use super::space::Space;
use super::trail::Step;
use crate::model::{Model, Role};
use crate::timed::Timed;

/// What is wrong with an order of operations that claims to be a linearization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// This operation is missing, or is there twice, or there is no such operation.
    Miscounted(u32),
    /// This operation stands behind one that was called only after its return.
    TooLate(u32),
    /// This operation cannot have had its answer there.
    Impossible(u32),
}

/// Accepts an order of operations as a linearization: each is there once (one whose end is not
/// known at most once), none stands behind another that was called after its return, and each is
/// possible where it stands. Independent of how the order was found.
///
/// # Errors
/// The first flaw.
pub fn verify<M: Model>(model: &M, ops: &[Timed<M::Op>], order: &[u32]) -> Result<(), Flaw> {
    let mut is_there = vec![false; ops.len()];
    let mut last_call = 0;
    let mut states = vec![model.initial()];
    for &id in order {
        let timed = ops.get(id as usize).ok_or(Flaw::Miscounted(id))?;
        if std::mem::replace(&mut is_there[id as usize], true) {
            return Err(Flaw::Miscounted(id));
        }
        if timed.ret < last_call {
            return Err(Flaw::TooLate(id));
        }
        last_call = last_call.max(timed.call);
        let mut next: Vec<M::State> = Vec::new();
        for state in states.iter().flat_map(|s| model.step(s, &timed.op)) {
            if !next.contains(&state) {
                next.push(state);
            }
        }
        if next.is_empty() {
            return Err(Flaw::Impossible(id));
        }
        states = next;
    }
    let missing = (0..)
        .zip(ops)
        .find(|(id, timed): &(u32, _)| !timed.is_indeterminate() && !is_there[*id as usize]);
    missing.map_or(Ok(()), |(id, _)| Err(Flaw::Miscounted(id)))
}

/// The steps of a search with what it left implicit: observers at the first state that allows them,
/// and overwrites that were never used just before one that was.
pub(super) fn linearization<M: Model>(
    problem: &Problem<'_, M>,
    space: &mut Space<M>,
    steps: &[Step],
) -> Vec<OpId> {
    let mut is_used = vec![false; problem.ops.len()];
    for step in steps {
        is_used[step.id as usize] = true;
    }
    let mut sketch = Sketch {
        state: space.number(problem.model.initial()),
        order: Vec::with_capacity(problem.ops.len()),
        waiting: Vec::new(),
        is_used,
        problem,
        space,
    };
    let mut steps = steps.iter().peekable();
    for (position, event) in (0..).zip(&problem.events) {
        while let Some(step) = steps.next_if(|step| step.position == position) {
            sketch.take(step);
        }
        if let Event::Call(id) = *event {
            sketch.call(id);
        }
    }
    sketch.order
}

struct Sketch<'a, 'p, M: Model> {
    problem: &'a Problem<'p, M>,
    space: &'a mut Space<M>,
    order: Vec<OpId>,
    state: u32,
    /// Open operations that have no place yet and are not among the steps.
    waiting: Vec<OpId>,
    is_used: Vec<bool>,
}

impl<M: Model> Sketch<'_, '_, M> {
    fn call(&mut self, id: OpId) {
        if !self.is_used[id as usize] && !self.problem.op(id).is_indeterminate() {
            self.waiting.push(id);
            self.place_observers();
        }
    }

    fn take(&mut self, step: &Step) {
        if self.problem.role(step.id) == Role::Overwrites {
            self.place(|sketch, id| sketch.problem.role(id) == Role::Overwrites);
        }
        self.order.push(step.id);
        self.state = step.state;
        self.place_observers();
    }

    fn place_observers(&mut self) {
        self.place(|sketch, id| {
            sketch.problem.role(id) == Role::Observes
                && sketch.space.allows(sketch.problem, sketch.state, id)
        });
    }

    fn place(&mut self, goes_here: impl Fn(&mut Self, OpId) -> bool) {
        for id in std::mem::take(&mut self.waiting) {
            let goes_here = goes_here(self, id);
            let list = if goes_here {
                &mut self.order
            } else {
                &mut self.waiting
            };
            list.push(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Register, RegisterOp};
    use crate::timed::NEVER;

    const REGISTER: Register<u8> = Register { initial: 0 };

    fn timed(call: u32, ret: u32, op: RegisterOp<u8>) -> Timed<RegisterOp<u8>> {
        Timed { call, ret, op }
    }

    /// A write that overlaps a read, one that may have happened, and a read of that.
    fn ops() -> [Timed<RegisterOp<u8>>; 4] {
        [
            timed(0, 3, RegisterOp::Write(1)),
            timed(1, 2, RegisterOp::Read(0)),
            timed(4, NEVER, RegisterOp::Write(2)),
            timed(5, 6, RegisterOp::Read(2)),
        ]
    }

    fn verified(order: &[u32]) -> Result<(), Flaw> {
        verify(&REGISTER, &ops(), order)
    }

    #[test]
    fn an_order_that_fits_is_accepted() {
        assert_eq!(verified(&[1, 0, 2, 3]), Ok(()));
        let without_read = verify(&REGISTER, &ops()[..3], &[1, 0]);
        assert_eq!(
            without_read,
            Ok(()),
            "the last write need not have happened"
        );
        let with_it = verify(&REGISTER, &ops()[..3], &[1, 0, 2]);
        assert_eq!(with_it, Ok(()));
    }

    #[test]
    fn every_operation_is_there_once() {
        assert_eq!(verified(&[1, 2, 3]), Err(Flaw::Miscounted(0)));
        assert_eq!(verified(&[1, 0, 0, 2, 3]), Err(Flaw::Miscounted(0)));
        assert_eq!(verified(&[1, 0, 2, 3, 4]), Err(Flaw::Miscounted(4)));
    }

    #[test]
    fn none_stands_behind_what_began_after_its_end() {
        let overlapping = [
            timed(0, 1, RegisterOp::Write(1)),
            timed(2, 4, RegisterOp::Write(2)),
            timed(3, 5, RegisterOp::Write(3)),
        ];
        let verified = |order: &[u32]| verify(&REGISTER, &overlapping, order);
        assert_eq!(verified(&[0, 2, 1]), Ok(()));
        assert_eq!(verified(&[1, 0, 2]), Err(Flaw::TooLate(0)));
        // The one that began last is not the one just before.
        assert_eq!(verified(&[2, 1, 0]), Err(Flaw::TooLate(0)));
    }

    #[test]
    fn each_has_the_answer_that_it_had() {
        assert_eq!(verified(&[0, 1, 2, 3]), Err(Flaw::Impossible(1)));
        assert_eq!(verified(&[1, 0, 3, 2]), Err(Flaw::Impossible(3)));
    }
}
