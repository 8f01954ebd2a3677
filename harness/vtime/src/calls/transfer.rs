//! Reading, receiving, accepting, and long writes: let pass when they would not wait.

use libc::{POLLIN, POLLOUT};

use super::look::{self, Look};
use super::{Answer, Call, error};
use crate::world::World;
use crate::world::table::Wait;

/// A descriptor that is known without looking: a node's stdin is a pipe.
const STDIN: i32 = 0;

/// At most so many random bytes at once.
const MOST_RANDOM: usize = 1 << 16;

pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    let fd = call.int(0);
    if fd != STDIN {
        let name = look::name(call, fd);
        if matches!(&name[..], b"/dev/urandom" | b"/dev/random") && call.number == libc::SYS_read {
            return random(world, call);
        }
        // Files never wait for long.
        if name.first() == Some(&b'/') {
            return Answer::Pass;
        }
    }
    let look = Look::at(world, call, fd);
    if look.events(wanted(call)) != 0 {
        world.process_of_mut(call.thread).idle_looks = 0;
        return Answer::Pass;
    }
    if look.never_waits() || asks_not_to_wait(call) {
        world.spend_on_idle_look(call.thread);
        return Answer::Pass;
    }
    world.thread_mut(call.thread).watched = look.watch(wanted(call)).into_iter().collect();
    Answer::Wait(Wait::Io, None)
}

/// Whether the wait for the descriptor can end.
pub(super) fn is_ready(world: &World, call: &Call) -> bool {
    Look::at(world, call, call.int(0)).events(wanted(call)) != 0
}

fn wanted(call: &Call) -> i16 {
    if call.number == libc::SYS_write {
        POLLOUT
    } else {
        POLLIN
    }
}

fn asks_not_to_wait(call: &Call) -> bool {
    let flags = match call.number {
        libc::SYS_recvfrom => call.int(3),
        libc::SYS_recvmsg => call.int(2),
        _ => 0,
    };
    flags & libc::MSG_DONTWAIT != 0
}

fn random(world: &mut World, call: &Call) -> Answer {
    let length = (call.args[2] as usize).min(MOST_RANDOM);
    let mut bytes = vec![0; length];
    world.process_of_mut(call.thread).entropy.fill(&mut bytes);
    if call.memory.write(call.args[1], &bytes) {
        Answer::Return(length as i64)
    } else {
        error(libc::EFAULT)
    }
}
