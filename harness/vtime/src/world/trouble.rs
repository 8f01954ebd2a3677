//! Threads that spin, and threads that the kernel makes wait for something that is not modelled.
//!
//! Processor time decides, not the machine's clock: a busy machine must not look like a spinning
//! program.

use std::fmt;

use syscalls::Sysno;

use super::World;
use super::table::{Resume, ThreadId, Wait};
use crate::command::TimeNs;
use crate::raw::descriptors::borrow;
use crate::raw::trace::{self, Stop, Waited};
use crate::raw::watch::{Doing, doing};

/// A thread is looked at after so many ticks without a call.
const PATIENCE_TICKS: u32 = 5;

/// So much processor time (in ticks) may pass without a call before a thread is said to spin:
/// first, and once it has been said.
const SPIN_TICKS: u64 = 30;
const SPIN_AGAIN_TICKS: u64 = 5;

/// A thread that spins is shown so much time at once.
const SPIN_NS: TimeNs = 10_000_000;

/// The kernel is asked again after this, doubling, up to [`RETRY_MOST_NS`].
const RETRY_NS: TimeNs = 1_000_000;
const RETRY_MOST_NS: TimeNs = 1_000_000_000;

/// What was seen of the running thread since its last stop.
#[derive(Debug, Default)]
pub(super) struct Watched {
    ticks: u32,
    first: Option<Doing>,
    last: Option<Doing>,
}

impl World {
    /// Some milliseconds have passed in which the running thread did not stop.
    pub(super) fn tick(&mut self, id: ThreadId, watched: &mut Watched) {
        self.ticks += 1;
        watched.ticks += 1;
        // It may be waiting for room in its stdout.
        let node = self.node_of(id);
        self.drain(node);
        self.reap_what_an_execution_ended(id);
        let Some(seen) = doing(self.thread(id).tid) else {
            return;
        };
        let first = *watched.first.get_or_insert(seen);
        let before = watched.last.replace(seen);
        if seen.state == 'S' && before == Some(seen) && self.waits_for_room(id) {
            return;
        }
        let waited_before = self.thread(id).tried_at_turn.is_some();
        if !waited_before && !watched.ticks.is_multiple_of(PATIENCE_TICKS) {
            return;
        }
        match seen.state {
            'Z' | 'X' => self.leave_with_all(id, -1),
            // What waits for the disk (D) goes on by itself, and nobody sees how long that took.
            'S' if before == Some(seen) => self.kernel_made_it_wait(id),
            'R' if seen.cpu_ticks - first.cpu_ticks >= self.spin_limit(id) => self.preempt(id),
            _ => {}
        }
    }

    fn spin_limit(&self, id: ThreadId) -> u64 {
        if self.thread(id).forced == 0 {
            SPIN_TICKS
        } else {
            SPIN_AGAIN_TICKS
        }
    }

    /// Takes the processor from a thread that only computes, and shows it that time passes.
    fn preempt(&mut self, id: ThreadId) {
        let node = self.node_of(id);
        let what = "it computes for long without any system call, and was interrupted at a moment \
                    that differs from run to run";
        self.ledger.lowers(Some(node), what);
        if self.take_off(id) {
            self.spend(id, SPIN_NS);
            self.thread_mut(id).tried_at_turn = None;
            let until_ns = self.process_of(id).local_ns;
            self.park(id, Wait::Kernel, Some(until_ns));
        }
    }

    /// A thread that has filled a pipe or a socket waits until somebody reads; whether the kernel
    /// makes it wait depends only on what was written and read before. False when it is another
    /// wait.
    fn waits_for_room(&mut self, id: ThreadId) -> bool {
        let tid = self.thread(id).tid;
        let Some(blocked) = Blocked::of(tid).filter(Blocked::is_for_room) else {
            return false;
        };
        if !self.take_off(id) {
            return true;
        }
        let Some(registers) = trace::registers(tid) else {
            return true;
        };
        if registers.result() >= 0 {
            let node = self.node_of(id);
            let what = format!("it wrote a part only in {blocked}, which had no room for all");
            self.ledger.lowers(Some(node), what);
            self.make_ready(id, Resume::GoOn);
            return true;
        }
        let handle = self.process_of(id).handle.as_ref();
        let handle = handle.filter(|_| self.abilities.looks_from_outside);
        match handle.and_then(|handle| borrow(handle, blocked.fd).ok()) {
            Some(descriptor) => {
                self.park(id, Wait::Room, None);
                self.thread_mut(id).watched = vec![(descriptor, libc::POLLOUT)];
            }
            None => self.try_later(id),
        }
        true
    }

