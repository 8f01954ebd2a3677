//! What a signal does to who gets it.

use super::World;
use super::table::{ProcessId, Resume, ThreadId, Wait};
use crate::memory::Memory;
use crate::model::cpuid;
use crate::model::signals::{Action, Effect, Waiting, receiver};
use crate::raw::trace;

impl World {
    /// The running thread is about to receive a signal.
    pub(super) fn signal_stop(&mut self, id: ThreadId, signal: i32) {
        let thread = self.thread_mut(id);
        if signal == libc::SIGSTOP && thread.own_stops > 0 {
            thread.own_stops -= 1;
            self.go_on(id);
            return;
        }
        if signal == libc::SIGSEGV && self.instruction_is_answered(id) {
            self.go_on(id);
            return;
        }
        if matches!(
            signal,
            libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU
        ) {
            let node = self.node_of(id);
            self.ledger.lowers(
                Some(node),
                "a stop signal sent by the program itself was dropped",
            );
            self.go_on(id);
            return;
        }
        let ids = &self.ids;
        trace::rename_sender(self.threads[&id].tid, |real| ids.to_virtual(real));
        if self.ends_process(id, signal) {
            self.leave_with_all(id, signal);
        } else {
            self.thread_mut(id).signal = signal;
            self.go_on(id);
        }
    }

    fn ends_process(&self, id: ThreadId, signal: i32) -> bool {
        let ignored = [libc::SIGCHLD, libc::SIGCONT, libc::SIGURG, libc::SIGWINCH];
        signal == libc::SIGKILL
            || self.process_of(id).actions.get(signal) == Action::Default
                && !ignored.contains(&signal)
    }

    /// Answers `rdtsc`, `rdtscp` and `cpuid`, which fault here.
    fn instruction_is_answered(&mut self, id: ThreadId) -> bool {
        let tid = self.thread(id).tid;
        let Some(mut registers) = trace::registers(tid) else {
            return false;
        };
        let Some(code) = Memory(tid)
            .block(registers.instruction(), 3)
            .or_else(|| Memory(tid).block(registers.instruction(), 2))
        else {
            return false;
        };
        let [a, b, c, d] = registers.general();
        match code[..] {
            [0x0f, 0x31, ..] | [0x0f, 0x01, 0xf9] => {
                let stamp = self.read_clock(id);
                let stamp = self.clock_of(id).monotonic_ns(stamp);
                let processor = code[1] == 0x01;
                let third = if processor { 0 } else { c };
                registers.set_general([stamp & 0xffff_ffff, b, third, stamp >> 32]);
                registers.skip_instruction(if processor { 3 } else { 2 });
            }
            [0x0f, 0xa2, ..] => {
                let real = std::arch::x86_64::__cpuid_count(a as u32, c as u32);
                let shown = cpuid::answer(a as u32, c as u32, real);
                registers.set_general([shown.eax, shown.ebx, shown.ecx, shown.edx].map(u64::from));
                registers.skip_instruction(2);
            }
            _ => {
                let _unused = d;
                return false;
            }
        }
        trace::set_registers(tid, &registers);
        true
    }

    /// Sends a signal to a process, as the kernel would.
    pub(crate) fn send_to_process(&mut self, process: ProcessId, signal: i32) {
        if let Some(tid) = self
            .processes
            .get(&process)
            .filter(|p| p.ended.is_none())
            .map(|p| p.tid)
        {
            trace::signal_process(tid, signal);
            self.signal_arrived(process, signal);
        }
    }

    /// Sends a signal to a thread.
    pub(crate) fn send_to_thread(&mut self, thread: ThreadId, signal: i32) {
        let process = self.process_of(thread).tid;
        trace::signal_thread(process, self.thread(thread).tid, signal);
        self.signal_disturbs(thread, signal);
    }

    pub(super) fn posix_timer_expired(&mut self, process: ProcessId, timer: i32, times: u64) {
        let Some(owner) = self.processes.get_mut(&process) else {
            return;
        };
        let tid = owner.tid;
        let Some(known) = owner.posix_timers.get_mut(&timer) else {
            return;
        };
        known.overruns = i32::try_from(times - 1).unwrap_or(i32::MAX);
        let known = *known;
        let to = known.thread.and_then(|shown| self.ids.to_real(shown));
        trace::signal_from_timer(tid, to, known.signal, timer, known.value);
        match to.and_then(|real| self.thread_with(real)) {
            Some(thread) => self.signal_disturbs(thread, known.signal),
            None => self.signal_arrived(process, known.signal),
        }
    }

