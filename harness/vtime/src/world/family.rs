//! Births, programs and deaths.
//!
//! Whoever ends is waited for at once and in a fixed order: the order in which the kernel would
//! tell by itself differs from run to run.

use super::World;
use super::table::{Amend, ProcessId, Resume, State, ThreadId, TimerKey, Wait};
use crate::command::Exit;
use crate::image::page::Moment;
use crate::memory::Memory;
use crate::model::futex::Key;
use crate::model::signals::Action;
use crate::raw::trace::{self, Stop, Tid, Waited};
use crate::raw::watch::doing;

const PARENT_SETTID: u64 = libc::CLONE_PARENT_SETTID as u64;
const CHILD_SETTID: u64 = libc::CLONE_CHILD_SETTID as u64;
const CHILD_CLEARTID: u64 = libc::CLONE_CHILD_CLEARTID as u64;
const THREAD: u64 = libc::CLONE_THREAD as u64;

impl World {
    /// The running thread made a thread or a process.
    pub(super) fn born(&mut self, parent: ThreadId, child: Tid, waits: bool) {
        let tid = self.thread(parent).tid;
        wait_for_first_stop(child);
        let Some(registers) = trace::registers(tid) else {
            return;
        };
        self.thread_mut(parent).registers = registers;
        let is_clone = registers.call() == libc::SYS_clone;
        let flags = if is_clone { registers.arg(0) } else { 0 };
        let own = self.thread(parent).process;
        let process = if flags & THREAD != 0 {
            own
        } else {
            let node = self.node_of(parent);
            self.add_process(node, child, Some(own))
        };
        let shown = match self.add_thread(child, process) {
            Some(id) => {
                if flags & CHILD_CLEARTID != 0 {
                    self.thread_mut(id).clear_tid_at = registers.arg(3);
                }
                self.make_ready(id, Resume::GoOn);
                self.ids.to_virtual(child).unwrap_or(child)
            }
            None => child,
        };
        if flags & PARENT_SETTID != 0 {
            Memory(tid).write(registers.arg(2), &shown.to_le_bytes());
        }
        if flags & CHILD_SETTID != 0 {
            Memory(child).write(registers.arg(3), &shown.to_le_bytes());
        }
        self.thread_mut(parent).amend = Amend {
            result: Some(i64::from(shown)),
            ..Amend::default()
        };
        if waits {
            self.park(parent, Wait::Birth(process), None);
        } else {
            trace::go_on_to_call_end(tid, 0);
        }
    }

    /// A vfork child has its own memory now, or is gone: its parent goes on.
    fn release_parent(&mut self, child: ProcessId) {
        let parked = |t: &super::table::Thread| t.state == State::Parked(Wait::Birth(child));
        let Some(id) = self
            .threads
            .iter()
            .find(|(_, t)| parked(t))
            .map(|(id, _)| *id)
        else {
            return;
        };
        let tid = self.thread(id).tid;
        loop {
            trace::go_on_to_call_end(tid, 0);
            match wait_uninterrupted(tid) {
                Waited::Stop(Stop::ChildLeft) => {}
                Waited::Stop(Stop::CallDone) => break,
                _ => return,
            }
        }
        // The child has written its time to the page that both had.
        let process = self.process_of_mut(id);
        process.page = process.page.map(|_| Moment::default());
        self.put_right(id);
        self.make_ready(id, Resume::GoOn);
    }

    /// When the running thread executes a program, the kernel ends the other threads of its
    /// process, and goes on when they have been waited for; nobody hears of the first one's end.
    pub(super) fn reap_what_an_execution_ended(&mut self, id: ThreadId) {
        let first = self.process_of(id).tid;
        for other in self.siblings(id) {
            let tid = self.thread(other).tid;
            if tid != first && doing(tid).is_some_and(|d| d.state == 'Z') {
                wait_for_end(tid);
                self.forget_thread(other);
            }
        }
    }

