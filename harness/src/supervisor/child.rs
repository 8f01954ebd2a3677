//! What happens in a new process between fork and exec. The one place of the harness with unsafe
//! code.
#![expect(
    unsafe_code,
    reason = "code that runs between fork and exec cannot be safe Rust"
)]

use nix::sys::signal::{SigHandler, Signal, signal};
use nix::unistd::{Pid, getpid, setsid};
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// A harness that ignores these (under `nohup`, say) must not make its nodes ignore them.
const DEFAULTED: [Signal; 6] = [
    Signal::SIGHUP,
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTERM,
    Signal::SIGPIPE,
    Signal::SIGCHLD,
];

/// Gives the process a session of its own, default signals, and, on Linux, death together with
/// the thread that spawned it. Therefore spawn from a thread that lives as long as the run.
pub(super) fn prepare(command: &mut Command) {
    let harness = getpid();
    // SAFETY: `settle` makes system calls only (setsid, sigaction, prctl, getppid), which are
    // async-signal-safe; it takes no lock and allocates nothing, on errors neither.
    unsafe {
        command.pre_exec(move || settle(harness));
    }
}

fn settle(harness: Pid) -> io::Result<()> {
    setsid()?;
    for number in DEFAULTED {
        // SAFETY: the default disposition is no handler, so there is no handler to be unsound.
        unsafe { signal(number, SigHandler::SigDfl) }?;
    }
    die_with(harness)
}

#[cfg(target_os = "linux")]
fn die_with(harness: Pid) -> io::Result<()> {
    nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
    // The harness may have died before the line above.
    if nix::unistd::getppid() == harness {
        Ok(())
    } else {
        Err(nix::errno::Errno::ESRCH.into())
    }
}

/// Elsewhere there is no such request; a node notices the end of its stdin.
#[cfg(not(target_os = "linux"))]
fn die_with(_harness: Pid) -> io::Result<()> {
    Ok(())
}
