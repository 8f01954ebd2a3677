//! Contents are read here as programs read them.

use proptest::prelude::*;

use super::contents::{FREE_BYTES, MEMORY_BYTES};
use super::*;

const SHOWN: Shown = Shown {
    cpus: 4,
    monotonic_ns: 1_002_340_000_000,
    process: 10_000,
    parent: 1,
    thread: 10_003,
};

/// Ids from 10 000 to 10 009 stand for real ones.
fn to_real(shown: i32) -> Option<i32> {
    (10_000..10_010).contains(&shown).then_some(shown - 9_300)
}

fn of(path: &str) -> StandIn {
    stand_in(path.as_bytes(), &SHOWN, to_real)
}

fn content(path: &str) -> String {
    match of(path) {
        StandIn::Content(bytes) => String::from_utf8(bytes).expect("text"),
        other => panic!("{path}: {other:?}"),
    }
}

fn path(text: &str) -> StandIn {
    StandIn::Path(text.as_bytes().to_vec())
}

#[test]
fn memory_is_what_sysinfo_says() {
    let text = content("/proc/meminfo");
    let bytes = |name: &str| {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .expect("a line");
        let kib = line.trim().strip_suffix(" kB").expect("a unit");
        kib.parse::<u64>().expect("a number") * 1024
    };
    assert_eq!(
        (bytes("MemTotal:"), bytes("MemFree:")),
        (MEMORY_BYTES, FREE_BYTES)
    );
    assert_eq!(bytes("MemAvailable:"), FREE_BYTES);
    assert!(text.starts_with("MemTotal:        8388608 kB\nMemFree:         4194304 kB\n"));
}

#[test]
fn processors_are_as_many_as_are_visible() {
    for name in ["online", "possible", "present"] {
        assert_eq!(content(&format!("/sys/devices/system/cpu/{name}")), "0-3\n");
    }
    let numbered = |line: &&str| line.starts_with("cpu") && !line.starts_with("cpu ");
    assert_eq!(content("/proc/stat").lines().filter(numbered).count(), 4);
    let info = content("/proc/cpuinfo");
    assert_eq!(
        info.lines()
            .filter(|line| line.starts_with("processor\t: "))
            .count(),
        4
    );
    let one = Shown { cpus: 1, ..SHOWN };
    let online = stand_in(b"/sys/devices/system/cpu/online", &one, to_real);
    assert_eq!(online, StandIn::Content(b"0\n".to_vec()));
    assert_eq!(
        content("/sys/devices/system/cpu/cpu2/cpufreq/scaling_cur_freq"),
        "2000000\n"
    );
}

#[test]
fn the_machine_is_quiet_and_its_clock_is_the_virtual_one() {
    assert_eq!(content("/proc/uptime"), "1002.34 4008.00\n");
    assert_eq!(content("/proc/loadavg"), "0.00 0.00 0.00 1/100 10000\n");
    assert!(content("/proc/stat").contains("\nbtime 1704066200\n"));
    assert!(content("/proc/stat").starts_with("cpu  0 0 0 400000 0 0 0 0 0 0\ncpu0 0 0 0 100000 "));
    assert!(content("/proc/vmstat").contains("\npswpin 0\n"));
    for name in ["cpu", "memory", "io"] {
        assert!(content(&format!("/proc/pressure/{name}")).starts_with("some avg10=0.00 "));
    }
}

#[test]
fn a_process_sees_its_virtual_ids() {
    let stat = content("/proc/self/stat");
    assert!(stat.starts_with("10000 (node) R 1 10000 10000 0 -1 "));
    let fields: Vec<&str> = stat.trim_end().split(' ').collect();
    assert_eq!(fields.len(), 52);
    assert_eq!((fields[19], fields[21]), ("1", "100000"));
    assert_eq!((fields[22], fields[23]), ("102400000", "5000"));
    let status = content("/proc/self/status");
    assert!(status.contains("\nTgid:\t10000\nNgid:\t0\nPid:\t10000\nPPid:\t1\n"));
    assert!(status.contains("\nVmRSS:\t   20000 kB\n"));
    assert!(status.contains("\nCpus_allowed:\tf\nCpus_allowed_list:\t0-3\n"));
    assert_eq!(content("/proc/self/statm"), "25000 5000 500 100 0 5000 0\n");
    assert_eq!(content("/proc/self/schedstat"), "0 0 1\n");
    assert!(content("/proc/self/sched").starts_with("node (10000, #threads: 1)\n"));
    assert!(content("/proc/self/io").starts_with("rchar: 0\nwchar: 0\n"));
}

