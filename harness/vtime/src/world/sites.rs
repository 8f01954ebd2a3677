//! Calls that are answered where they are made: see `image/sites.rs`.

use super::World;
use super::table::{State, ThreadId, Wait};
use crate::command::Schedule;
use crate::image::sites::{self, AREA_BYTES, AREAS, COPY_BYTES, SITE_END};
use crate::memory::Memory;
use crate::raw::trace;

/// A process that makes so few calls is not worth it.
const FEW_CALLS: u32 = 32;

impl World {
    /// From now on the call that a thread is about to make is answered where it is made, if it can
    /// be. Where schedules are explored, every call must be a stop.
    pub(super) fn settle_in_place(&mut self, id: ThreadId) {
        let registers = self.thread(id).registers;
        let (call, after) = (registers.call(), registers.instruction());
        let is_fair = matches!(self.settings.schedule, Schedule::Fair);
        let process = self.process_of_mut(id);
        if !sites::answers(call) || !is_fair || process.page.is_none() {
            return;
        }
        process.sites.calls += 1;
        if process.sites.calls < FEW_CALLS || !process.sites.seen.insert(after) {
            return;
        }
        if !self.shares_memory(id) {
            let site_at = after.wrapping_sub(SITE_END);
            // Code that is not known stays as it is.
            let _settled = self.settle(id, call, site_at);
        }
    }

    fn settle(&mut self, id: ThreadId, call: i64, site_at: u64) -> Option<()> {
        let memory = Memory(self.thread(id).tid);
        let area = AREAS
            .into_iter()
            .find(|area| sites::reaches(*area, site_at))?;
        let bytes = memory.bytes(site_at)?;
        let known = self.process_of(id).sites.next.get(&area).copied();
        let copy_at = known.unwrap_or(area);
        let made = sites::copy(call, site_at, bytes, copy_at)?;
        if known.is_none() {
            self.map(id, area)?;
        }
        let next = copy_at + COPY_BYTES;
        if next > area + AREA_BYTES || !memory.write(copy_at, &made.code) {
            return None;
        }
        self.process_of_mut(id).sites.next.insert(area, next);
        trace::poke(memory.0, made.jump_at, made.jump).then_some(())
    }

    /// Has the thread map memory for copies.
    fn map(&mut self, id: ThreadId, area: u64) -> Option<()> {
        const READ_WRITE_EXECUTE: u64 = 7;
        const PRIVATE_ANONYMOUS: u64 = 0x22;
        const FIXED_IF_FREE: u64 = 0x10_0000;
        let kind = PRIVATE_ANONYMOUS | FIXED_IF_FREE;
        let args = [area, AREA_BYTES, READ_WRITE_EXECUTE, kind, u64::MAX, 0];
        (self.inject(id, libc::SYS_mmap, args) == Some(area.cast_signed())).then_some(())
    }

    /// Whether the process uses its parent's memory until it executes a program.
    fn shares_memory(&self, id: ThreadId) -> bool {
        let process = self.thread(id).process;
        let waits = State::Parked(Wait::Birth(process));
        self.threads.values().any(|t| t.state == waits)
    }
}
