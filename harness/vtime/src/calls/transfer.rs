//! Reading, receiving and accepting: let pass when they would not wait.

use libc::{POLLIN, POLLOUT};

use super::look::{self, Look};
use super::{Answer, Call, error, inside};
use crate::world::World;
use crate::world::table::{Amend, Sender, Wait};

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
        // Files never wait for long, but named pipes do.
        if name.first() == Some(&b'/') && !look::is_named_pipe(call, fd) {
            return Answer::Pass;
        }
    }
    if events(world, call) != 0 {
        world.process_of_mut(call.thread).idle_looks = 0;
        return taken(world, call);
    }
    if asks_not_to_wait(call) || never_waits(world, call) {
        world.spend_on_idle_look(call.thread);
        return Answer::Pass;
    }
    if world.looks_from_outside(call.thread) {
        let watch = Look::at(world, call, fd).watch(POLLIN);
        world.thread_mut(call.thread).watched = watch.into_iter().collect();
    }
    Answer::Wait(Wait::Io, None)
}

/// Something is there. Signals tell who sent them.
fn taken(world: &World, call: &Call) -> Answer {
    let process = world.process_of(call.thread);
    if call.number == libc::SYS_read
        && process.looks_from_inside
        && look::name(call, call.int(0)) == b"anon_inode:[signalfd]"
    {
        return Answer::PassAndAmend(Amend {
            sender: Some(Sender::Descriptor(call.args[1])),
            ..Amend::default()
        });
    }
    Answer::Pass
}

/// Whether the wait for the descriptor can end.
pub(super) fn is_ready(world: &mut World, call: &Call) -> bool {
    events(world, call) != 0
}

/// What there is at the descriptor: something to read, or room to write.
pub(super) fn events(world: &mut World, call: &Call) -> i16 {
    if world.looks_from_outside(call.thread) {
        Look::at(world, call, call.int(0)).events(wanted(call))
    } else {
        inside::events(world, call, call.int(0), wanted(call))
    }
}

/// Whether calls at the descriptor return at once.
pub(super) fn never_waits(world: &mut World, call: &Call) -> bool {
    if world.looks_from_outside(call.thread) {
        Look::at(world, call, call.int(0)).never_waits()
    } else {
        inside::never_waits(world, call, call.int(0))
    }
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
