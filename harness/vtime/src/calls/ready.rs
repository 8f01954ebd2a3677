//! Waiting until one of many descriptors is ready: poll, select, epoll.

use libc::{POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLPRI};

use super::look::Look;
use super::{Answer, Call, error, inside, transfer};
use crate::command::TimeNs;
use crate::raw::descriptors::Watched;
use crate::raw::trace::pending;
use crate::world::World;
use crate::world::table::{ThreadId, Wait};

const POLLFD_BYTES: usize = 8;
const MOST_DESCRIPTORS: usize = 65_536;
const MOST_EVENTS: usize = 1024;

pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    if let Some(blocked) = world.own_mask(call.thread)
        && pending(call.memory.0) & !blocked != 0
    {
        // The call ends at once, and the kernel calls the signal's handler within it.
        return Answer::Pass;
    }
    let mut watched = Vec::new();
    match look(world, call, &mut watched) {
        Err(number) => error(number),
        Ok(0) => {
            // One that could not be borrowed is not seen to: only a look at the call can tell.
            world.thread_mut(call.thread).watched = watched
                .into_iter()
                .collect::<Option<_>>()
                .unwrap_or_default();
            wait(world, call)
        }
        Ok(count) => {
            world.process_of_mut(call.thread).idle_looks = 0;
            Answer::Return(count)
        }
    }
}

/// Whether a wait for a descriptor can end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Not yet.
    NotYet,
    /// With this result.
    Result(i64),
    /// With another answer, when it is the thread's turn: what is there may be taken by another.
    AnswerAgain,
}

/// Looks whether the wait of a thread for a descriptor can end; writes down what is ready.
pub(crate) fn end_of_wait(world: &mut World, id: ThreadId) -> End {
    let call = Call::of(world, id, true);
    let found = match call.number {
        libc::SYS_poll
        | libc::SYS_ppoll
        | libc::SYS_select
        | libc::SYS_pselect6
        | libc::SYS_epoll_wait
        | libc::SYS_epoll_pwait
        | libc::SYS_epoll_pwait2 => look(world, &call, &mut Vec::new()),
        _ if transfer::is_ready(world, &call) => return End::AnswerAgain,
        _ => Ok(0),
    };
    match found {
        Ok(0) => End::NotYet,
        Ok(count) => End::Result(count),
        Err(number) => End::Result(-i64::from(number)),
    }
}

/// Says that nothing was ready, when the time is over.
pub(crate) fn clear_results(world: &World, id: ThreadId) {
    let call = Call::of(world, id, true);
    match call.number {
        libc::SYS_select | libc::SYS_pselect6 => {
            let bytes = set_bytes(&call);
            for at in call.args[1..4].iter().filter(|at| **at != 0) {
                call.memory.write(*at, &vec![0; bytes]);
            }
        }
        _ => {}
    }
}

/// Says how much of the time limit is left, as the kernel does where a program can see that.
pub(crate) fn tell_time_left(world: &World, id: ThreadId) {
    let call = Call::of(world, id, true);
    let Some(until_ns) = world.thread(id).until_ns else {
        return;
    };
    let left_ns = until_ns.saturating_sub(world.process_of(id).local_ns);
    match call.number {
        libc::SYS_select => call.memory.write_timeval(call.args[4], left_ns),
        libc::SYS_pselect6 => call.memory.write_timespec(call.args[4], left_ns),
        libc::SYS_ppoll => call.memory.write_timespec(call.args[2], left_ns),
        _ => true,
    };
}

/// How many are ready now, or the number of an error; writes the results down. Adds what to watch
/// when none is.
fn look(world: &mut World, call: &Call, watched: &mut Watch) -> Result<i64, i32> {
    if !world.looks_from_outside(call.thread) {
        return inside::look(world, call);
    }
    match call.number {
        libc::SYS_poll | libc::SYS_ppoll => poll(world, call, watched),
        libc::SYS_select | libc::SYS_pselect6 => select(world, call, watched),
        _ => epoll(world, call, watched),
    }
}

/// What to watch; `None` for what cannot be watched.
type Watch = Vec<Option<Watched>>;

