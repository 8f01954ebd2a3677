//! What is told of files: their numbers and times, and how much room is left for them.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Answer, Call};
use crate::model::files::Real;
use crate::world::World;
use crate::world::table::{Amend, ThreadId};

const SECOND_NS: i128 = 1_000_000_000;
const BLOCK_BYTES: u64 = 512;

/// What files of `/proc` say about themselves.
const KERNEL_BLOCK_BYTES: u64 = 1024;

/// Files are as old as the run if they changed so shortly before it: their directories did.
const BEFORE_NS: i128 = SECOND_NS;

/// Where things stand in `struct stat` and in `struct statx`.
struct Layout {
    bytes: usize,
    device: usize,
    number: usize,
    size: usize,
    blocks: usize,
    read: usize,
    written: usize,
    changed: usize,
    born: Option<usize>,
}

const STAT: Layout = Layout {
    bytes: 144,
    device: 0,
    number: 8,
    size: 48,
    blocks: 64,
    read: 72,
    written: 88,
    changed: 104,
    born: None,
};

const STATX: Layout = Layout {
    bytes: 256,
    device: 136,
    number: 32,
    size: 40,
    blocks: 48,
    read: 64,
    written: 112,
    changed: 96,
    born: Some(80),
};

/// What is told of files that can be found from here, at once; else the kernel tells, and it is put
/// right afterwards.
pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    if let Some(answer) = from_here(world, call) {
        return answer;
    }
    Answer::PassAndAmend(Amend {
        metadata: true,
        ..Amend::default()
    })
}

/// Lets the kernel make a call whose arguments have been changed, which may tell of a file.
pub(super) fn after(call: &Call, amend: Amend) -> Answer {
    let metadata = matches!(
        call.number,
        libc::SYS_stat | libc::SYS_lstat | libc::SYS_newfstatat | libc::SYS_statx
    );
    Answer::PassAndAmend(Amend { metadata, ..amend })
}

/// The machine's time, for what changed since.
pub(crate) fn machine_time_ns() -> i128 {
    #[expect(clippy::disallowed_methods, reason = "files have the machine's times")]
    let now = SystemTime::now();
    since_1970_ns(now)
}

fn since_1970_ns(time: SystemTime) -> i128 {
    let ns = |lasting: std::time::Duration| i128::try_from(lasting.as_nanos()).unwrap_or(0);
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => ns(after),
        Err(before) => -ns(before.duration()),
    }
}

/// The call has been made: what it wrote becomes what programs see.
pub(crate) fn put_right(world: &mut World, id: ThreadId) {
    let call = Call::of(world, id, true);
    match call.number {
        libc::SYS_statfs | libc::SYS_fstatfs => room(&call),
        libc::SYS_statx => file(world, &call, call.args[4], &STATX),
        libc::SYS_newfstatat => file(world, &call, call.args[2], &STAT),
        _ => file(world, &call, call.args[1], &STAT),
    }
}

/// Half of the file system is free.
fn room(call: &Call) {
    const TOTAL: u64 = 16;
    const FREE: [u64; 2] = [24, 32];
    const NUMBERS: u64 = 40;
    const FREE_NUMBERS: u64 = 48;
    let at = call.args[1];
    let half = |offset| call.memory.u64(at + offset).unwrap_or(0) / 2;
    let (blocks, numbers) = (half(TOTAL), half(NUMBERS));
    for offset in FREE {
        call.memory.write(at + offset, &blocks.to_le_bytes());
    }
    call.memory.write(at + FREE_NUMBERS, &numbers.to_le_bytes());
}

/// What is told of an open file, or of the file with an absolute path; nothing where it is not sure
/// that we would see the same file.
fn from_here(world: &mut World, call: &Call) -> Option<Answer> {
    let (path, at, flags) = match call.number {
        libc::SYS_fstat => (0, call.args[1], libc::AT_EMPTY_PATH),
        libc::SYS_stat => (call.args[0], call.args[1], 0),
        libc::SYS_lstat => (call.args[0], call.args[1], libc::AT_SYMLINK_NOFOLLOW),
        libc::SYS_newfstatat => (call.args[1], call.args[2], call.int(3)),
        _ => return None,
    };
    let found = if flags == libc::AT_EMPTY_PATH {
        let is_open = path == 0 || call.memory.bytes(path) == Some([0]);
        let open = is_open.then(|| format!("/proc/{}/fd/{}", call.memory.0, call.int(0)))?;
        std::fs::metadata(open).map_err(|_| None)
    } else {
        by_path(&call.memory.text(path)?, flags)?.map_err(|error| error.raw_os_error())
    };
    let found = match found {
        Ok(found) => found,
        Err(Some(libc::ENOENT)) => return Some(super::error(libc::ENOENT)),
        Err(_) => return None,
    };
    // A link may lead to the kernel's files, which are others for everybody.
    if found.blksize() == KERNEL_BLOCK_BYTES {
        return None;
    }
    let mut told = stat(&found);
    show(world, call, &mut told, &STAT);
    let written = call.memory.write(at, &told);
    written.then_some(Answer::Return(0))
}

