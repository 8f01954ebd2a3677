//! A node's process and all the processes it started: signalled, killed and reaped together.
//!
//! A process belongs to a node if it
//! - is in the session or process group of the node's first process (the leader), or
//! - descends from the leader or from another member, or
//! - was left by its parent, came to the harness (the harness is a child subreaper), and carries
//!   the node's mark in its environment. The mark is unique among all supervisors of all harnesses,
//!   so that one never kills another's processes.
//!
//! What escapes: a process that leaves the session, is abandoned by its parent and was executed
//! with an emptied environment. It would have to try. A daemon that ends by itself, unseen by any
//! sweep, stays as a zombie until the harness ends: a zombie has no environment to look at.
//!
//! If the harness itself is killed by SIGKILL, nobody sweeps. Leaders then die with it (`child`),
//! and their children see the end of their stdin.

#![expect(
    clippy::disallowed_methods,
    reason = "the processes of others send no event when they are gone"
)]

use super::census::Census;
use super::process_table::{Process, ProcessTable};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::{Pid, getpid};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// The environment variable that marks the processes of a node.
pub(super) const MARK: &str = "SPLITBRAIN_NODE";

/// A process that cannot be killed (stuck in the kernel) is given up after so long.
const GIVE_UP: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// The processes of one incarnation.
#[derive(Debug)]
pub(super) struct Family {
    leader: Pid,
    leader_start_ticks: u64,
    /// The leader's exit was collected: its process id may be given to somebody else.
    leader_reaped: bool,
    mark: String,
    /// Killed by us, by process id and start; they stay members when their marks can no longer be
    /// read because they are zombies.
    condemned: BTreeSet<(Pid, u64)>,
}

impl Family {
    /// `mark` is the whole entry, `NAME=value`. Call it right after the leader was spawned.
    pub(super) fn new(leader: Pid, mark: String) -> Self {
        let leader_start_ticks = Process::read(leader).map_or(0, |process| process.start_ticks);
        Self {
            leader,
            leader_start_ticks,
            leader_reaped: false,
            mark,
            condemned: BTreeSet::new(),
        }
    }

    /// From now on the leader's process id means nothing.
    pub(super) fn leader_was_reaped(&mut self) {
        self.leader_reaped = true;
    }

    /// The leader, while its process id means it, and every member in `table`.
    pub(super) fn processes(&self, table: &ProcessTable) -> Vec<Pid> {
        let leader = (!self.leader_reaped).then_some(self.leader);
        let members = self.members(table).into_iter();
        leader
            .into_iter()
            .chain(members.map(|member| member.pid))
            .collect()
    }

    /// Sends a signal to the leader's process group.
    pub(super) fn signal_group(&self, signal: Signal) {
        if !self.leader_reaped {
            // It fails if all of them are zombies, which is what a signal would have come to.
            let _ = killpg(self.leader, signal);
        }
    }

    /// Kills the leader and every member in `table`, and reaps the dead ones that are ours to reap;
    /// true when there was none but, perhaps, the leader.
    pub(super) fn sweep(&mut self, table: &ProcessTable) -> bool {
        let members = self.members(table);
        self.signal_group(Signal::SIGKILL);
        for member in &members {
            self.condemned.insert((member.pid, member.start_ticks));
            if member.state == 'Z' && member.parent == getpid() {
                let _ = waitpid(member.pid, Some(WaitPidFlag::WNOHANG));
            } else if member.is_current() {
                let _ = kill(member.pid, Signal::SIGKILL);
            }
        }
        members.is_empty()
    }

    /// Sweeps until nothing is left. Blocks; for the moments when nobody will wait for a future.
    pub(super) fn sweep_blocking(&mut self) {
        let deadline = Instant::now() + GIVE_UP;
        while !(self.sweep(&ProcessTable::read()) && self.leader_is_dead())
            && Instant::now() < deadline
        {
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    fn leader_is_dead(&self) -> bool {
        self.leader_reaped
            || match kill(self.leader, None) {
                Err(Errno::ESRCH) => true,
                _ => Process::read(self.leader).is_none_or(|leader| leader.state == 'Z'),
            }
    }

    /// All but the leader.
    fn members(&self, table: &ProcessTable) -> Vec<Process> {
        let in_use_again = table
            .children(getpid())
            .iter()
            .any(|child| self.is_impostor(child));
        let mut members = match self.leader_reaped {
            true => Vec::new(),
            false => table.descendants(self.leader),
        };
        for child in table.children(getpid()) {
            if child.pid != self.leader && self.adopted(child, !in_use_again) {
                members.push(*child);
                members.extend(table.descendants(child.pid));
            }
        }
        members
    }

    /// Whether a child of the harness, not the leader, is one of this family.
    fn adopted(&self, child: &Process, leader_id_is_ours: bool) -> bool {
        self.condemned.contains(&(child.pid, child.start_ticks))
            || (leader_id_is_ours && (child.session == self.leader || child.group == self.leader))
            || child.has_in_environment(&self.mark)
    }

    /// Another process that was given the leader's process id.
    fn is_impostor(&self, process: &Process) -> bool {
        process.pid == self.leader && process.start_ticks != self.leader_start_ticks
    }
}

/// Calls `sweep` with new tables until nothing is left, without holding the runtime.
pub(super) async fn sweep_until_gone(
    census: &Census,
    mut sweep: impl FnMut(&ProcessTable) -> bool,
) {
    let deadline = Instant::now() + GIVE_UP;
    while !sweep(&*census.take().await) && Instant::now() < deadline {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Makes orphaned descendants children of this process, so that they can be found and reaped.
#[cfg(target_os = "linux")]
pub(super) fn adopt_orphans() -> nix::Result<()> {
    nix::sys::prctl::set_child_subreaper(true)
}

/// Elsewhere orphans go to init, and only process groups can be killed.
#[cfg(not(target_os = "linux"))]
pub(super) fn adopt_orphans() -> nix::Result<()> {
    Ok(())
}
