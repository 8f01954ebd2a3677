//! Long writes to pipes and sockets.
//!
//! The kernel waits in them when there is room for a part only. So the thread makes them in parts
//! which always fit where there is any room, and waits here between them.

use libc::{POLLOUT, SOCK_STREAM};

use super::look::{self, Look};
use super::transfer::{events, never_waits};
use super::{Answer, Call, error, inside};
use crate::image::page;
use crate::world::World;
use crate::world::table::Wait;

/// A pipe or a stream that has any room has room for so much.
const PART_BYTES: u64 = 4096;

/// Where a part stands.
const VECTOR: u64 = page::SCRATCH + 128;

pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    let fd = call.int(0);
    let name = look::name(call, fd);
    let is_pipe = name.starts_with(b"pipe:");
    // Files never wait for long; what a node writes to its stdout is taken while it writes.
    if !is_pipe && !name.starts_with(b"socket:") || world.is_output(call.thread, &name) {
        return Answer::Pass;
    }
    if never_waits(world, call) {
        if events(world, call) == 0 {
            world.spend_on_idle_look(call.thread);
        }
        return Answer::Pass;
    }
    let in_parts = is_pipe || kind_of_socket(world, call) == SOCK_STREAM;
    loop {
        if events(world, call) == 0 {
            watch(world, call);
            return Answer::Wait(Wait::Io, None);
        }
        if !in_parts {
            return Answer::Pass;
        }
        let written = world.thread(call.thread).written;
        let part = PART_BYTES.min(call.args[2] - written);
        let place = [call.args[1] + written, part]
            .map(u64::to_le_bytes)
            .concat();
        if !call.memory.write(VECTOR, &place) {
            return Answer::Pass;
        }
        // Another call than its own: one that is not trapped.
        let args = [call.args[0], VECTOR, 1, 0, 0, 0];
        let Some(result) = world.inject(call.thread, libc::SYS_writev, args) else {
            return error(libc::EIO);
        };
        let now = written + u64::try_from(result).unwrap_or(0);
        world.thread_mut(call.thread).written = now;
        if result <= 0 && written == 0 {
            return Answer::Return(result);
        }
        if result <= 0 || now == call.args[2] {
            return Answer::Return(now.cast_signed());
        }
    }
}

fn kind_of_socket(world: &mut World, call: &Call) -> i32 {
    if world.looks_from_outside(call.thread) {
        Look::at(world, call, call.int(0)).kind_of_socket()
    } else {
        inside::kind_of_socket(world, call, call.int(0))
    }
}

fn watch(world: &mut World, call: &Call) {
    if world.looks_from_outside(call.thread) {
        let watch = Look::at(world, call, call.int(0)).watch(POLLOUT);
        world.thread_mut(call.thread).watched = watch.into_iter().collect();
    }
}