#[test]
fn threads_and_other_processes_have_theirs() {
    assert!(content("/proc/10005/stat").starts_with("10005 (node) R 1 "));
    assert!(content("/proc/self/task/10003/stat").starts_with("10003 (node) "));
    assert!(content("/proc/10000/task/10003/schedstat").starts_with("0 0 "));
    let status = content("/proc/thread-self/status");
    assert!(status.contains("\nTgid:\t10000\nNgid:\t0\nPid:\t10003\n"));
}

#[test]
fn ids_in_paths_are_replaced_by_the_real_ones() {
    assert_eq!(of("/proc/10000/maps"), path("/proc/700/maps"));
    assert_eq!(of("/proc/10000"), path("/proc/700"));
    assert_eq!(
        of("/proc/self/task/10003/comm"),
        path("/proc/self/task/703/comm")
    );
    assert_eq!(
        of("/proc/10000/task/10003/comm"),
        path("/proc/700/task/703/comm")
    );
    assert_eq!(of("/proc/10002/fd/3"), path("/proc/702/fd/3"));
}

#[test]
fn all_else_is_kept() {
    for path in [
        "/proc/self/maps",
        "/proc/self/exe",
        "/proc/self/task",
        "/proc/thread-self/comm",
        "/proc/1/maps",
        "/proc/1/stat",
        "/proc/20000/maps",
        "/proc/self/task/1/comm",
        "/proc/version",
        "/proc/sys/vm/overcommit_memory",
        "/proc",
        "/proc/",
        "/sys/kernel/mm/transparent_hugepage/enabled",
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/cpu/cpu.cfs_quota_us",
        "/sys/devices/system/cpu/cpu0/topology/core_id",
        "/procedure/meminfo",
        "/etc/hosts",
        "",
    ] {
        assert_eq!(of(path), StandIn::Keep, "{path}");
    }
    assert_eq!(stand_in(b"/proc/\xff", &SHOWN, to_real), StandIn::Keep);
}

#[test]
fn groups_hide_what_moves() {
    assert_eq!(content("/sys/fs/cgroup/memory.current"), "20480000\n");
    assert_eq!(
        content("/sys/fs/cgroup/memory/a/b/memory.usage_in_bytes"),
        "20480000\n"
    );
    assert!(content("/sys/fs/cgroup/a/cpu.stat").starts_with("usage_usec 0\n"));
    assert!(content("/sys/fs/cgroup/cpu,cpuacct/cpu.stat").starts_with("nr_periods 0\n"));
    assert_eq!(content("/sys/fs/cgroup/cpuacct/cpuacct.usage"), "0\n");
    assert_eq!(
        content("/sys/fs/cgroup/cpuacct/cpuacct.usage_percpu"),
        "0 0 0 0 \n"
    );
}

#[test]
fn chance_in_files_is_not_the_machines() {
    assert_eq!(of("/proc/sys/kernel/random/uuid"), StandIn::Uuid);
    assert_eq!(content("/proc/sys/kernel/random/boot_id").len(), 37);
}

proptest! {
    #[test]
    fn no_path_is_too_strange(
        parts in prop::collection::vec(
            prop_oneof![
                Just("proc".to_owned()), Just("self".to_owned()), Just("task".to_owned()),
                Just("stat".to_owned()), Just("10003".to_owned()), "[a-z0-9.é-]{0,4}",
            ],
            0..6,
        ),
        cpus in 0u32..200,
    ) {
        let path = format!("/{}", parts.join("/"));
        let found = stand_in(path.as_bytes(), &Shown { cpus, ..SHOWN }, to_real);
        if let StandIn::Path(bytes) = found {
            prop_assert!(bytes.starts_with(b"/proc/"));
        }
    }
}
