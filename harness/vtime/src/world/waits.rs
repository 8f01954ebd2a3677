//! Parking threads, and letting them go on.

use super::World;
use super::table::{Resume, State, ThreadId, TimerKey, Wait};
use crate::calls::{self, ready::End};
use crate::command::TimeNs;
use crate::model::timers::Timer;
use crate::raw::trace;

impl World {
    /// Takes the processor from a thread, which waits from now on.
    pub(crate) fn park(&mut self, id: ThreadId, wait: Wait, until_ns: Option<TimeNs>) {
        let thread = self.thread_mut(id);
        thread.state = State::Parked(wait);
        thread.until_ns = until_ns;
        let key = TimerKey::Thread(id);
        match until_ns {
            Some(next_ns) => {
                let interval_ns = 0;
                self.timers.set(
                    key,
                    Timer {
                        next_ns,
                        interval_ns,
                    },
                );
            }
            None => {
                self.timers.clear(key);
            }
        }
    }

    /// Lets a thread take its turn when it comes.
    pub(crate) fn make_ready(&mut self, id: ThreadId, resume: Resume) {
        self.timers.clear(TimerKey::Thread(id));
        let thread = self.thread_mut(id);
        thread.state = State::Ready;
        thread.resume = resume;
        self.schedule.add(id);
    }

    /// Ends the call in which a thread waits, with this result.
    pub(crate) fn end_wait(&mut self, id: ThreadId, result: i64) {
        self.set_result(id, result);
        self.make_ready(id, Resume::GoOn);
    }

    /// Sends a thread back before the call in which it waits; it will make it again.
    pub(super) fn redo_call(&mut self, id: ThreadId) {
        let thread = self.thread_mut(id);
        let call = thread.registers.call();
        let mut registers = thread.registers;
        registers.redo(call);
        trace::set_registers(thread.tid, &registers);
        self.make_ready(id, Resume::GoOn);
    }

    /// What a thread waits for, if it does.
    pub(crate) fn waits_for(&self, id: ThreadId) -> Option<Wait> {
        match self.threads.get(&id)?.state {
            State::Parked(wait) => Some(wait),
            State::Running | State::Ready | State::Zombie => None,
        }
    }

    /// The waiting thread's time is over.
    pub(super) fn wait_is_over(&mut self, id: ThreadId) {
        let Some(wait) = self.waits_for(id) else {
            return;
        };
        let until_ns = self.thread(id).until_ns;
        let process = self.process_of_mut(id);
        process.local_ns = process.local_ns.max(until_ns.unwrap_or(0));
        match wait {
            Wait::Futex => {
                self.futexes.cancel(id);
                self.end_wait(id, -i64::from(libc::ETIMEDOUT));
            }
            Wait::Sleep => self.end_wait(id, 0),
            Wait::Io => {
                calls::ready::clear_results(self, id);
                self.end_wait(id, 0);
            }
            Wait::Signal => self.end_wait(id, -i64::from(libc::EAGAIN)),
            Wait::Ahead | Wait::Kernel => self.make_ready(id, Resume::GoOn),
            Wait::Child | Wait::Birth(_) => {}
        }
    }

    /// Looks at whoever waits for a descriptor or a child in a node where something happened.
    /// False when nobody can go on.
    pub(super) fn wake_whoever_can_go_on(&mut self) -> bool {
        for node in 0..self.nodes.len() {
            self.feed(node);
        }
        let mut any = false;
        let waiting: Vec<ThreadId> = self
            .threads
            .iter()
            .filter(|(_, t)| matches!(t.state, State::Parked(Wait::Io | Wait::Child)))
            .filter(|(_, t)| self.nodes[self.processes[&t.process].node].stirred)
            .map(|(id, _)| *id)
            .collect();
        for id in waiting {
            if self.nodes[self.node_of(id)].paused {
                continue;
            }
            let end = match self.waits_for(id) {
                Some(Wait::Io) => calls::ready::end_of_wait(self, id),
                Some(Wait::Child) if calls::children::is_ready(self, id) => End::AnswerAgain,
                _ => End::NotYet,
            };
            match end {
                End::NotYet => continue,
                End::AnswerAgain => self.make_ready(id, Resume::Answer),
                End::Result(result) => self.end_wait(id, result),
            }
            any = true;
        }
        if !any {
            for node in self.nodes.iter_mut().filter(|n| !n.paused) {
                node.stirred = false;
            }
        }
        any
    }

    /// Something happened in this thread's node.
    pub(crate) fn stir(&mut self, id: ThreadId) {
        let node = self.node_of(id);
        self.nodes[node].stirred = true;
        self.nodes[node].active = true;
        let now_ns = self.now_ns;
        let process = self.process_of_mut(id);
        process.local_ns = process.local_ns.max(now_ns);
    }
}
