//! The phases of a run, and when one ends and the next begins.
//!
//! Boot (start and `init`) → set-up → main → recovery (everything healed, open operations ended)
//! → final passes → done. Final passes are repeated until the generator sees what a correct cluster
//! ends with, or until waiting cannot change anything, or until the recovery limit: a network that
//! is silent for a moment proves nothing, because a node may retry only once a second.

use super::{Core, MS, Output, TimeNs, Timer};

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nodes are started and answer `init`.
    Boot,
    /// Nodes answer the workload's set-up request.
    SetUp,
    /// Clients issue operations and the nemesis acts.
    Main {
        /// When it ends.
        end_ns: TimeNs,
    },
    /// Everything is healed; open operations end and restarted nodes get ready.
    Recovery,
    /// Final operations, round by round.
    Final(FinalPass),
    /// The last pass did not show agreement; the next one begins later.
    Wait {
        /// The pass to come.
        next: FinalPass,
        /// When it begins.
        at_ns: TimeNs,
    },
    /// Over.
    Done,
}

/// One pass of final operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FinalPass {
    pass: u32,
    round: u32,
    /// No further pass begins after this time.
    limit_ns: TimeNs,
}

/// The pause after the first pass; it doubles with every pass.
const FIRST_PAUSE_NS: TimeNs = 100 * MS;
const LONGEST_PAUSE_NS: TimeNs = 1000 * MS;

impl Phase {
    /// Its name in the progress line.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Boot => "starting",
            Self::SetUp => "setting up",
            Self::Main { .. } => "running",
            Self::Recovery => "healing",
            Self::Final(_) | Self::Wait { .. } => "final reads",
            Self::Done => "done",
        }
    }
}

impl Core<'_> {
    /// Moves on as far as possible.
    pub(super) fn advance_phase(&mut self) {
        while let Some(next) = self.next_phase() {
            self.phase = next;
            self.enter_phase();
        }
    }

    /// The next phase, if this one is over.
    fn next_phase(&mut self) -> Option<Phase> {
        if self.storm.is_over() && self.phase != Phase::Done {
            return Some(Phase::Done);
        }
        match self.phase {
            Phase::Boot => self.all_initialised_or_lost().then_some(Phase::SetUp),
            Phase::SetUp => self.nobody_is_getting_ready().then(|| {
                let length_ns = (self.plan.options.time_limit * 1e9) as TimeNs;
                Phase::Main {
                    end_ns: self.now_ns + length_ns,
                }
            }),
            // Without a node there is nothing left to find out.
            Phase::Main { .. } if self.all_lost() => Some(Phase::Done),
            Phase::Main { end_ns } => (self.now_ns >= end_ns).then_some(Phase::Recovery),
            Phase::Recovery => (self.all_idle() && self.nobody_is_getting_ready()).then(|| {
                let limit_ns = self.now_ns + (self.plan.options.recovery * 1e9) as TimeNs;
                Phase::Final(FinalPass {
                    pass: 0,
                    round: 0,
                    limit_ns,
                })
            }),
            Phase::Final(pass) if self.all_idle() => Some(self.next_round(pass)),
            Phase::Wait { next, at_ns } => (self.now_ns >= at_ns).then_some(Phase::Final(next)),
            Phase::Final(_) | Phase::Done => None,
        }
    }

    fn enter_phase(&mut self) {
        match self.phase {
            Phase::SetUp => self.set_up_all(),
            Phase::Main { end_ns } => {
                self.timers.at(end_ns, Timer::Phase);
                self.arm_faults();
                self.start_clients();
            }
            Phase::Recovery => self.heal_everything(),
            Phase::Wait { at_ns, .. } => self.timers.at(at_ns, Timer::Phase),
            Phase::Done if self.storm.is_over() => self.finish("a storm of messages ended the run"),
            Phase::Done => self.finish("the run is over"),
            Phase::Boot | Phase::Final(_) => {}
        }
    }

    /// Begins the operations of a round; a round without any ends the pass.
    fn next_round(&mut self, pass: FinalPass) -> Phase {
        let mut any = false;
        for slot in 0..self.clients.len() {
            if let Some(op) = self.final_op(pass.pass, pass.round, slot) {
                any = true;
                self.invoke(slot, op, true);
            }
        }
        if any {
            return Phase::Final(FinalPass {
                round: pass.round + 1,
                ..pass
            });
        }
        self.after_pass(pass)
    }

    fn after_pass(&mut self, pass: FinalPass) -> Phase {
        if pass.round == 0 || self.generator.settled() || self.waiting_is_useless(pass) {
            return Phase::Done;
        }
        let pause_ns = (FIRST_PAUSE_NS << pass.pass.min(8)).min(LONGEST_PAUSE_NS);
        let at_ns = self.now_ns + pause_ns;
        if at_ns > pass.limit_ns {
            return Phase::Done;
        }
        let next = FinalPass {
            pass: pass.pass + 1,
            round: 0,
            ..pass
        };
        Phase::Wait { next, at_ns }
    }

    /// Nodes that never sent each other anything will not begin now. The second pass counts what
    /// the first one brought about (a workload may carry state between nodes itself).
    fn waiting_is_useless(&self, pass: FinalPass) -> bool {
        self.all_lost() || (pass.pass >= 1 && self.recorder.between_nodes == 0)
    }

    /// The run is stopped from outside.
    pub(super) fn interrupt(&mut self, reason: &str) {
        if self.phase != Phase::Done {
            self.phase = Phase::Done;
            self.finish(reason);
        }
    }

    fn finish(&mut self, reason: &str) {
        self.give_up_everything(reason);
        self.out.push(Output::Done);
    }
}
