//! The world's clock, processes' own, and timers.

use super::World;
use super::table::{ProcessId, ThreadId, TimerKey, Wait};
use crate::calls::{inside, look};
use crate::command::TimeNs;
use crate::image::page::{self, Moment};
use crate::memory::Memory;
use crate::model::clock::{Kind, NodeClock, READ_NS};
use crate::model::timers::Expired;
use crate::raw::descriptors::tick;

/// A look that finds nothing costs at most so much.
const IDLE_LOOK_NS: TimeNs = 1_000_000;

impl World {
    /// Moves the clock to `time_ns`, if that is not in the past. Nothing that was due between is
    /// skipped, it happens late; so go to [`World::next_deadline_ns`] at most.
    pub fn advance_to(&mut self, time_ns: TimeNs) {
        self.now_ns = self.now_ns.max(time_ns);
        for Expired { key, times } in self.timers.expire(self.now_ns) {
            match key {
                TimerKey::Thread(id) => {
                    self.timers.clear(key);
                    self.wait_is_over(id);
                }
                TimerKey::Descriptor(process, fd) => self.timer_fd_expired(process, fd, times),
                TimerKey::Alarm(process) => self.send_to_process(process, libc::SIGALRM),
                TimerKey::Posix(process, timer) => self.posix_timer_expired(process, timer, times),
            }
        }
    }

    fn timer_fd_expired(&mut self, id: ProcessId, fd: i32, times: u64) {
        let Some(process) = self.processes.get(&id) else {
            return;
        };
        let node = process.node;
        let Some(timer) = process.timer_fds.get(&fd) else {
            return;
        };
        if look::identity(process.tid, fd) != timer.identity {
            // It was closed; its number is nobody's, or another's.
            self.timers.clear(TimerKey::Descriptor(id, fd));
            self.process_mut(id).timer_fds.remove(&fd);
            return;
        }
        if let Some(descriptor) = &timer.descriptor {
            tick(descriptor, times, false);
        } else if let Some(thread) = self.one_that_waits(id) {
            inside::add_to_counter(self, thread, fd, times);
        }
        self.nodes[node].stirred = true;
    }

    /// A thread of the process that is stopped in a call, and can make another one for us.
    fn one_that_waits(&self, process: ProcessId) -> Option<ThreadId> {
        let waits = |id: &&ThreadId| {
            let wait = self.waits_for(**id);
            !matches!(
                wait,
                None | Some(Wait::Ahead | Wait::Kernel | Wait::Room | Wait::Birth(_))
            )
        };
        self.processes[&process].threads.iter().find(waits).copied()
    }

    /// When a node's output of this moment was written.
    pub(super) fn node_time_ns(&self, node: usize) -> TimeNs {
        let main = self.nodes[node].main.and_then(|id| self.processes.get(&id));
        let latest = self.now_ns + self.settings.lookahead_ns;
        main.map_or(self.now_ns, |p| p.local_ns.clamp(self.now_ns, latest))
    }

    /// Whether the thread's process is so far ahead of the world that it must wait.
    pub(crate) fn is_ahead(&self, id: ThreadId) -> bool {
        self.process_of(id).local_ns > self.now_ns + self.settings.lookahead_ns
    }

    /// The process reads a clock.
    pub(crate) fn read_clock(&mut self, id: ThreadId) -> TimeNs {
        self.spend(id, READ_NS);
        self.process_of(id).local_ns
    }

    /// The process does something for so long.
    pub(crate) fn spend(&mut self, id: ThreadId, ns: TimeNs) {
        let process = self.process_of_mut(id);
        process.local_ns += ns;
        process.cpu_ns += ns;
    }

    /// A look at descriptors that found nothing: a program that only does that must see time pass.
    pub(crate) fn spend_on_idle_look(&mut self, id: ThreadId) {
        let process = self.process_of_mut(id);
        let doublings = (process.idle_looks / 8).min(10);
        process.idle_looks += 1;
        self.spend(id, (READ_NS << doublings).min(IDLE_LOOK_NS));
    }