fn poll(world: &World, call: &Call, watched: &mut Watch) -> Result<i64, i32> {
    let count = call.args[1] as usize;
    if count > MOST_DESCRIPTORS {
        return Err(libc::EINVAL);
    }
    let mut entries = call
        .memory
        .block(call.args[0], count * POLLFD_BYTES)
        .ok_or(libc::EFAULT)?;
    let mut ready = 0;
    for entry in entries.chunks_exact_mut(POLLFD_BYTES) {
        let fd = i32::from_le_bytes([entry[0], entry[1], entry[2], entry[3]]);
        let wanted = i16::from_le_bytes([entry[4], entry[5]]);
        let found = if fd < 0 {
            0
        } else {
            let look = Look::at(world, call, fd);
            let found = look.events(wanted);
            watched.push(look.watch(wanted));
            found
        };
        entry[6..].copy_from_slice(&found.to_le_bytes());
        ready += i64::from(found != 0);
    }
    if ready > 0 || !call.again {
        call.memory.write(call.args[0], &entries);
    }
    Ok(ready)
}

pub(super) fn set_bytes(call: &Call) -> usize {
    (call.args[0] as usize).min(MOST_DESCRIPTORS).div_ceil(64) * 8
}

fn select(world: &World, call: &Call, watched: &mut Watch) -> Result<i64, i32> {
    let count = (call.args[0] as usize).min(MOST_DESCRIPTORS);
    let kinds = [
        (POLLIN, POLLIN | POLLHUP | POLLERR),
        (POLLOUT, POLLOUT | POLLERR),
        (POLLPRI, POLLPRI),
    ];
    let mut results = Vec::new();
    let mut ready = 0;
    for (at, (wanted, counts)) in call.args[1..4].iter().zip(kinds) {
        if *at == 0 {
            continue;
        }
        let asked = call
            .memory
            .block(*at, set_bytes(call))
            .ok_or(libc::EFAULT)?;
        let mut found = vec![0u8; asked.len()];
        for fd in (0..count).filter(|fd| asked[fd / 8] >> (fd % 8) & 1 == 1) {
            let look = Look::at(world, call, fd as i32);
            let events = look.events(wanted);
            watched.push(look.watch(wanted));
            if events & POLLNVAL != 0 {
                return Err(libc::EBADF);
            }
            if events & counts != 0 {
                found[fd / 8] |= 1 << (fd % 8);
                ready += 1;
            }
        }
        results.push((*at, found));
    }
    if ready > 0 {
        for (at, found) in results {
            call.memory.write(at, &found);
        }
    }
    Ok(ready)
}

fn epoll(world: &World, call: &Call, watched: &mut Watch) -> Result<i64, i32> {
    let most = call.int(2);
    if most <= 0 {
        return Err(libc::EINVAL);
    }
    let most = (most as usize).min(MOST_EVENTS);
    let look = Look::at(world, call, call.int(0));
    let (bytes, count) = look
        .epoll_events(most)
        .map_err(|e| e.raw_os_error().unwrap_or(libc::EINVAL))?;
    watched.push(look.watch(POLLIN));
    if call.memory.write(call.args[1], &bytes) {
        Ok(count as i64)
    } else {
        Err(libc::EFAULT)
    }
}

/// Nothing is ready.
fn wait(world: &mut World, call: &Call) -> Answer {
    let id = call.thread;
    if call.again {
        let until_ns = world.thread(id).until_ns;
        return Answer::Wait(Wait::Io, until_ns);
    }
    match timeout(call) {
        Err(()) => error(libc::EINVAL),
        Ok(Some(0)) => {
            if let libc::SYS_select | libc::SYS_pselect6 = call.number {
                clear_results(world, id);
            }
            world.spend_on_idle_look(id);
            Answer::Return(0)
        }
        Ok(lasting_ns) => {
            world.process_of_mut(id).idle_looks = 0;
            let until_ns = lasting_ns.map(|ns| world.after_ns(id, ns));
            Answer::Wait(Wait::Io, until_ns)
        }
    }
}

/// How long the call waits at most; `None` for ever.
fn timeout(call: &Call) -> Result<Option<TimeNs>, ()> {
    let timespec = |at: u64| match at {
        0 => Ok(None),
        at => call.memory.timespec_ns(at).map(Some).ok_or(()),
    };
    let milliseconds = |ms: i32| Ok(u64::try_from(ms).ok().map(|ms| ms * 1_000_000));
    match call.number {
        libc::SYS_poll => milliseconds(call.int(2)),
        libc::SYS_ppoll => timespec(call.args[2]),
        libc::SYS_select => match call.args[4] {
            0 => Ok(None),
            at => call.memory.timeval_ns(at).map(Some).ok_or(()),
        },
        libc::SYS_pselect6 => timespec(call.args[4]),
        libc::SYS_epoll_pwait2 => timespec(call.args[3]),
        _ => milliseconds(call.int(3)),
    }
}
