//! Which operations are open at a position of the history. It goes forward and back.

use super::bits::Bits;
use super::problem::{Event, OpId, Problem};
use crate::model::{Model, Role};

/// The open operations, in sets by role.
pub(crate) struct Board<B> {
    /// How many events have been passed.
    pub(crate) position: usize,
    /// Which operation has a slot.
    pub(crate) in_slot: Vec<OpId>,
    pub(crate) observers: B,
    pub(crate) overwriters: B,
    pub(crate) changers: B,
    /// By slot: operations like this one that return earlier. Of those that are alike only the one
    /// that returns first need be tried: to exchange them changes nothing else.
    rivals: Vec<B>,
    /// How many indeterminate operations of each kind have been called.
    pub(crate) called: Vec<u32>,
}

impl<B: Bits> Board<B> {
    pub(crate) fn new<M: Model>(problem: &Problem<'_, M>) -> Self {
        Self {
            position: 0,
            in_slot: vec![0; problem.width],
            observers: B::default(),
            overwriters: B::default(),
            changers: B::default(),
            rivals: vec![B::default(); problem.width],
            called: vec![0; problem.unsure.len()],
        }
    }

    /// Operations that may change the state.
    pub(crate) fn mutators(&self) -> B {
        self.overwriters.or(self.changers)
    }

    /// Those of them that are not done and need be tried.
    pub(crate) fn candidates(&self, done: B) -> impl Iterator<Item = usize> + '_ {
        let open = self.mutators().without(done);
        open.each()
            .filter(move |slot| !self.rivals[*slot].meets(open))
    }

    /// Past the next event.
    pub(crate) fn forward<M: Model>(&mut self, problem: &Problem<'_, M>) {
        match problem.events[self.position] {
            Event::Call(id) if problem.op(id).is_indeterminate() => {
                self.called[unsure_kind(problem, id)] += 1;
            }
            Event::Call(id) => self.open(problem, id),
            Event::Return(id) => self.close(problem.slot(id)),
        }
        self.position += 1;
    }

    /// Back before the last event.
    pub(crate) fn back<M: Model>(&mut self, problem: &Problem<'_, M>) {
        self.position -= 1;
        match problem.events[self.position] {
            Event::Call(id) if problem.op(id).is_indeterminate() => {
                self.called[unsure_kind(problem, id)] -= 1;
            }
            Event::Call(id) => self.close(problem.slot(id)),
            Event::Return(id) => self.open(problem, id),
        }
    }

    fn open<M: Model>(&mut self, problem: &Problem<'_, M>, id: OpId) {
        let slot = problem.slot(id);
        let bit = B::one(slot);
        self.in_slot[slot] = id;
        if problem.role(id) == Role::Observes {
            self.observers = self.observers.or(bit);
            return;
        }
        self.rivals[slot] = B::default();
        for other in self.mutators().each() {
            let rival = self.in_slot[other];
            if problem.kinds[rival as usize] != problem.kinds[id as usize] {
                continue;
            }
            if problem.op(rival).ret < problem.op(id).ret {
                self.rivals[slot] = self.rivals[slot].or(B::one(other));
            } else {
                self.rivals[other] = self.rivals[other].or(bit);
            }
        }
        match problem.role(id) {
            Role::Overwrites => self.overwriters = self.overwriters.or(bit),
            _ => self.changers = self.changers.or(bit),
        }
    }

    fn close(&mut self, slot: usize) {
        let bit = B::one(slot);
        self.observers = self.observers.without(bit);
        self.overwriters = self.overwriters.without(bit);
        self.changers = self.changers.without(bit);
        for other in self.mutators().each() {
            self.rivals[other] = self.rivals[other].without(bit);
        }
    }
}

fn unsure_kind<M: Model>(problem: &Problem<'_, M>, id: OpId) -> usize {
    problem.unsure_kinds[&problem.kinds[id as usize]] as usize
}
