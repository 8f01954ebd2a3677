//! Calls that wait for others outside any descriptor: file locks, message queues, semaphores.
//!
//! Each has a form that does not wait. The thread makes that instead, and again whenever something
//! has happened, until it succeeds.

use super::ready::End;
use super::{Answer, Call, fifos};
use crate::command::TimeNs;
use crate::image::page;
use crate::world::World;
use crate::world::table::{ThreadId, Wait};

/// `struct sembuf`: number, operation, flags; 2 bytes each.
const SEMBUF_BYTES: usize = 6;
/// So many of them fit where arguments are kept.
const MOST_OPERATIONS: usize = 300;

/// A call in the form that does not wait.
struct Attempt {
    args: [u64; 6],
    number: i64,
    /// What it says when it would have to wait.
    vain: i32,
}

pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    let Some(attempt) = Attempt::of(world, call) else {
        return Answer::Pass;
    };
    match attempt.make(world, call) {
        Some(result) => Answer::Return(result),
        None => match deadline(world, call) {
            Ok(until_ns) => Answer::Wait(Wait::Attempt, until_ns),
            Err(number) => super::error(number),
        },
    }
}

/// Tries once more for a thread that waits.
pub(crate) fn end_of_wait(world: &mut World, id: ThreadId) -> End {
    let call = Call::of(world, id, true);
    if matches!(call.number, libc::SYS_open | libc::SYS_openat) {
        return fifos::end_of_wait(world, id);
    }
    let attempt = Attempt::of(world, &call);
    match attempt.and_then(|attempt| attempt.make(world, &call)) {
        Some(result) => End::Result(result),
        None => End::NotYet,
    }
}

/// What the call says when its time is over.
pub(crate) fn too_late(call: i64) -> i32 {
    if call == libc::SYS_semtimedop {
        libc::EAGAIN
    } else {
        libc::ETIMEDOUT
    }
}

/// Whether a signal handler ends the call, even if it asks for calls to be made again.
pub(crate) fn is_never_restarted(call: i64) -> bool {
    matches!(
        call,
        libc::SYS_semop | libc::SYS_semtimedop | libc::SYS_msgrcv | libc::SYS_msgsnd
    )
}

impl Attempt {
    /// `None` when the call does not wait, or has no such form.
    fn of(world: &World, call: &Call) -> Option<Self> {
        let has_page = world.process_of(call.thread).page.is_some();
        let (mut args, mut number) = (call.args, call.number);
        let vain = match call.number {
            libc::SYS_flock if call.int(1) & libc::LOCK_NB == 0 => {
                args[1] |= libc::LOCK_NB as u64;
                libc::EWOULDBLOCK
            }
            libc::SYS_fcntl => {
                let is_own = call.int(1) == libc::F_OFD_SETLKW;
                args[1] = if is_own {
                    libc::F_OFD_SETLK
                } else {
                    libc::F_SETLK
                } as u64;
                libc::EAGAIN
            }
            libc::SYS_msgrcv if call.int(4) & libc::IPC_NOWAIT == 0 => {
                args[4] |= libc::IPC_NOWAIT as u64;
                libc::ENOMSG
            }
            libc::SYS_msgsnd if call.int(3) & libc::IPC_NOWAIT == 0 => {
                args[3] |= libc::IPC_NOWAIT as u64;
                libc::EAGAIN
            }
            libc::SYS_mq_timedsend | libc::SYS_mq_timedreceive if has_page => {
                // A moment that is long over.
                call.memory.write(page::SCRATCH, &[0; 16]).then_some(())?;
                args[4] = page::SCRATCH;
                libc::ETIMEDOUT
            }
            libc::SYS_semop | libc::SYS_semtimedop if has_page => {
                write_operations(call)?;
                (args[1], number) = (page::SCRATCH, libc::SYS_semop);
                libc::EAGAIN
            }
            _ => return None,
        };
        Some(Self { args, number, vain })
    }

    /// Its result; `None` when it would have to wait.
    fn make(&self, world: &mut World, call: &Call) -> Option<i64> {
        let result = world.inject(call.thread, self.number, self.args);
        // Whose thread is gone has no use for a result.
        let result = result.unwrap_or(0);
        (result != -i64::from(self.vain)).then_some(result)
    }
}

/// The operations on semaphores, none of which waits. `None` when one did not anyway.
fn write_operations(call: &Call) -> Option<()> {
    let count = usize::try_from(call.args[2]).ok()?;
    let mut operations = (count <= MOST_OPERATIONS)
        .then(|| call.memory.block(call.args[1], count * SEMBUF_BYTES))
        .flatten()?;
    for operation in operations.chunks_exact_mut(SEMBUF_BYTES) {
        let flags = i16::from_le_bytes([operation[4], operation[5]]);
        let no_wait = i16::try_from(libc::IPC_NOWAIT).ok()?;
        if flags & no_wait != 0 {
            return None;
        }
        operation[4..].copy_from_slice(&(flags | no_wait).to_le_bytes());
    }
    call.memory.write(page::SCRATCH, &operations).then_some(())
}

/// Until when the call waits at most, or the number of an error.
fn deadline(world: &World, call: &Call) -> Result<Option<TimeNs>, i32> {
    let at = match call.number {
        libc::SYS_semtimedop => call.args[3],
        libc::SYS_mq_timedsend | libc::SYS_mq_timedreceive => call.args[4],
        _ => 0,
    };
    if at == 0 {
        return Ok(None);
    }
    let ns = call.memory.timespec_ns(at).ok_or(libc::EINVAL)?;
    let until_ns = match call.number {
        libc::SYS_semtimedop => world.after_ns(call.thread, ns),
        _ => world.when_shown_ns(call.thread, libc::CLOCK_REALTIME, ns),
    };
    if until_ns <= world.process_of(call.thread).local_ns {
        return Err(too_late(call.number));
    }
    Ok(Some(until_ns))
}