    pub(crate) fn clock_of(&self, id: ThreadId) -> NodeClock {
        self.nodes[self.node_of(id)].clock
    }

    /// When the wait that begins now ends, if it lasts so long by the node's clock.
    pub(crate) fn after_ns(&self, id: ThreadId, lasting_ns: u64) -> TimeNs {
        let real_ns = self.clock_of(id).lasting_ns(lasting_ns);
        self.process_of(id).local_ns.saturating_add(real_ns)
    }

    /// When a clock of the node will show this.
    pub(crate) fn when_shown_ns(&self, id: ThreadId, clock: i32, shown_ns: u64) -> TimeNs {
        self.clock_of(id).when_shown_ns(Kind::of(clock), shown_ns)
    }

    /// What a clock shows to this thread.
    pub(crate) fn shown_ns(&self, id: ThreadId, clock: i32) -> u64 {
        let process = self.process_of(id);
        match Kind::of(clock) {
            Kind::Wall => self.clock_of(id).wall_ns(process.local_ns),
            Kind::Monotonic => self.clock_of(id).monotonic_ns(process.local_ns),
            Kind::Cpu => process.cpu_ns,
        }
    }

    /// Learns from the clock page how often the process has read its clock.
    pub(super) fn read_page(&mut self, id: ThreadId) {
        let tid = self.thread(id).tid;
        let clock = self.clock_of(id);
        let process = self.process_of_mut(id);
        if let Some(page) = &mut process.page
            && let Some((ns, idle_looks)) = page::read(|| Memory(tid).bytes(page::LOCAL))
        {
            (page.local_ns, page.idle_looks) = (ns, idle_looks);
            process.idle_looks = idle_looks;
            let shown_ns = ns.saturating_sub(process.local_ns);
            process.cpu_ns += shown_ns;
            // The page knows nothing of drift, and a clock must not fall behind what it showed.
            process.local_ns += clock.lasting_ns(shown_ns);
        }
    }

    /// Tells the clock page the process's time.
    pub(super) fn write_page(&mut self, id: ThreadId) {
        let tid = self.thread(id).tid;
        let Some(known) = self.process_of(id).page else {
            return;
        };
        let (bases, moment) = (self.page_bases(id), self.moment(id));
        let process = self.process_of_mut(id);
        if known != moment {
            process.page = Some(moment);
            Memory(tid).write(page::LOCAL, &moment.to_bytes());
        }
        if process.page_bases != bases {
            process.page_bases = bases;
            let bytes: Vec<u8> = bases.iter().flat_map(|b| b.to_le_bytes()).collect();
            Memory(tid).write(page::BASES, &bytes);
        }
    }

    /// What the clock page holds while this thread has the processor.
    pub(super) fn moment(&self, id: ThreadId) -> Moment {
        let (thread, process) = (self.thread(id), self.process_of(id));
        let shown = |real| self.ids.to_virtual(real).unwrap_or(real);
        // Only copies of ours read the ids.
        let asks = !process.sites.next.is_empty();
        Moment {
            local_ns: process.local_ns,
            limit_ns: self.now_ns + self.settings.lookahead_ns,
            idle_looks: process.idle_looks,
            traps_reads: process.looks_from_inside,
            ids: if asks {
                [shown(process.tid), shown(thread.tid)]
            } else {
                [0; 2]
            },
        }
    }

    /// What the clock page adds to the process's time, for each clock.
    pub(super) fn page_bases(&self, id: ThreadId) -> [u64; 12] {
        let local_ns = self.process_of(id).local_ns;
        std::array::from_fn(|clock| {
            let clock = i32::try_from(clock).unwrap_or(0);
            // Processor time differs by more whenever the world's clock moves; the page leaves it
            // to the system call.
            match Kind::of(clock) {
                Kind::Cpu => 0,
                Kind::Wall | Kind::Monotonic => self.shown_ns(id, clock).wrapping_sub(local_ns),
            }
        })
    }
}
