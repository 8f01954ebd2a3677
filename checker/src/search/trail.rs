//! How configurations were reached, for those who want a linearization.

use super::problem::OpId;

/// Steps, each with the one before it.
pub(crate) struct Trail {
    is_on: bool,
    steps: Vec<Step>,
}

/// An operation takes effect.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    before: u32,
    pub(crate) id: OpId,
    /// How many events had been passed.
    pub(crate) position: u32,
    /// The state afterwards.
    pub(crate) state: u32,
}

impl Trail {
    /// The way to the beginning.
    pub(crate) const ROOT: u32 = u32::MAX;

    pub(crate) fn new(is_on: bool) -> Self {
        Self {
            is_on,
            steps: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, before: u32, id: OpId, position: usize, state: u32) -> u32 {
        if !self.is_on {
            return Self::ROOT;
        }
        self.steps.push(Step {
            before,
            id,
            position: position as u32,
            state,
        });
        self.steps.len() as u32 - 1
    }

    /// The steps to here, in order; nothing unless the trail was on.
    pub(crate) fn to(&self, mut at: u32) -> Option<Vec<Step>> {
        let mut steps = Vec::new();
        while at != Self::ROOT {
            let step = self.steps[at as usize];
            at = step.before;
            steps.push(step);
        }
        steps.reverse();
        self.is_on.then_some(steps)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.steps.capacity() * size_of::<Step>()
    }
}
