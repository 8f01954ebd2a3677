//! Faults: from the schedule to links and processes.

use workloads::scenario::{Scenario, ScenarioFault};

use super::state::Stage;
use crate::cluster::members::Member;
use crate::cluster::schedule::Action;
use crate::cluster::told::told;
use crate::links::Condition;

impl Stage<'_> {
    pub(super) fn faults(&mut self) {
        if self.ready_at.is_some() {
            for action in self.schedule.take(self.since_ready()) {
                self.act(action);
            }
        }
    }

    pub(super) fn act(&mut self, action: Action) {
        let (number, begins) = match action {
            Action::Begin(number) => (number, true),
            Action::End(number) => (number, false),
        };
        let fault = &self.scenario.disturbances[number].fault;
        self.journal
            .fault(self.begun.elapsed(), &told(fault), begins);
        let concerned = match fault {
            ScenarioFault::Link { .. } => {
                for (link, ends) in self.links.iter().zip(self.scenario.links()) {
                    link.change(|condition| {
                        change(self.scenario, number, ends, begins, condition);
                    });
                }
                return;
            }
            ScenarioFault::Kill(name) | ScenarioFault::Pause(name) => name,
        };
        let is_concerned = |member: &&mut Member<'_>| member.process.name == *concerned;
        let Some(member) = self.members.iter_mut().find(is_concerned) else {
            return;
        };
        match (fault, begins) {
            (ScenarioFault::Kill(_), true) => member.kill(),
            (ScenarioFault::Kill(_), false) => member.start(),
            (_, true) => member.pause(),
            (_, false) => member.resume(),
        }
    }
}

/// Begins or ends a fault in the condition of a link, if it is about that link.
pub(super) fn change(
    scenario: &Scenario,
    number: usize,
    ends: (&str, &str),
    begins: bool,
    condition: &mut Condition,
) {
    if let ScenarioFault::Link { from, to, flaw } = &scenario.disturbances[number].fault
        && (from.as_str(), to.as_str()) == ends
    {
        if begins {
            condition.begin(number, *flaw);
        } else {
            condition.end(number);
        }
    }
}
