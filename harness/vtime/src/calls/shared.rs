//! Names of shared memory and semaphores (`shm_open`, `sem_open`): each node has its own.
//!
//! They are files of `/dev/shm`, where those of a program that was killed stay, and the next run
//! with the same seed would choose the same names. A node's stand in its directory instead.

use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use super::Call;
use crate::image::page;
use crate::raw::trace::set_registers;
use crate::world::World;
use crate::world::table::Amend;

const SHARED: &str = "/dev/shm";

/// Below a node's directory; a program that lists its directory shall not wonder.
const OWN: &str = ".shm";

/// Where the arguments of a call are that are paths.
fn paths_of(call: i64) -> &'static [usize] {
    match call {
        libc::SYS_open | libc::SYS_stat | libc::SYS_lstat | libc::SYS_access | libc::SYS_unlink => {
            &[0]
        }
        libc::SYS_openat
        | libc::SYS_newfstatat
        | libc::SYS_statx
        | libc::SYS_faccessat
        | libc::SYS_faccessat2
        | libc::SYS_unlinkat => &[1],
        libc::SYS_link | libc::SYS_rename => &[0, 1],
        libc::SYS_linkat | libc::SYS_renameat | libc::SYS_renameat2 => &[1, 3],
        _ => &[],
    }
}

/// Makes the call mean the node's own files; what is to be put right afterwards, if it did not.
pub(super) fn moved(world: &World, call: &Call) -> Option<Amend> {
    world.process_of(call.thread).page?;
    let own = &world.nodes[world.node_of(call.thread)].directory;
    let mut registers = world.thread(call.thread).registers;
    let mut amend = Amend::default();
    let mut at = page::SCRATCH;
    for &index in paths_of(call.number) {
        let path = call.memory.text(call.args[index])?;
        let Ok(rest) = Path::new(OsStr::from_bytes(&path)).strip_prefix(SHARED) else {
            continue;
        };
        let directory = own.join(OWN);
        // Where that fails, so does the call.
        let _made = std::fs::create_dir_all(&directory);
        let mut text = directory.join(rest).into_os_string().into_vec();
        text.push(0);
        if text.len() > 1024 || !call.memory.write(at, &text) {
            return None;
        }
        registers.set_arg(index, at);
        amend.args[index] = Some(call.args[index]);
        at += 1024;
    }
    if amend.args == [None; 6] {
        return None;
    }
    set_registers(call.memory.0, &registers);
    Some(amend)
}