    /// The thread with this real id.
    pub(crate) fn thread_with(&self, tid: trace::Tid) -> Option<ThreadId> {
        self.threads
            .iter()
            .find(|(_, t)| t.tid == tid)
            .map(|(id, _)| *id)
    }

    /// A signal has been sent to a process; whoever gets it may be waiting.
    pub(super) fn signal_arrived(&mut self, process: ProcessId, signal: i32) {
        let known = &self.processes[&process];
        if signal == libc::SIGKILL {
            self.killed(process);
            return;
        }
        let masks: Vec<(ThreadId, u64)> = known
            .threads
            .iter()
            .map(|id| (*id, trace::signal_mask(self.threads[id].tid)))
            .collect();
        let first = masks
            .iter()
            .map(|(id, _)| *id)
            .find(|id| self.threads[id].tid == known.tid);
        let waits = |id: &ThreadId| self.waits_for(*id) == Some(Wait::Signal);
        // Who waits for signals by a call blocks them otherwise.
        let waiting = masks.iter().map(|(id, _)| *id).find(waits);
        let main = first.or(masks.first().map(|(id, _)| *id));
        let to = main
            .and_then(|main| receiver(signal, main, masks.into_iter()))
            .or(waiting);
        if let Some(to) = to {
            self.signal_disturbs(to, signal);
        }
    }

    fn killed(&mut self, process: ProcessId) {
        let Some(id) = self.processes[&process].threads.first().copied() else {
            return;
        };
        self.leave_with_all(id, -1);
    }

    /// A thread gets a signal: if it waits, its wait may end.
    fn signal_disturbs(&mut self, id: ThreadId, signal: i32) {
        let Some(wait) = self.waits_for(id) else {
            return;
        };
        let waiting = match wait {
            Wait::Futex | Wait::Child => Waiting::Restartable,
            Wait::Io if self.is_transfer(id) => Waiting::Restartable,
            Wait::Sleep | Wait::Io => Waiting::Sleep,
            // The kernel knows what the call is waiting for: it makes the call, which ends at once.
            Wait::Signal => {
                let thread = self.thread_mut(id);
                thread.let_pass = !thread.at_call;
                self.make_ready(id, Resume::GoOn);
                return;
            }
            Wait::Ahead | Wait::Birth(_) | Wait::Kernel => return,
        };
        let thread = self.thread(id);
        let blocked = self.blocked_in_wait(id, trace::signal_mask(thread.tid));
        match self.process_of(id).actions.effect(signal, blocked, waiting) {
            Effect::None => {}
            Effect::Restart => {
                self.futexes.cancel(id);
                self.redo_call(id);
            }
            Effect::Interrupt => {
                self.futexes.cancel(id);
                self.write_time_left(id);
                self.end_wait(id, -i64::from(libc::EINTR));
            }
        }
    }

    /// Whether it waits to read or write rather than to hear what can be read or written.
    fn is_transfer(&self, id: ThreadId) -> bool {
        matches!(
            self.thread(id).registers.call(),
            libc::SYS_read
                | libc::SYS_readv
                | libc::SYS_write
                | libc::SYS_recvfrom
                | libc::SYS_recvmsg
                | libc::SYS_accept
                | libc::SYS_accept4
        )
    }

    /// The signals that are blocked while the call lasts: some calls bring a mask of their own.
    fn blocked_in_wait(&self, id: ThreadId, mask: u64) -> u64 {
        let thread = self.thread(id);
        let memory = Memory(thread.tid);
        let own = match thread.registers.call() {
            libc::SYS_ppoll => thread.registers.arg(3),
            libc::SYS_epoll_pwait | libc::SYS_epoll_pwait2 => thread.registers.arg(4),
            libc::SYS_pselect6 => memory.u64(thread.registers.arg(5)).unwrap_or(0),
            _ => 0,
        };
        if own == 0 {
            mask
        } else {
            memory.u64(own).unwrap_or(mask)
        }
    }

    /// An interrupted sleep says how much of it is left.
    fn write_time_left(&self, id: ThreadId) {
        let thread = self.thread(id);
        let left_at = match thread.registers.call() {
            libc::SYS_nanosleep => thread.registers.arg(1),
            libc::SYS_clock_nanosleep if thread.registers.arg(1) == 0 => thread.registers.arg(3),
            _ => 0,
        };
        if left_at != 0 {
            let left_ns = thread.until_ns.unwrap_or(0).saturating_sub(self.now_ns);
            Memory(thread.tid).write_timespec(left_at, left_ns);
        }
    }
}
