//! Reading clocks.

use super::{Answer, Call, error};
use crate::model::clock::Kind;
use crate::world::World;

const TICK_NS: u64 = 10_000_000;

/// `getrusage` tells no more than the time and a fixed size.
const RUSAGE_BYTES: usize = 144;
const RESIDENT_KIB: u64 = 20_000;

pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    let (id, memory) = (call.thread, call.memory);
    let [first, second, ..] = call.args;
    if let libc::SYS_clock_gettime | libc::SYS_clock_getres = call.number
        && !Kind::exists(call.int(0))
    {
        return error(libc::EINVAL);
    }
    let written = match call.number {
        libc::SYS_clock_gettime => {
            world.read_clock(id);
            memory.write_timespec(second, world.shown_ns(id, call.int(0)))
        }
        libc::SYS_gettimeofday => {
            world.read_clock(id);
            let now_ns = world.shown_ns(id, libc::CLOCK_REALTIME);
            first == 0 || memory.write_timeval(first, now_ns)
        }
        libc::SYS_time => {
            world.read_clock(id);
            let seconds = world.shown_ns(id, libc::CLOCK_REALTIME) / 1_000_000_000;
            if first == 0 || memory.write(first, &seconds.to_le_bytes()) {
                return Answer::Return(seconds.cast_signed());
            }
            false
        }
        libc::SYS_clock_getres => second == 0 || memory.write_timespec(second, 1),
        libc::SYS_times => {
            let cpu = world.process_of(id).cpu_ns / TICK_NS;
            let mut parts = [0; 32];
            parts[..8].copy_from_slice(&cpu.to_le_bytes());
            if first == 0 || memory.write(first, &parts) {
                let since = world.read_clock(id) / TICK_NS;
                return Answer::Return(since.cast_signed());
            }
            false
        }
        _ => {
            let cpu_ns = world.process_of(id).cpu_ns;
            write_usage(call, second, cpu_ns)
        }
    };
    if written {
        Answer::Return(0)
    } else {
        error(libc::EFAULT)
    }
}

/// Writes an `rusage`: so much processor time, and no more.
pub(super) fn write_usage(call: &Call, at: u64, cpu_ns: u64) -> bool {
    let mut usage = [0; RUSAGE_BYTES];
    usage[..8].copy_from_slice(&(cpu_ns / 1_000_000_000).to_le_bytes());
    usage[8..16].copy_from_slice(&(cpu_ns % 1_000_000_000 / 1_000).to_le_bytes());
    usage[32..40].copy_from_slice(&RESIDENT_KIB.to_le_bytes());
    call.memory.write(at, &usage)
}
