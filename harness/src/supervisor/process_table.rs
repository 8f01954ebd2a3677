//! Who is whose child on this machine, from `/proc`. Elsewhere than on Linux the table is empty.

use nix::unistd::Pid;
use std::collections::BTreeMap;
use std::fs;

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: Pid,
    pub(super) parent: Pid,
    pub(super) group: Pid,
    pub(super) session: Pid,
    /// `Z` is a zombie, `T` is stopped.
    pub(super) state: char,
    /// Clock ticks since boot. Process id and start together name a process for good.
    pub(super) start_ticks: u64,
}

impl Process {
    /// Reads `/proc/PID/stat`.
    pub(super) fn read(pid: Pid) -> Option<Self> {
        parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// Whether the process is still there, and not another one with its id.
    pub(super) fn is_current(&self) -> bool {
        Self::read(self.pid).is_some_and(|process| process.start_ticks == self.start_ticks)
    }

    /// Whether the process was started with `variable` (`NAME=value`) in its environment.
    pub(super) fn has_in_environment(&self, variable: &str) -> bool {
        fs::read(format!("/proc/{}/environ", self.pid)).is_ok_and(|environment| {
            environment
                .split(|byte| *byte == 0)
                .any(|entry| entry == variable.as_bytes())
        })
    }
}

/// All processes at one moment.
#[derive(Default)]
pub(super) struct ProcessTable {
    children: BTreeMap<Pid, Vec<Process>>,
}

impl ProcessTable {
    /// Reads all of `/proc`. (`/proc/PID/task/TID/children` would be less to read, but not every
    /// kernel has it.)
    pub(super) fn read() -> Self {
        let mut children: BTreeMap<Pid, Vec<Process>> = BTreeMap::new();
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        for process in pids.map(Pid::from_raw).filter_map(Process::read) {
            children.entry(process.parent).or_default().push(process);
        }
        Self { children }
    }

    /// The children of `pid`.
    pub(super) fn children(&self, pid: Pid) -> &[Process] {
        self.children.get(&pid).map_or(&[], Vec::as_slice)
    }

    /// The children of `pid`, their children, and so on.
    pub(super) fn descendants(&self, pid: Pid) -> Vec<Process> {
        let mut found = self.children(pid).to_vec();
        let mut next = 0;
        while let Some(process) = found.get(next) {
            found.extend_from_slice(self.children(process.pid));
            next += 1;
        }
        found
    }
}

/// The line is `pid (name) state parent group session ...`; the name may contain anything.
fn parse_stat(line: &str) -> Option<Process> {
    let (pid, rest) = line.split_once(" (")?;
    let (_name, rest) = rest.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let pid_field = |index: usize| fields.get(index)?.parse().ok().map(Pid::from_raw);
    Some(Process {
        pid: Pid::from_raw(pid.parse().ok()?),
        state: fields.first()?.chars().next()?,
        parent: pid_field(1)?,
        group: pid_field(2)?,
        session: pid_field(3)?,
        start_ticks: fields.get(19)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_brackets_does_not_confuse_the_reader() {
        let line = "12 (a ) (b) S 3 4 5 0 -1 4194304 101 0 0 0 0 0 0 0 20 0 1 0 135606 2998272 357";
        let process = parse_stat(line).unwrap();
        assert_eq!(process.pid, Pid::from_raw(12));
        assert_eq!(process.parent, Pid::from_raw(3));
        assert_eq!(process.group, Pid::from_raw(4));
        assert_eq!(process.session, Pid::from_raw(5));
        assert_eq!((process.state, process.start_ticks), ('S', 135_606));
    }
}
