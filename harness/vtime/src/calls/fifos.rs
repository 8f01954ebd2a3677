//! Opening named pipes: who reads waits for who writes, and the other way round.
//!
//! The kernel would let both wait, and each would be taken off before the other comes. Here the
//! reader opens its end at once, in the form that does not wait, and is kept until somebody writes;
//! the writer tries until there is a reader.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use libc::{O_ACCMODE, O_NONBLOCK, O_RDONLY, O_RDWR, POLLHUP, POLLIN};

use super::ready::End;
use super::{Answer, Call, inside};
use crate::image::page;
use crate::world::World;
use crate::world::table::{ThreadId, Wait};

/// Nothing below these is a named pipe that would make anybody wait.
const ELSEWHERE: &[&str] = &["/proc", "/sys", "/dev", "/usr", "/lib", "/lib64", "/etc"];

/// What begins a path in a program's own directory, whichever that is.
const OWN: &str = "/proc/self/cwd";

/// Whether this call opens a named pipe, and waits.
pub(super) fn is_meant(call: &Call, path: &[u8]) -> bool {
    let path = Path::new(OsStr::from_bytes(path));
    let (is_own, path) = match path.strip_prefix(OWN) {
        Ok(path) => (true, path),
        Err(_) => (false, path),
    };
    let flags = flags(call);
    if flags & (O_NONBLOCK | libc::O_PATH) != 0
        || flags & O_ACCMODE == O_RDWR
        || ELSEWHERE.iter().any(|dir| path.starts_with(dir))
    {
        return false;
    }
    let tid = call.memory.0;
    let base = match call.int(0) {
        fd if !is_own && call.number == libc::SYS_openat && fd != libc::AT_FDCWD => {
            format!("/proc/{tid}/fd/{fd}")
        }
        _ => format!("/proc/{tid}/cwd"),
    };
    let found = std::fs::metadata(Path::new(&base).join(path));
    found.is_ok_and(|file| file.file_type().is_fifo())
}

pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    match attempt(world, call) {
        Some(result) => Answer::Return(result),
        None => Answer::Wait(Wait::Attempt, None),
    }
}

/// Tries once more for a thread that waits.
pub(super) fn end_of_wait(world: &mut World, id: ThreadId) -> End {
    let call = Call::of(world, id, true);
    match attempt(world, &call) {
        Some(result) => End::Result(result),
        None => End::NotYet,
    }
}

/// The result of the call; `None` while nobody has opened the other end.
fn attempt(world: &mut World, call: &Call) -> Option<i64> {
    let fd = match world.thread_mut(call.thread).opened.take() {
        Some(fd) => fd,
        None => {
            let index = flags_at(call);
            let mut args = call.args;
            args[index] |= O_NONBLOCK as u64;
            // Whose thread is gone has no use for a result.
            let result = world.inject(call.thread, call.number, args).unwrap_or(0);
            if result == -i64::from(libc::ENXIO) {
                return None;
            }
            match i32::try_from(result) {
                Ok(fd) if fd >= 0 => fd,
                _ => return Some(result),
            }
        }
    };
    if flags(call) & O_ACCMODE == O_RDONLY && !is_written(world, call, fd) {
        world.thread_mut(call.thread).opened = Some(fd);
        return None;
    }
    let plain = flags(call) as u64;
    let fd = fd as u64;
    let args = [fd, libc::F_SETFL as u64, plain, 0, 0, 0];
    // What fails here has been closed by another thread.
    let _set = world.inject(call.thread, libc::SYS_fcntl, args);
    Some(fd.cast_signed())
}

/// Whether somebody has the other end of this pipe, or had it.
fn is_written(world: &mut World, call: &Call, fd: i32) -> bool {
    if inside::events(world, call, fd, POLLIN) & (POLLIN | POLLHUP) != 0 {
        return true;
    }
    // Without a writer, reading ends at once; with one, it would wait.
    let args = [fd as u64, page::SCRATCH, 1, 0, 0, 0];
    let read = world.inject(call.thread, libc::SYS_read, args);
    read == Some(-i64::from(libc::EAGAIN))
}

fn flags_at(call: &Call) -> usize {
    if call.number == libc::SYS_openat {
        2
    } else {
        1
    }
}

fn flags(call: &Call) -> i32 {
    call.int(flags_at(call))
}
