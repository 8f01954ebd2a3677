//! What a call would find at descriptors, asked by the thread itself: see `world/inject.rs`.

use libc::{POLLIN, c_short};

use super::Call;
use crate::image::page;
use crate::memory::Memory;
use crate::world::World;
use crate::world::table::ThreadId;

const POLLFD: u64 = page::SCRATCH;
const ZERO_TIME: u64 = page::SCRATCH + 64;

/// Makes a call that waits for many descriptors, without waiting. How many are ready, or the number
/// of an error.
pub(super) fn look(world: &mut World, call: &Call) -> Result<i64, i32> {
    let mut args = call.args;
    call.memory.write(ZERO_TIME, &[0; 16]);
    match call.number {
        libc::SYS_poll => args[2] = 0,
        libc::SYS_ppoll => args[2] = ZERO_TIME,
        libc::SYS_select | libc::SYS_pselect6 => args[4] = ZERO_TIME,
        libc::SYS_epoll_pwait2 => args[3] = ZERO_TIME,
        _ => args[3] = 0,
    }
    // Signals are waited for elsewhere.
    match call.number {
        libc::SYS_ppoll => args[3] = 0,
        libc::SYS_epoll_pwait | libc::SYS_epoll_pwait2 => args[4] = 0,
        libc::SYS_pselect6 => args[5] = 0,
        _ => {}
    }
    let sets = sets_of(call);
    let result = world.inject(call.thread, call.number, args).unwrap_or(0);
    if result == 0 {
        // The kernel has emptied what was asked for.
        for (at, bytes) in sets {
            call.memory.write(at, &bytes);
        }
    }
    match i32::try_from(result) {
        Ok(error) if error < 0 => Err(-error),
        _ => Ok(result),
    }
}

fn sets_of(call: &Call) -> Vec<(u64, Vec<u8>)> {
    if !matches!(call.number, libc::SYS_select | libc::SYS_pselect6) {
        return Vec::new();
    }
    let bytes = super::ready::set_bytes(call);
    let sets = call.args[1..4].iter().filter(|at| **at != 0);
    sets.filter_map(|at| Some((*at, call.memory.block(*at, bytes)?)))
        .collect()
}

/// Which of these events a descriptor has.
pub(super) fn events(world: &mut World, call: &Call, fd: i32, wanted: c_short) -> c_short {
    let mut entry = [0; 8];
    entry[..4].copy_from_slice(&fd.to_le_bytes());
    entry[4..6].copy_from_slice(&wanted.to_le_bytes());
    call.memory.write(POLLFD, &entry);
    match world.inject(call.thread, libc::SYS_poll, [POLLFD, 1, 0, 0, 0, 0]) {
        Some(0) => 0,
        Some(_) => {
            let found = call.memory.bytes::<8>(POLLFD).unwrap_or_default();
            c_short::from_le_bytes([found[6], found[7]])
        }
        None => POLLIN,
    }
}

/// Whether calls at a descriptor return at once.
pub(super) fn never_waits(world: &mut World, call: &Call, fd: i32) -> bool {
    let args = [
        u64::from(fd.cast_unsigned()),
        libc::F_GETFL as u64,
        0,
        0,
        0,
        0,
    ];
    let flags = world
        .inject(call.thread, libc::SYS_fcntl, args)
        .unwrap_or(-1);
    flags < 0 || flags & i64::from(libc::O_NONBLOCK) != 0
}

/// `SOCK_STREAM` or another kind of socket; 0 when it is none.
pub(super) fn kind_of_socket(world: &mut World, call: &Call, fd: i32) -> i32 {
    const LENGTH: u64 = POLLFD + 8;
    call.memory
        .write(POLLFD, &[0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0]);
    let (level, option) = (libc::SOL_SOCKET as u64, libc::SO_TYPE as u64);
    let args = [
        u64::from(fd.cast_unsigned()),
        level,
        option,
        POLLFD,
        LENGTH,
        0,
    ];
    // Where that fails, what stands there is still 0.
    let _error = world.inject(call.thread, libc::SYS_getsockopt, args);
    call.memory.u32(POLLFD).map_or(0, u32::cast_signed)
}

/// Sets the count of an eventfd back to 0.
pub(super) fn empty_counter(world: &mut World, call: &Call, fd: i32) {
    if events(world, call, fd, POLLIN) & POLLIN != 0 {
        let args = [u64::from(fd.cast_unsigned()), POLLFD, 8, 0, 0, 0];
        // What was counted does not matter.
        let _count = world.inject(call.thread, libc::SYS_read, args);
    }
}

/// Adds to the count of an eventfd, by a thread that waits.
pub(crate) fn add_to_counter(world: &mut World, thread: ThreadId, fd: i32, times: u64) {
    let tid = world.thread(thread).tid;
    Memory(tid).write(POLLFD, &times.to_le_bytes());
    let args = [u64::from(fd.cast_unsigned()), POLLFD, 8, 0, 0, 0];
    // A counter that is full stays full.
    let _written = world.inject(thread, libc::SYS_write, args);
}
