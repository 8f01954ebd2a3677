//! What a signal does to who gets it.

use super::World;
use super::table::{ProcessId, Resume, Sender, State, ThreadId, Wait};
use crate::calls;
use crate::memory::Memory;
use crate::model::signals::{Action, Effect, Waiting, bit, receiver};
use crate::raw::trace::{self, SignalInfo};

/// Where the parts stand of what is told of a signal.
struct Layout {
    sender: usize,
    timer: usize,
    overrun: usize,
    times: usize,
}

/// In a `siginfo`.
const INFO: Layout = Layout {
    sender: 16,
    timer: 16,
    overrun: 20,
    times: 32,
};

/// In a `signalfd_siginfo`.
const DESCRIPTOR: Layout = Layout {
    sender: 12,
    timer: 24,
    overrun: 32,
    times: 56,
};

/// What is told of a signal, in a `siginfo` and in a signalfd.
const SIGNAL_BYTES: u64 = 128;

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
        let tid = self.thread(id).tid;
        if let Some(mut info) = trace::signal_info(tid) {
            self.put_info_right(id, &mut info, &INFO);
            trace::set_signal_info(tid, &info);
        }
        if self.ends_process(id, signal) {
            self.leave_with_all(id, signal);
        } else {
            self.thread_mut(id).signal = signal;
            self.go_on(id);
        }
    }

    /// The kernel has written to memory what it knows of a signal: what programs see comes in its
    /// place.
    pub(super) fn put_sender_right(&mut self, id: ThreadId, sender: Sender, result: u64) {
        let (at, layout, count) = match sender {
            Sender::Info(at) => (at, &INFO, 1),
            Sender::Descriptor(at) => (at, &DESCRIPTOR, result / SIGNAL_BYTES),
        };
        let memory = Memory(self.thread(id).tid);
        for at in (0..count).map(|index| at + SIGNAL_BYTES * index) {
            if let Some(mut info) = memory.bytes(at) {
                self.put_info_right(id, &mut info, layout);
                memory.write(at, &info);
            }
        }
    }

    fn put_info_right(&mut self, id: ThreadId, info: &mut SignalInfo, layout: &Layout) {
        let int = |at: usize| std::array::from_fn(|index| info[at + index]);
        let [signal, code, sender, timer] =
            [0, 8, layout.sender, layout.timer].map(|at| i32::from_le_bytes(int(at)));
        let mut put = |at: usize, value: i32| {
            info[at..at + 4].copy_from_slice(&value.to_le_bytes());
        };
        let is_child = signal == libc::SIGCHLD && (1..=6).contains(&code);
        // With SI_QUEUE the sender tells that itself, by the id that it sees.
        if is_child || matches!(code, libc::SI_USER | libc::SI_TKILL) {
            put(layout.sender, self.sender(sender));
        }
        let thread = self.thread_mut(id);
        if code == libc::SI_TKILL && thread.sent_to_process & bit(signal) != 0 {
            put(8, libc::SI_USER);
        }
        thread.sent_to_process &= !bit(signal);
        if code == libc::SI_TIMER {
            let known = self.process_of(id).posix_timers.get(&timer);
            put(layout.overrun, known.map_or(0, |timer| timer.overruns));
        }
        if is_child {
            // What the child took of the real processor.
            info[layout.times..layout.times + 16].fill(0);
        }
    }

    fn ends_process(&self, id: ThreadId, signal: i32) -> bool {
        let ignored = [libc::SIGCHLD, libc::SIGCONT, libc::SIGURG, libc::SIGWINCH];
        signal == libc::SIGKILL
            || self.process_of(id).actions.get(signal) == Action::Default
                && !ignored.contains(&signal)
    }

    /// Sends a signal to a process, as the kernel would.
    pub(crate) fn send_to_process(&mut self, process: ProcessId, signal: i32) {
        if !self.is_alive(process) {
            return;
        }
        let tid = self.processes[&process].tid;
        let receiver = self.receiver_of(process, signal);
        match receiver {
            Some(to) => trace::signal_thread(tid, self.thread(to).tid, signal),
            None => trace::signal_process(tid, signal),
        }
        self.signal_sent(process, receiver, signal);
    }

    pub(super) fn posix_timer_expired(&mut self, process: ProcessId, timer: i32, times: u64) {
        let Some(owner) = self.processes.get_mut(&process) else {
            return;
        };
        let tid = owner.tid;
        let Some(known) = owner.posix_timers.get_mut(&timer) else {
            return;
        };
        let times = i32::try_from(times).unwrap_or(i32::MAX);
        // A timer has one signal on its way at most; it is told how many more there were.
        if trace::pending(tid) & bit(known.signal) != 0 {
            known.overruns = known.overruns.saturating_add(times);
            return;
        }
        known.overruns = times - 1;
        let known = *known;
        if known.signal == 0 {
            return;
        }
        let named = known.thread.and_then(|shown| self.ids.to_real(shown));
        let receiver = match named.and_then(|real| self.thread_with(real)) {
            Some(named) => Some(named),
            None => self.receiver_of(process, known.signal),
        };
        let to = receiver.map(|id| self.thread(id).tid);
        trace::signal_from_timer(tid, to, known.signal, timer, known.value);
        match receiver {
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

    /// The thread that gets a signal which is sent to its process; `None` when there is only one,
    /// or all block it. The kernel would give it to whoever goes on first.
    pub(crate) fn receiver_of(&self, process: ProcessId, signal: i32) -> Option<ThreadId> {
        let known = &self.processes[&process];
        if known.threads.len() < 2 || signal == libc::SIGKILL {
            return None;
        }
        let is_first = |id: &&ThreadId| self.threads[*id].tid == known.tid;
        let first = known.threads.iter().find(is_first);
        let main = *first.or(known.threads.first())?;
        let alive = |id: &&ThreadId| self.threads[*id].state != State::Zombie;
        let masks = known.threads.iter().filter(alive);
        receiver(
            signal,
            main,
            masks.map(|id| (*id, self.blocked_in_wait(*id))),
        )
    }

    /// A signal has been sent to a process, or to the one of its threads that gets it.
    pub(crate) fn signal_sent(
        &mut self,
        process: ProcessId,
        receiver: Option<ThreadId>,
        signal: i32,
    ) {
        match receiver {
            Some(to) => {
                self.thread_mut(to).sent_to_process |= bit(signal);
                self.signal_disturbs(to, signal);
            }
            None => self.signal_arrived(process, signal),
        }
    }

    /// A signal has been sent to a process; whoever gets it may be waiting.
    pub(crate) fn signal_arrived(&mut self, process: ProcessId, signal: i32) {
        if signal == libc::SIGKILL {
            self.killed(process);
            return;
        }
        let known = &self.processes[&process];
        let (node, one) = (known.node, known.threads.first().copied());
        // Whoever looks at a signalfd may find it there.
        self.nodes[node].stirred = true;
        if let Some(to) = self.receiver_of(process, signal).or(one) {
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
    pub(crate) fn signal_disturbs(&mut self, id: ThreadId, signal: i32) {
        let Some(wait) = self.waits_for(id) else {
            return;
        };
        let waiting = match wait {
            Wait::Futex if self.thread(id).until_ns.is_some() => Waiting::Sleep,
            Wait::Futex | Wait::Child => Waiting::Restartable,
            Wait::Io if self.is_transfer(id) => Waiting::Restartable,
            Wait::Attempt
                if !calls::attempts::is_never_restarted(self.thread(id).registers.call()) =>
            {
                Waiting::Restartable
            }
            Wait::Sleep | Wait::Io | Wait::Signal | Wait::Attempt => Waiting::Sleep,
            // The kernel decides what becomes of its call.
            Wait::Kernel | Wait::Room => {
                self.make_ready(id, Resume::GoOn);
                return;
            }
            Wait::Ahead | Wait::Birth(_) => return,
        };
        let blocked = self.blocked_in_wait(id);
        let effect = self.process_of(id).actions.effect(signal, blocked, waiting);
        if let Some(awaited) = self.awaited(id)
            && (effect != Effect::None || bit(signal) & awaited != 0)
        {
            // The kernel knows what ends the call: it is asked when it is the thread's turn.
            self.make_ready(id, Resume::Answer);
            return;
        }
        let written = self.thread(id).written;
        match effect {
            Effect::None => {}
            Effect::Interrupt | Effect::Restart if written > 0 => {
                self.end_wait(id, written.cast_signed());
            }
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

    /// The thread waits again after a look: a signal that came before that disturbs it now.
    pub(super) fn signals_since(&mut self, id: ThreadId) {
        let pending = trace::pending(self.thread(id).tid);
        for signal in (1..=64).filter(|signal| bit(*signal) & pending != 0) {
            self.signal_disturbs(id, signal);
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

    /// The signals that a thread blocks while the call in which it waits lasts.
    fn blocked_in_wait(&self, id: ThreadId) -> u64 {
        let mask = trace::signal_mask(self.thread(id).tid);
        if self.waits_for(id).is_none() {
            return mask;
        }
        self.own_mask(id)
            .unwrap_or(mask & !self.awaited(id).unwrap_or(0))
    }

    /// The signals that a call blocks while it lasts, if it brings a mask of its own.
    pub(crate) fn own_mask(&self, id: ThreadId) -> Option<u64> {
        let thread = self.thread(id);
        let memory = Memory(thread.tid);
        let registers = &thread.registers;
        let at = match registers.call() {
            libc::SYS_ppoll => registers.arg(3),
            libc::SYS_epoll_pwait | libc::SYS_epoll_pwait2 => registers.arg(4),
            libc::SYS_pselect6 if registers.arg(5) != 0 => memory.u64(registers.arg(5))?,
            libc::SYS_rt_sigsuspend => registers.arg(0),
            _ => 0,
        };
        (at != 0).then(|| memory.u64(at)).flatten()
    }

    /// The signals that end the wait of a thread without being handled; `None` when it waits in a
    /// call that has nothing to do with signals.
    fn awaited(&self, id: ThreadId) -> Option<u64> {
        let thread = self.thread(id);
        match thread.registers.call() {
            libc::SYS_rt_sigtimedwait => Memory(thread.tid).u64(thread.registers.arg(0)),
            libc::SYS_pause => Some(0),
            _ => self.own_mask(id).map(|_| 0),
        }
    }

    /// Who sent a signal, as programs see it.
    pub(super) fn sender(&self, real: trace::Tid) -> trace::Tid {
        self.ids.to_virtual(real).unwrap_or(0)
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
