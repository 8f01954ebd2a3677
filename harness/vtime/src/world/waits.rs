//! Parking threads, and letting them go on.

use std::os::fd::AsRawFd;

use super::World;
use super::table::{Node, Resume, State, Thread, ThreadId, TimerKey, Wait};
use crate::calls::{self, ready::End};
use crate::command::TimeNs;
use crate::model::timers::Timer;
use crate::raw::descriptors::which_have_events;
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
        thread.watched.clear();
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
                calls::ready::tell_time_left(self, id);
                self.end_wait(id, 0);
            }
            Wait::Signal => self.end_wait(id, -i64::from(libc::EAGAIN)),
            Wait::Ahead => self.make_ready(id, Resume::GoOn),
            Wait::Kernel => self.try_again(id),
            Wait::Attempt => {
                let call = self.thread(id).registers.call();
                self.end_wait(id, -i64::from(calls::attempts::too_late(call)));
            }
            Wait::Child | Wait::Room | Wait::Birth(_) => {}
        }
    }

    /// Looks at whoever waits for a descriptor or a child in a node where something happened.
    /// False when nobody can go on.
    pub(super) fn wake_whoever_can_go_on(&mut self) -> bool {
        for node in 0..self.nodes.len() {
            self.feed(node);
        }
        let mut any = false;
        for id in self.whose_wait_may_end() {
            let end = match self.waits_for(id) {
                Some(Wait::Io) => calls::ready::end_of_wait(self, id),
                Some(Wait::Room) => {
                    self.make_ready(id, Resume::GoOn);
                    any = true;
                    continue;
                }
                Some(Wait::Attempt) => calls::attempts::end_of_wait(self, id),
                Some(Wait::Child) if calls::children::is_ready(self, id) => End::AnswerAgain,
                _ => End::NotYet,
            };
            match end {
                End::NotYet => continue,
                End::AnswerAgain => self.make_ready(id, Resume::Answer),
                End::Result(result) => {
                    let now_ns = self.now_ns;
                    let process = self.process_of_mut(id);
                    process.local_ns = process.local_ns.max(now_ns);
                    calls::ready::tell_time_left(self, id);
                    self.end_wait(id, result);
                }
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

    /// Threads of nodes where something happened, that wait for a child, or for a descriptor at
    /// which there is something. Notes which nodes have written something, too.
    fn whose_wait_may_end(&mut self) -> Vec<ThreadId> {
        let mut asked = Vec::new();
        let active = |(index, node): (usize, &Node)| node.active.then_some(index);
        let active: Vec<usize> = self.nodes.iter().enumerate().filter_map(active).collect();
        for &index in &active {
            let node = &self.nodes[index];
            for file in [&node.stdout, &node.stderr] {
                asked.push((file.as_ref().map_or(-1, AsRawFd::as_raw_fd), libc::POLLIN));
            }
        }
        let may_end = |t: &Thread| {
            let node = &self.nodes[self.processes[&t.process].node];
            let waits = matches!(
                t.state,
                State::Parked(Wait::Io | Wait::Room | Wait::Child | Wait::Attempt)
            );
            waits && node.stirred && !node.paused
        };
        let waiting: Vec<ThreadId> = self
            .threads
            .iter()
            .filter(|(_, t)| may_end(t))
            .map(|(id, _)| *id)
            .collect();
        for id in &waiting {
            let watched = &self.threads[id].watched;
            asked.extend(watched.iter().map(|(fd, events)| (fd.as_raw_fd(), *events)));
        }
        let mut answers = which_have_events(&asked).into_iter();
        let mut any = |count| {
            answers
                .by_ref()
                .take(count)
                .fold(false, |all, one| all | one)
        };
        for index in active {
            self.nodes[index].written = any(2);
        }
        let ready = |id: &ThreadId| {
            let count = self.threads[id].watched.len();
            count == 0 || any(count)
        };
        waiting.into_iter().filter(ready).collect()
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
