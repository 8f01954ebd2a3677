//! Looking at a process's descriptors from outside, without changing anything.

use std::os::fd::OwnedFd;

use libc::c_short;

use super::Call;
use crate::raw::descriptors::{self, Watched};
use crate::world::World;

/// What a call would find at a descriptor.
#[derive(Debug)]
pub(super) struct Look {
    fd: Option<OwnedFd>,
}

impl Look {
    /// At a descriptor of the call's process.
    pub(super) fn at(world: &World, call: &Call, fd: i32) -> Self {
        let process = world.process_of(call.thread);
        let handle = process.handle.as_ref();
        Self {
            fd: handle.and_then(|handle| descriptors::borrow(handle, fd).ok()),
        }
    }

    /// Which of these events it has now; `POLLNVAL` when there is no such descriptor.
    pub(super) fn events(&self, wanted: c_short) -> c_short {
        self.fd
            .as_ref()
            .map_or(libc::POLLNVAL, |fd| descriptors::events(fd, wanted))
    }

    /// Whether calls at it return at once. A descriptor that does not exist fails at once.
    pub(super) fn never_waits(&self) -> bool {
        self.fd.as_ref().is_none_or(descriptors::is_nonblocking)
    }

    /// `SOCK_STREAM` or another kind; 0 when it is no socket.
    pub(super) fn kind_of_socket(&self) -> i32 {
        self.fd.as_ref().map_or(0, descriptors::kind_of_socket)
    }

    /// What an epoll descriptor has to report.
    pub(super) fn epoll_events(&self, most: usize) -> std::io::Result<(Vec<u8>, usize)> {
        match &self.fd {
            Some(fd) => descriptors::epoll_events(fd, most),
            None => Err(std::io::Error::from_raw_os_error(libc::EBADF)),
        }
    }

    /// What to watch until one of these events is there; nothing where that is forbidden.
    pub(super) fn watch(self, wanted: c_short) -> Option<Watched> {
        Some((self.fd?, wanted))
    }

    /// The descriptor itself.
    pub(super) fn into_descriptor(self) -> Option<OwnedFd> {
        self.fd
    }
}

/// What a descriptor stands for: a path, or something like `pipe:[123]`.
pub(super) fn name(call: &Call, fd: i32) -> Vec<u8> {
    use std::os::unix::ffi::OsStringExt;
    let link = std::fs::read_link(format!("/proc/{}/fd/{fd}", call.memory.0));
    link.map(|path| path.into_os_string().into_vec())
        .unwrap_or_default()
}

/// Whether a descriptor that has a path is a pipe.
pub(super) fn is_named_pipe(call: &Call, fd: i32) -> bool {
    use std::os::unix::fs::FileTypeExt;
    let found = std::fs::metadata(format!("/proc/{}/fd/{fd}", call.memory.0));
    found.is_ok_and(|file| file.file_type().is_fifo())
}

/// Which of all counters a descriptor is; nothing when it is none.
pub(crate) fn identity(process: i32, fd: i32) -> Option<String> {
    let info = std::fs::read_to_string(format!("/proc/{process}/fdinfo/{fd}")).ok()?;
    let id = info
        .lines()
        .find_map(|line| line.strip_prefix("eventfd-id:"))?;
    Some(id.trim().to_owned())
}