    /// The running thread executed a program; the other threads of its process are gone.
    pub(super) fn executed(&mut self, id: ThreadId) {
        let process = self.thread(id).process;
        let others: Vec<ThreadId> = self.siblings(id);
        for other in others {
            wait_for_end(self.thread(other).tid);
            self.forget_thread(other);
        }
        self.futexes.forget_process(process);
        self.timers
            .retain(|key| !matches!(key, TimerKey::Posix(p, _) if *p == process));
        let own = self.process_mut(process);
        own.actions.on_exec();
        own.posix_timers.clear();
        self.thread_mut(id).clear_tid_at = 0;
        self.release_parent(process);
        self.prepare(id);
        self.go_on(id);
    }

    /// The running thread cannot be waited for: it executed a program, and took the id of its
    /// process's first thread.
    pub(super) fn lost(&mut self, id: ThreadId) {
        let first = self.process_of(id).tid;
        let tid = self.thread(id).tid;
        if tid == first || wait_uninterrupted(first) != Waited::Stop(Stop::Exec) {
            let process = self.thread(id).process;
            self.forget_thread(id);
            self.process_ended(process, Exit::Signal(libc::SIGKILL));
            return;
        }
        let old: Vec<ThreadId> = self
            .siblings(id)
            .into_iter()
            .filter(|o| self.thread(*o).tid == first)
            .collect();
        for old in old {
            self.forget_thread(old);
        }
        self.ids.release(tid);
        self.thread_mut(id).tid = first;
        self.executed(id);
    }

    /// The running thread makes the call `exit`.
    pub(super) fn leave(&mut self, id: ThreadId) {
        let is_first = self.thread(id).tid == self.process_of(id).tid;
        let alone = self.siblings(id).is_empty();
        if alone {
            self.leave_with_all(id, 0);
            return;
        }
        self.go_on(id);
        if is_first {
            // The kernel tells of its end only when the last thread has ended.
            let tid = self.thread(id).tid;
            while doing(tid).is_some_and(|d| d.state != 'Z') {
                std::thread::yield_now();
            }
            self.thread_mut(id).state = State::Zombie;
            self.wake_joiners(id);
        } else if let Waited::Stop(Stop::Ended(exit)) = wait_for_end(self.thread(id).tid) {
            self.thread_ended_alone(id, exit);
        }
    }

    /// The running thread ends its whole process: by the call `exit_group`, or by a signal.
    pub(super) fn leave_with_all(&mut self, id: ThreadId, signal: i32) {
        if signal >= 0 {
            self.thread_mut(id).signal = signal;
            self.go_on(id);
        }
        let process = self.thread(id).process;
        self.reap(process);
    }

    /// A thread has ended without having said so: its process was killed.
    pub(super) fn thread_ended(&mut self, id: ThreadId, exit: Exit) {
        let process = self.thread(id).process;
        let is_first = self.thread(id).tid == self.process_of(id).tid;
        self.forget_thread(id);
        if is_first {
            self.process_ended(process, exit);
        } else {
            self.reap(process);
        }
    }

    fn thread_ended_alone(&mut self, id: ThreadId, _exit: Exit) {
        self.wake_joiners(id);
        self.forget_thread(id);
    }

    /// Wakes who waits for the end of a thread; the kernel has written the zero by now.
    fn wake_joiners(&mut self, id: ThreadId) {
        let thread = self.thread(id);
        let (process, address) = (thread.process, thread.clear_tid_at);
        if address != 0 {
            for woken in self
                .futexes
                .wake(Key::Private { process, address }, 1, u32::MAX)
            {
                self.end_wait(woken, 0);
            }
        }
    }

    /// Waits for the end of all threads of a process that is ending.
    fn reap(&mut self, process: ProcessId) {
        let first = self.processes[&process].tid;
        let mut exit = Exit::Signal(libc::SIGKILL);
        let (last, rest): (Vec<ThreadId>, Vec<ThreadId>) = self.processes[&process]
            .threads
            .iter()
            .partition(|id| self.threads[id].tid == first);
        for id in rest {
            wait_for_end(self.thread(id).tid);
            self.forget_thread(id);
        }
        if let Waited::Stop(Stop::Ended(how)) = wait_for_end(first) {
            exit = how;
        }
        last.into_iter().for_each(|id| self.forget_thread(id));
        self.process_ended(process, exit);
    }

