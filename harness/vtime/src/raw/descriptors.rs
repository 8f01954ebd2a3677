//! Descriptors: pipes to nodes, and a look at the descriptors of other processes.
#![expect(unsafe_code, reason = "pidfd_getfd and pipe sizes have no safe form")]

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use libc::{c_int, c_short};

/// As much as an unprivileged user may have.
const PIPE_BYTES: c_int = 1 << 20;

/// Both ends of a pipe: the reading one first.
pub(crate) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [0; 2];
    // SAFETY: the array has room for two descriptors.
    check(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) })?;
    // SAFETY: both are new and owned by nobody else; a smaller pipe does as well.
    unsafe {
        libc::fcntl(ends[1], libc::F_SETPIPE_SZ, PIPE_BYTES);
        Ok((OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])))
    }
}

/// The same end as a file that never waits.
pub(crate) fn without_waiting(end: OwnedFd) -> io::Result<File> {
    let fd = end.as_raw_fd();
    // SAFETY: plain flags of a descriptor that we own.
    unsafe {
        let flags = check(libc::fcntl(fd, libc::F_GETFL))?;
        check(libc::fcntl(fd, libc::F_SETFL, flags | libc::O_NONBLOCK))?;
    }
    Ok(File::from(end))
}

/// A handle of a process, for [`borrow`].
pub(crate) fn handle(process: libc::pid_t) -> io::Result<OwnedFd> {
    // SAFETY: plain numbers; the result is new.
    unsafe {
        let fd = check(libc::syscall(libc::SYS_pidfd_open, process, 0) as c_int)?;
        Ok(OwnedFd::from_raw_fd(fd))
    }
}

/// A second descriptor for what another process has open.
pub(crate) fn borrow(process: &OwnedFd, fd: i32) -> io::Result<OwnedFd> {
    // SAFETY: plain numbers; the result is new.
    unsafe {
        let got = libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), fd, 0) as c_int;
        Ok(OwnedFd::from_raw_fd(check(got)?))
    }
}

/// What a wait waits for: a second descriptor, held as the kernel would hold it during the call,
/// and the events that end it.
pub(crate) type Watched = (OwnedFd, c_short);

/// Which of many descriptors have any of their events now; one call for all of them.
pub(crate) fn which_have_events(all: &[(RawFd, c_short)]) -> Vec<bool> {
    let entry = |&(fd, events)| libc::pollfd {
        fd,
        events,
        revents: 0,
    };
    let mut entries: Vec<libc::pollfd> = all.iter().map(entry).collect();
    if !entries.is_empty() {
        // SAFETY: as many valid entries as it is told, and no waiting.
        unsafe { libc::poll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, 0) };
    }
    entries.iter().map(|entry| entry.revents != 0).collect()
}

/// Which of these events a descriptor has now.
pub(crate) fn events(fd: &OwnedFd, wanted: c_short) -> c_short {
    let mut entry = libc::pollfd {
        fd: fd.as_raw_fd(),
        events: wanted,
        revents: 0,
    };
    // SAFETY: one valid entry, and no waiting.
    unsafe { libc::poll(&raw mut entry, 1, 0) };
    entry.revents
}

/// Whether reads and writes of it return at once; it is a property of what is open, shared by all
/// descriptors for it.
pub(crate) fn is_nonblocking(fd: &OwnedFd) -> bool {
    // SAFETY: plain numbers.
    let flags = unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_GETFL) };
    flags >= 0 && flags & libc::O_NONBLOCK != 0
}

/// `SOCK_STREAM` or another kind of socket; 0 when it is none.
pub(crate) fn kind_of_socket(fd: &OwnedFd) -> c_int {
    let (mut kind, mut length) = (0, size_of::<c_int>() as libc::socklen_t);
    let at = (&raw mut kind).cast();
    // SAFETY: room for an int, and its length.
    unsafe {
        let (level, option) = (libc::SOL_SOCKET, libc::SO_TYPE);
        libc::getsockopt(fd.as_raw_fd(), level, option, at, &raw mut length);
    }
    kind
}

/// What an epoll descriptor has to report now, as the bytes of its `epoll_event`s, and how many.
pub(crate) fn epoll_events(epoll: &OwnedFd, most: usize) -> io::Result<(Vec<u8>, usize)> {
    const SIZE: usize = size_of::<libc::epoll_event>();
    let mut buffer = vec![0u8; most * SIZE];
    // SAFETY: the buffer has room for `most` packed events.
    let got = check(unsafe {
        libc::epoll_wait(
            epoll.as_raw_fd(),
            buffer.as_mut_ptr().cast(),
            most as c_int,
            0,
        )
    })?;
    buffer.truncate(got as usize * SIZE);
    Ok((buffer, got as usize))
}

/// Adds one to an eventfd; empties it when `reset`.
pub(crate) fn tick(eventfd: &OwnedFd, times: u64, reset: bool) {
    let fd = eventfd.as_raw_fd();
    if reset && events(eventfd, libc::POLLIN) != 0 {
        let mut old = 0u64;
        // SAFETY: eight bytes, as an eventfd wants; it has something to read, so it does not wait.
        unsafe { libc::read(fd, (&raw mut old).cast(), 8) };
    }
    if times > 0 {
        // SAFETY: eight bytes, as an eventfd wants.
        unsafe { libc::write(fd, (&raw const times).cast(), 8) };
    }
}

/// Keeps this thread on one processor; gives back where it was allowed before.
pub(crate) fn pin_to_one_processor() -> io::Result<Affinity> {
    // SAFETY: a zeroed set is valid and the kernel fills it.
    unsafe {
        let mut before: libc::cpu_set_t = std::mem::zeroed();
        let size = size_of_val(&before);
        check(libc::sched_getaffinity(0, size, &raw mut before))?;
        let allowed = (0..libc::CPU_SETSIZE as usize).filter(|&cpu| libc::CPU_ISSET(cpu, &before));
        // Where we run already, if that is allowed: other worlds are on other processors.
        let here = usize::try_from(libc::sched_getcpu()).ok();
        let cpu = here
            .filter(|&cpu| libc::CPU_ISSET(cpu, &before))
            .or(allowed.into_iter().next())
            .unwrap_or(0);
        let mut one: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(cpu, &mut one);
        check(libc::sched_setaffinity(0, size, &raw const one))?;
        Ok(Affinity(before))
    }
}

/// Where a thread may run; given back when dropped.
pub(crate) struct Affinity(libc::cpu_set_t);

impl Drop for Affinity {
    fn drop(&mut self) {
        // SAFETY: a valid set from the kernel.
        unsafe { libc::sched_setaffinity(0, size_of_val(&self.0), &raw const self.0) };
    }
}

fn check(result: c_int) -> io::Result<RawFd> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}