/// The file with an absolute path; nothing for those that are others for everybody.
fn by_path(path: &[u8], flags: i32) -> Option<std::io::Result<std::fs::Metadata>> {
    let elsewhere = [&b"/proc"[..], b"/dev", b"/sys"];
    if path.first() != Some(&b'/') || elsewhere.iter().any(|begin| path.starts_with(begin)) {
        return None;
    }
    let path = std::ffi::OsStr::from_bytes(path);
    match flags {
        0 => Some(std::fs::metadata(path)),
        libc::AT_SYMLINK_NOFOLLOW => Some(std::fs::symlink_metadata(path)),
        _ => None,
    }
}

/// A `struct stat`.
fn stat(found: &std::fs::Metadata) -> [u8; 144] {
    let mut told = [0; 144];
    let words = [
        (0, found.dev()),
        (8, found.ino()),
        (16, found.nlink()),
        (24, u64::from(found.mode()) | u64::from(found.uid()) << 32),
        (32, u64::from(found.gid())),
        (40, found.rdev()),
        (48, found.size()),
        (56, found.blksize()),
        (64, found.blocks()),
        (72, found.atime().cast_unsigned()),
        (80, found.atime_nsec().cast_unsigned()),
        (88, found.mtime().cast_unsigned()),
        (96, found.mtime_nsec().cast_unsigned()),
        (104, found.ctime().cast_unsigned()),
        (112, found.ctime_nsec().cast_unsigned()),
    ];
    for (at, word) in words {
        put_word(&mut told, at, word);
    }
    told
}

fn file(world: &mut World, call: &Call, at: u64, layout: &Layout) {
    if let Some(mut told) = call.memory.block(at, layout.bytes) {
        show(world, call, &mut told, layout);
        call.memory.write(at, &told);
    }
}

/// What the machine tells of a file becomes what programs see.
fn show(world: &mut World, call: &Call, told: &mut [u8], layout: &Layout) {
    let begun_ns = world.begun_ns - BEFORE_NS;
    let written_ns = time_ns(told, layout.written);
    put_time(told, layout.read, written_ns);
    if time_ns(told, layout.changed) >= begun_ns {
        let real = Real {
            device: word(told, layout.device),
            number: word(told, layout.number),
            born_ns: birth_ns(call).unwrap_or(0),
            size: word(told, layout.size),
            written_ns,
        };
        let now_ns = world.shown_ns(call.thread, libc::CLOCK_REALTIME);
        let node = world.node_of(call.thread);
        let shown = world.nodes[node].files.show(real, begun_ns, now_ns);
        put_word(told, layout.number, shown.number);
        let blocks = real.size.div_ceil(4096) * 4096 / BLOCK_BYTES;
        put_word(told, layout.blocks, blocks);
        for time in [layout.read, layout.written, layout.changed] {
            put_time(told, time, shown.written_ns);
        }
        if let Some(born) = layout.born {
            put_time(told, born, shown.born_ns);
        }
    }
}

/// When the file came into being, by the machine's clock; not all calls tell.
fn birth_ns(call: &Call) -> Option<i128> {
    const AT_SYMLINK_NOFOLLOW: u64 = libc::AT_SYMLINK_NOFOLLOW as u64;
    let (directory, path, flags) = match call.number {
        libc::SYS_stat => (libc::AT_FDCWD, call.args[0], 0),
        libc::SYS_lstat => (libc::AT_FDCWD, call.args[0], AT_SYMLINK_NOFOLLOW),
        libc::SYS_fstat => (call.int(0), 0, 0),
        libc::SYS_newfstatat => (call.int(0), call.args[1], call.args[3]),
        _ => (call.int(0), call.args[1], call.args[2]),
    };
    let name = if path == 0 {
        Vec::new()
    } else {
        call.memory.text(path)?
    };
    let tid = call.memory.0;
    let base = match directory {
        libc::AT_FDCWD => format!("/proc/{tid}/cwd"),
        fd => format!("/proc/{tid}/fd/{fd}"),
    };
    let name =
        PathBuf::from(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(name));
    // `/proc/self` would be us.
    if name.starts_with("/proc") {
        return None;
    }
    let path = if name.as_os_str().is_empty() {
        PathBuf::from(base)
    } else {
        PathBuf::from(base).join(name)
    };
    let metadata = if flags & AT_SYMLINK_NOFOLLOW != 0 {
        std::fs::symlink_metadata(path)
    } else {
        std::fs::metadata(path)
    };
    Some(since_1970_ns(metadata.ok()?.created().ok()?))
}

fn word(bytes: &[u8], at: usize) -> u64 {
    let word = std::array::from_fn(|index| bytes[at + index]);
    u64::from_le_bytes(word)
}

fn put_word(bytes: &mut [u8], at: usize, value: u64) {
    bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
}

fn time_ns(bytes: &[u8], at: usize) -> i128 {
    let seconds = i128::from(word(bytes, at).cast_signed());
    let parts = [8, 9, 10, 11].map(|index| bytes[at + index]);
    seconds * SECOND_NS + i128::from(u32::from_le_bytes(parts))
}

fn put_time(bytes: &mut [u8], at: usize, ns: i128) {
    let seconds = i64::try_from(ns.div_euclid(SECOND_NS)).unwrap_or(0);
    let parts = u32::try_from(ns.rem_euclid(SECOND_NS)).unwrap_or(0);
    bytes[at..at + 8].copy_from_slice(&seconds.to_le_bytes());
    bytes[at + 8..at + 12].copy_from_slice(&parts.to_le_bytes());
}