    fn process_ended(&mut self, id: ProcessId, exit: Exit) {
        self.release_parent(id);
        self.futexes.forget_process(id);
        self.timers.retain(|key| match key {
            TimerKey::Descriptor(p, _) | TimerKey::Alarm(p) | TimerKey::Posix(p, _) => *p != id,
            TimerKey::Thread(_) => true,
        });
        let process = self.process_mut(id);
        process.ended = Some(exit);
        (process.handle, process.page) = (None, None);
        process.timer_fds.clear();
        let (node, parent) = (process.node, process.parent);
        for orphan in self.processes.values_mut().filter(|p| p.parent == Some(id)) {
            orphan.parent = None;
        }
        self.nodes[node].stirred = true;
        self.nodes[node].active = true;
        match parent {
            // The kernel has told the parent when we heard of it.
            Some(parent) if self.is_alive(parent) => {
                self.signal_arrived(parent, libc::SIGCHLD);
                if self.processes[&parent].actions.get(libc::SIGCHLD) == Action::Ignore {
                    self.forget_process(id);
                }
            }
            _ => self.forget_process(id),
        }
        if self.nodes[node].main == Some(id) {
            self.drain(node);
            self.end_family(node);
            self.nodes[node].ended = Some(exit);
            self.nodes[node].main = None;
        }
    }

    /// Kills all processes of a node and waits until they are gone.
    pub(super) fn end_family(&mut self, node: usize) {
        self.nodes[node].main = None;
        loop {
            let alive = |p: &&ProcessId| {
                let process = &self.processes[*p];
                process.node == node && process.ended.is_none()
            };
            let Some(id) = self.processes.keys().find(alive).copied() else {
                break;
            };
            trace::signal_process(self.processes[&id].tid, libc::SIGKILL);
            self.reap(id);
        }
        let gone: Vec<ProcessId> = self
            .processes
            .iter()
            .filter(|(_, p)| p.node == node)
            .map(|(id, _)| *id)
            .collect();
        gone.into_iter().for_each(|id| self.forget_process(id));
    }

    pub(crate) fn is_alive(&self, id: ProcessId) -> bool {
        self.processes.get(&id).is_some_and(|p| p.ended.is_none())
    }

    /// Nobody will ask for this process any more.
    pub(crate) fn forget_process(&mut self, id: ProcessId) {
        if let Some(process) = self.processes.remove(&id) {
            self.ids.release(process.tid);
        }
    }

    fn forget_thread(&mut self, id: ThreadId) {
        let Some(thread) = self.threads.remove(&id) else {
            return;
        };
        self.timers.clear(TimerKey::Thread(id));
        self.futexes.cancel(id);
        self.schedule.remove(id);
        let process = self.process_mut(thread.process);
        process.threads.remove(&id);
        // A process keeps its first thread's id until its parent has asked.
        if thread.tid != process.tid {
            self.ids.release(thread.tid);
        }
    }

    fn siblings(&self, id: ThreadId) -> Vec<ThreadId> {
        self.process_of(id)
            .threads
            .iter()
            .copied()
            .filter(|other| *other != id)
            .collect()
    }
}

fn wait_uninterrupted(tid: Tid) -> Waited {
    loop {
        let waited = trace::wait(tid);
        if waited != Waited::Interrupted {
            return waited;
        }
    }
}

/// A newborn thread stops by itself before its first instruction.
fn wait_for_first_stop(tid: Tid) {
    let _stop = wait_uninterrupted(tid);
}

/// Waits for the end of a thread that is ending; other stops on the way do not matter any more.
fn wait_for_end(tid: Tid) -> Waited {
    loop {
        match wait_uninterrupted(tid) {
            Waited::Stop(Stop::Ended(exit)) => return Waited::Stop(Stop::Ended(exit)),
            Waited::Stop(_) => trace::go_on(tid, 0),
            other => return other,
        }
    }
}
