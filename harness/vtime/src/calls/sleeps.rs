//! Sleeping, and giving way to other threads.

use super::{Answer, Call, error};
use crate::command::TimeNs;
use crate::world::World;
use crate::world::table::{ThreadId, Wait};

/// A thread that gives way when nobody else can run sleeps for so long.
const YIELD_NS: TimeNs = 10_000;

pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    let id = call.thread;
    match call.number {
        libc::SYS_nanosleep => match call.memory.timespec_ns(call.args[0]) {
            Some(ns) => until(world, id, world.after_ns(id, ns)),
            None => error(libc::EINVAL),
        },
        libc::SYS_clock_nanosleep => {
            let Some(ns) = call.memory.timespec_ns(call.args[2]) else {
                return error(libc::EINVAL);
            };
            let is_moment = call.int(1) & libc::TIMER_ABSTIME != 0;
            let until_ns = if is_moment {
                world.when_shown_ns(id, call.int(0), ns)
            } else {
                world.after_ns(id, ns)
            };
            until(world, id, until_ns)
        }
        _ => give_way(world, id),
    }
}

fn until(world: &World, id: ThreadId, until_ns: TimeNs) -> Answer {
    if until_ns <= world.process_of(id).local_ns {
        Answer::Return(0)
    } else {
        Answer::Wait(Wait::Sleep, Some(until_ns))
    }
}

fn give_way(world: &World, id: ThreadId) -> Answer {
    let process = world.thread(id).process;
    let is_sibling = |other: ThreadId| world.thread(other).process == process;
    if world.schedule.any(is_sibling) {
        return Answer::GiveWay;
    }
    let until_ns = world.process_of(id).local_ns + YIELD_NS;
    Answer::Wait(Wait::Sleep, Some(until_ns))
}
