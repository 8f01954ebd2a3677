//! The machine: its random numbers, processors, memory and network.

use super::{Answer, Call, error};
use crate::model::paths::contents::{FREE_BYTES, MEMORY_BYTES};
use crate::world::World;

/// At most so many random bytes at once.
const MOST_RANDOM: u64 = 1 << 20;

pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    match call.number {
        libc::SYS_getrandom => random(world, call),
        libc::SYS_sysinfo => sysinfo(world, call),
        libc::SYS_getcpu => {
            let zero = 0u32.to_le_bytes();
            let ok = call.args[..2]
                .iter()
                .all(|at| *at == 0 || call.memory.write(*at, &zero));
            if ok {
                Answer::Return(0)
            } else {
                error(libc::EFAULT)
            }
        }
        libc::SYS_sched_setaffinity => Answer::Return(0),
        libc::SYS_sched_getaffinity => affinity(world, call),
        _ => socket(world, call),
    }
}

fn random(world: &mut World, call: &Call) -> Answer {
    let length = call.args[1].min(MOST_RANDOM) as usize;
    let mut bytes = vec![0; length];
    world.process_of_mut(call.thread).entropy.fill(&mut bytes);
    if call.memory.write(call.args[0], &bytes) {
        Answer::Return(length as i64)
    } else {
        error(libc::EFAULT)
    }
}

fn sysinfo(world: &World, call: &Call) -> Answer {
    let mut info = [0; 112];
    let uptime = world.shown_ns(call.thread, libc::CLOCK_MONOTONIC) / 1_000_000_000;
    info[..8].copy_from_slice(&uptime.to_le_bytes());
    info[32..40].copy_from_slice(&MEMORY_BYTES.to_le_bytes());
    info[40..48].copy_from_slice(&FREE_BYTES.to_le_bytes());
    info[80..82].copy_from_slice(&100u16.to_le_bytes());
    info[104..108].copy_from_slice(&1u32.to_le_bytes());
    if call.memory.write(call.args[0], &info) {
        Answer::Return(0)
    } else {
        error(libc::EFAULT)
    }
}

/// The processors that programs see, as bits.
fn affinity(world: &World, call: &Call) -> Answer {
    let visible = world.settings.visible_cpus.clamp(1, 64);
    let mask = u64::MAX >> (64 - visible);
    if call.args[1] < 8 {
        error(libc::EINVAL)
    } else if call.memory.write(call.args[2], &mask.to_le_bytes()) {
        Answer::Return(8)
    } else {
        error(libc::EFAULT)
    }
}

/// The outside world answers in its own time, so there is none.
fn socket(world: &mut World, call: &Call) -> Answer {
    let family = match call.int(0) {
        libc::AF_UNIX => return Answer::Pass,
        libc::AF_INET => "IPv4",
        libc::AF_INET6 => "IPv6",
        libc::AF_NETLINK => "netlink",
        _ => "another family",
    };
    let node = world.node_of(call.thread);
    let what =
        format!("it wanted a socket ({family}); in virtual time there is no network but messages");
    world.ledger.note(Some(node), what);
    error(libc::EAFNOSUPPORT)
}