    fn kernel_made_it_wait(&mut self, id: ThreadId) {
        let node = self.node_of(id);
        let call = Blocked::of(self.thread(id).tid);
        let call = call.map_or_else(|| "the kernel".to_owned(), |call| call.to_string());
        let what = format!("it waited for real in {call}, which virtual time does not model");
        self.ledger.lowers(Some(node), what);
        if self.take_off(id) {
            self.try_later(id);
        }
    }

    fn try_later(&mut self, id: ThreadId) {
        let tries = self.thread(id).forced.min(20);
        let later_ns = (RETRY_NS << tries).min(RETRY_MOST_NS);
        let until_ns = self.process_of(id).local_ns + later_ns;
        self.thread_mut(id).tried_at_turn = Some(self.figures.turns);
        self.park(id, Wait::Kernel, Some(until_ns));
    }

    /// It is time to ask the kernel again, unless nobody did anything since.
    pub(super) fn try_again(&mut self, id: ThreadId) {
        if self.thread(id).tried_at_turn == Some(self.figures.turns) {
            self.try_later(id);
        } else {
            self.make_ready(id, Resume::GoOn);
        }
    }

    /// Stops the running thread wherever it is. False when it stopped by itself meanwhile.
    fn take_off(&mut self, id: ThreadId) -> bool {
        let tid = self.thread(id).tid;
        let process = self.process_of(id).tid;
        let thread = self.thread_mut(id);
        thread.forced += 1;
        thread.own_stops += 1;
        trace::signal_thread(process, tid, libc::SIGSTOP);
        loop {
            match trace::wait(tid) {
                Waited::Interrupted => {}
                Waited::Stop(Stop::Signal(libc::SIGSTOP)) => {
                    self.read_page(id);
                    let thread = self.thread_mut(id);
                    thread.own_stops -= 1;
                    thread.resume = Resume::GoOn;
                    return true;
                }
                Waited::Stop(stop) => {
                    self.stopped(id, stop);
                    return false;
                }
                Waited::Gone => {
                    self.lost(id);
                    return false;
                }
            }
        }
    }
}

/// The call in which the kernel makes a thread wait.
struct Blocked {
    call: Sysno,
    fd: i32,
    /// What stands behind the descriptor; nothing when the call has none.
    file: Option<String>,
}

impl Blocked {
    fn of(tid: i32) -> Option<Self> {
        let text = std::fs::read_to_string(format!("/proc/{tid}/syscall")).ok()?;
        let mut words = text.split_ascii_whitespace();
        let call = Sysno::new(words.next()?.parse().ok()?)?;
        let fd = u64::from_str_radix(words.next()?.trim_start_matches("0x"), 16).ok()? as i32;
        let file = std::fs::read_link(format!("/proc/{tid}/fd/{fd}")).ok();
        let file = file.map(|path| path.to_string_lossy().into_owned());
        Some(Self { call, fd, file })
    }

    fn is_for_room(&self) -> bool {
        let is_between_programs =
            |file: &str| file.starts_with("pipe:") || file.starts_with("socket:");
        matches!(
            self.call,
            Sysno::write | Sysno::writev | Sysno::sendto | Sysno::sendmsg
        ) && self.file.as_deref().is_some_and(is_between_programs)
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            // The number in `pipe:[123]` is another one each time.
            Some(file) => {
                let file = file.split(":[").next().unwrap_or(file);
                write!(f, "{}({file})", self.call.name())
            }
            None => f.write_str(self.call.name()),
        }
    }
}
