//! A thread's turn: from its going on to its next wait.

use super::World;
use super::table::{Amend, Resume, State, ThreadId, Wait};
use super::trouble::Watched;
use crate::calls::{self, Answer};
use crate::command::TimeNs;
use crate::memory::Memory;
use crate::model::schedule::FAIR_CALLS;
use crate::raw::trace::{self, Stop, Waited};

/// What a call costs in a turn without any wait: who only makes calls must see time pass.
const CALL_NS: TimeNs = 200;

impl World {
    /// Lets a thread run until it waits, gives way or ends.
    pub(super) fn turn(&mut self, id: ThreadId) {
        self.figures.turns += 1;
        self.stir(id);
        let thread = self.thread_mut(id);
        thread.state = State::Running;
        match std::mem::replace(&mut thread.resume, Resume::GoOn) {
            Resume::Answer => self.answer(id, true),
            Resume::GoOn => self.go_on(id),
        }
        self.watched = Watched::default();
        self.watch(id);
    }

    /// Follows a thread that has the processor.
    pub(super) fn watch(&mut self, id: ThreadId) {
        let mut watched = std::mem::take(&mut self.watched);
        while self.is_running(id) {
            match trace::wait(self.thread(id).tid) {
                Waited::Stop(stop) => {
                    self.stopped(id, stop);
                    watched = Watched::default();
                }
                Waited::Interrupted => {
                    self.tick(id, &mut watched);
                    if self.ticks >= self.return_at_tick && self.is_running(id) {
                        self.interrupted = Some(id);
                        self.watched = watched;
                        return;
                    }
                }
                Waited::Gone => self.lost(id),
            }
        }
    }

    /// The running thread has stopped.
    pub(super) fn stopped(&mut self, id: ThreadId, stop: Stop) {
        if !matches!(stop, Stop::Ended(_)) {
            self.read_page(id);
        }
        match stop {
            Stop::Call => self.called(id),
            Stop::CallDone => self.call_done(id),
            Stop::Born { child, waits } => self.born(id, child, waits),
            Stop::Exec => self.executed(id),
            Stop::ChildLeft => self.go_on(id),
            Stop::Signal(signal) => self.signal_stop(id, signal),
            Stop::Ended(exit) => self.thread_ended(id, exit),
        }
    }

    fn called(&mut self, id: ThreadId) {
        self.figures.traps += 1;
        let Some(registers) = trace::registers(self.thread(id).tid) else {
            // It was killed while it stopped; its end comes next.
            return;
        };
        let thread = self.thread_mut(id);
        thread.registers = registers;
        thread.at_call = true;
        thread.written = 0;
        if std::mem::take(&mut thread.let_pass) {
            self.make_call(id);
        } else {
            self.settle_in_place(id);
            self.answer(id, false);
        }
    }

    /// Answers the call that the thread is about to make; `again` when it has waited in it.
    fn answer(&mut self, id: ThreadId, again: bool) {
        let answer = calls::answer(self, id, again);
        // The call may have been its end: a signal to itself, or to its node's first process.
        if !self.is_running(id) {
            return;
        }
        match answer {
            Answer::Return(value) => {
                self.set_result(id, value);
                self.go_on_or_give_way(id);
            }
            Answer::Pass => self.make_call(id),
            Answer::PassAndAmend(amend) => {
                self.thread_mut(id).amend = amend;
                self.make_call(id);
            }
            Answer::Wait(wait, until_ns) => {
                self.park(id, wait, until_ns);
                if again {
                    self.signals_since(id);
                }
            }
            Answer::GiveWay => {
                self.set_result(id, 0);
                self.make_ready(id, Resume::GoOn);
            }
            Answer::End => self.leave(id),
            Answer::EndProcess => self.leave_with_all(id, 0),
        }
    }

    /// Gives a stopped call its result; the kernel will not make it.
    pub(crate) fn set_result(&mut self, id: ThreadId, value: i64) {
        let thread = self.thread_mut(id);
        thread.registers.set_result(value);
        trace::set_registers(thread.tid, &thread.registers);
    }

    /// Lets the kernel make the call. Where others must have their turn, that is when it is done:
    /// what the call finds was looked at just now.
    pub(super) fn make_call(&mut self, id: ThreadId) {
        let thread = self.thread_mut(id);
        let is_amended = thread.amend != Amend::default();
        if !thread.at_call {
            thread.let_pass = true;
            self.go_on(id);
        } else if is_amended || self.is_ahead(id) || self.schedule.gives_way().is_some() {
            self.go_on_to_call_end(id);
        } else {
            self.go_on(id);
        }
    }

    fn spend_on_long_turn(&mut self, id: ThreadId, calls: u32) {
        self.spend(id, u64::from(calls) * CALL_NS);
        // What another waits for may have been done in this turn, and others are always ready.
        self.looks_for_others |= calls >= FAIR_CALLS;
    }

    fn go_on_or_give_way(&mut self, id: ThreadId) {
        let gives_way = self.schedule.gives_way();
        if self.is_ahead(id) {
            let local_ns = self.process_of(id).local_ns;
            self.park(id, Wait::Ahead, Some(local_ns));
        } else if let Some(calls) = gives_way {
            self.spend_on_long_turn(id, calls);
            self.make_ready(id, Resume::GoOn);
        } else {
            self.go_on(id);
        }
    }

    /// Lets the thread go on from where it is stopped.
    pub(super) fn go_on(&mut self, id: ThreadId) {
        self.write_page(id);
        let thread = self.thread_mut(id);
        let signal = std::mem::take(&mut thread.signal);
        trace::go_on(thread.tid, signal);
    }

    fn go_on_to_call_end(&mut self, id: ThreadId) {
        self.write_page(id);
        trace::go_on_to_call_end(self.thread(id).tid, 0);
    }

    /// The end of a call that was let pass.
    fn call_done(&mut self, id: ThreadId) {
        self.put_right(id);
        self.go_on_or_give_way(id);
    }

    /// Puts arguments and result of a call right, at its end.
    pub(super) fn put_right(&mut self, id: ThreadId) {
        let thread = self.thread_mut(id);
        let amend = std::mem::take(&mut thread.amend);
        let Some(mut registers) = trace::registers(thread.tid) else {
            return;
        };
        for (index, value) in amend.args.iter().enumerate() {
            if let Some(value) = value {
                registers.set_arg(index, *value);
            }
        }
        if let Some(result) = amend.result
            && registers.result() > 0
        {
            registers.set_general({
                let mut general = registers.general();
                general[0] = result.cast_unsigned();
                general
            });
        }
        trace::set_registers(thread.tid, &registers);
        if let Some((at, value)) = amend.memory
            && registers.result() >= 0
        {
            Memory(thread.tid).write(at, &value.to_le_bytes());
        }
        if let Some(sender) = amend.sender
            && let Ok(result @ 1..) = u64::try_from(registers.result())
        {
            self.put_sender_right(id, sender, result);
        }
        if amend.metadata && registers.result() == 0 {
            calls::metadata::put_right(self, id);
        }
    }
}
