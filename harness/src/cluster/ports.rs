//! Ports that belong to one cluster, however many run on the machine.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Below the range from which systems choose ports for outgoing connections.
const RANGE: std::ops::Range<u16> = 12_000..32_000;

/// Ports that nobody else uses as long as this lives: each is locked by a file of its own.
#[derive(Debug)]
pub(super) struct Ports {
    pub(super) numbers: Vec<u16>,
    _locks: Vec<File>,
}

impl Ports {
    /// Takes so many free ports.
    pub(super) fn take(count: usize) -> io::Result<Self> {
        Self::take_in(&directory(), count)
    }

    fn take_in(directory: &Path, count: usize) -> io::Result<Self> {
        std::fs::create_dir_all(directory)?;
        // Others share it; whoever made it may let them.
        let _ = std::fs::set_permissions(directory, Permissions::from_mode(0o1777));
        let (mut numbers, mut locks) = (Vec::new(), Vec::new());
        // Processes begin at different places, so that they seldom try the same port.
        let length = RANGE.end - RANGE.start;
        let first = (std::process::id().wrapping_mul(97) % u32::from(length)) as u16;
        for offset in 0..length {
            if numbers.len() == count {
                break;
            }
            let port = RANGE.start + (first + offset) % length;
            if let Some(lock) = lock(&directory.join(port.to_string()))
                && is_free(port)
            {
                numbers.push(port);
                locks.push(lock);
            }
        }
        if numbers.len() < count {
            return Err(io::Error::new(
                io::ErrorKind::AddrInUse,
                format!("there are no {count} free ports in {RANGE:?}"),
            ));
        }
        Ok(Self {
            numbers,
            _locks: locks,
        })
    }
}

fn directory() -> PathBuf {
    std::env::temp_dir().join("splitbrain-ports")
}

/// The lock of a port, if nobody has it.
fn lock(path: &Path) -> Option<File> {
    let ours = OpenOptions::new().create(true).append(true).open(path);
    // A file of another user can be locked without writing to it.
    let file = ours.or_else(|_| File::open(path)).ok()?;
    file.try_lock().ok()?;
    Some(file)
}

/// Whether nobody listens there.
fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gets_a_port_twice_while_it_is_used() {
        let directory = tempfile::tempdir().expect("a directory");
        let taken: Vec<Ports> = (0..8)
            .map(|_| Ports::take_in(directory.path(), 4).expect("ports"))
            .collect();
        let mut numbers: Vec<u16> = taken
            .iter()
            .flat_map(|ports| ports.numbers.clone())
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 32);
        let first = taken[0].numbers.clone();
        drop(taken);
        let again = Ports::take_in(directory.path(), 4).expect("ports");
        assert_eq!(again.numbers, first, "they are given back");
    }

    #[test]
    fn a_port_on_which_somebody_listens_is_passed_over() {
        let directory = tempfile::tempdir().expect("a directory");
        let free = Ports::take_in(directory.path(), 1).expect("a port").numbers[0];
        let other = TcpListener::bind((Ipv4Addr::LOCALHOST, free)).expect("it was free");
        let next = Ports::take_in(directory.path(), 1).expect("a port").numbers[0];
        assert_ne!(next, free);
        drop(other);
    }
}
