//! Instructions that fault here, because what they show differs from machine to machine.

use super::World;
use super::table::ThreadId;
use crate::memory::Memory;
use crate::model::cpuid;
use crate::raw::trace;

impl World {
    /// Answers `rdtsc`, `rdtscp` and `cpuid`, which fault here.
    pub(super) fn instruction_is_answered(&mut self, id: ThreadId) -> bool {
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
}
