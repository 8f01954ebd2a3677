//! What stands in the stand-ins: a quiet machine with 8 GiB of memory, half of them free.
//!
//! The formats are the kernel's (man 5 proc), because programs parse them.

use std::fmt::Write;

use super::Shown;
use crate::model::clock::{MONOTONIC_NS, WALL_NS};

/// As `sysinfo` tells it.
pub(crate) const MEMORY_BYTES: u64 = 8 << 30;
/// As `sysinfo` tells it.
pub(crate) const FREE_BYTES: u64 = 4 << 30;

const SECOND_NS: u64 = 1_000_000_000;
const KIB: u64 = 1024;
const PAGE_BYTES: u64 = 4096;

/// What each process has in memory, and what it has reserved.
const RESIDENT_BYTES: u64 = 20_000 * KIB;
const VIRTUAL_BYTES: u64 = 100_000 * KIB;

/// The processors, in thousands of what they tick in a second.
const KHZ: u64 = 2_000_000;

/// Nobody waits for anything.
pub(super) const PRESSURE: &str = "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n\
                                   full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";

/// Files of `/proc`.
pub(super) fn of_machine(parts: &[&str], shown: &Shown) -> Option<String> {
    let [name] = parts else {
        return None;
    };
    match *name {
        "meminfo" => Some(memory()),
        "stat" => Some(processor_times(shown.cpus)),
        "uptime" => {
            let seconds = shown.monotonic_ns / SECOND_NS;
            let hundredths = shown.monotonic_ns % SECOND_NS / 10_000_000;
            let idle = seconds * u64::from(shown.cpus.max(1));
            Some(format!("{seconds}.{hundredths:02} {idle}.00\n"))
        }
        "loadavg" => Some(format!("0.00 0.00 0.00 1/100 {}\n", shown.process)),
        "cpuinfo" => Some(
            (0..shown.cpus.max(1))
                .map(|cpu| processor(cpu, shown.cpus))
                .collect(),
        ),
        "vmstat" => Some(virtual_memory()),
        _ => None,
    }
}

/// Files of `/proc/sys`.
pub(super) fn of_kernel(parts: &[&str]) -> Option<String> {
    let text = match parts {
        ["kernel", "random", "boot_id"] => "00000000-0000-4000-8000-000000000000\n",
        ["kernel", "random", "entropy_avail"] => "256\n",
        ["fs", "file-nr"] => "1000\t0\t1000000\n",
        _ => return None,
    };
    Some(text.to_owned())
}

fn memory() -> String {
    let (total, free) = (MEMORY_BYTES / KIB, FREE_BYTES / KIB);
    let lines = [
        ("MemTotal", total),
        ("MemFree", free),
        ("MemAvailable", free),
        ("Buffers", 0),
        ("Cached", 0),
        ("SwapCached", 0),
        ("Active", total - free),
        ("Inactive", 0),
        ("Active(anon)", total - free),
        ("Inactive(anon)", 0),
        ("Active(file)", 0),
        ("Inactive(file)", 0),
        ("Unevictable", 0),
        ("Mlocked", 0),
        ("SwapTotal", 0),
        ("SwapFree", 0),
        ("Dirty", 0),
        ("Writeback", 0),
        ("AnonPages", total - free),
        ("Mapped", 0),
        ("Shmem", 0),
        ("KReclaimable", 0),
        ("Slab", 0),
        ("SReclaimable", 0),
        ("SUnreclaim", 0),
        ("KernelStack", 0),
        ("PageTables", 0),
        ("CommitLimit", total / 2),
        ("Committed_AS", total - free),
        ("VmallocTotal", (1 << 35) - 1),
        ("VmallocUsed", 0),
        ("VmallocChunk", 0),
    ];
    let mut text = String::new();
    for (name, kib) in lines {
        let _infallible = writeln!(text, "{:<16}{kib:>8} kB", format!("{name}:"));
    }
    text.push_str(
        "HugePages_Total:       0\nHugePages_Free:        0\nHugePages_Rsvd:        0\n\
         HugePages_Surp:        0\nHugepagesize:       2048 kB\nHugetlb:               0 kB\n",
    );
    text
}

/// Each processor has been idle for the whole time before the world began.
fn processor_times(cpus: u32) -> String {
    let cpus = cpus.max(1);
    let idle = MONOTONIC_NS / SECOND_NS * 100;
    let all = idle * u64::from(cpus);
    let mut text = format!("cpu  0 0 0 {all} 0 0 0 0 0 0\n");
    for cpu in 0..cpus {
        let _infallible = writeln!(text, "cpu{cpu} 0 0 0 {idle} 0 0 0 0 0 0");
    }
    let booted = (WALL_NS - MONOTONIC_NS) / SECOND_NS;
    let _infallible = write!(
        text,
        "intr 0\nctxt 0\nbtime {booted}\nprocesses 100\nprocs_running 1\nprocs_blocked 0\n\
         softirq 0 0 0 0 0 0 0 0 0 0 0\n"
    );
    text
}

/// One entry of `/proc/cpuinfo`: what every processor of this family has.
fn processor(cpu: u32, cpus: u32) -> String {
    let cpus = cpus.max(1);
    let mhz = KHZ / 1000;
    format!(
        "processor\t: {cpu}\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\n\
         model name\t: Virtual processor\nstepping\t: 0\nmicrocode\t: 0x1\n\
         cpu MHz\t\t: {mhz}.000\ncache size\t: 1024 KB\nphysical id\t: 0\nsiblings\t: {cpus}\n\
         core id\t\t: {cpu}\ncpu cores\t: {cpus}\napicid\t\t: {cpu}\ninitial apicid\t: {cpu}\n\
         fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: 13\nwp\t\t: yes\n\
         flags\t\t: fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 \
         clflush mmx fxsr sse sse2 ht syscall nx rdtscp lm constant_tsc rep_good nopl cpuid pni \
         pclmulqdq ssse3 cx16 sse4_1 sse4_2 popcnt hypervisor lahf_lm\nbugs\t\t:\n\
         bogomips\t: {}.00\nclflush size\t: 64\ncache_alignment\t: 64\n\
         address sizes\t: 46 bits physical, 48 bits virtual\npower management:\n\n",
        2 * mhz
    )
}

fn virtual_memory() -> String {
    let free = FREE_BYTES / PAGE_BYTES;
    format!(
        "nr_free_pages {free}\nnr_inactive_anon 0\nnr_active_anon {}\nnr_inactive_file 0\n\
         nr_active_file 0\nnr_dirty 0\nnr_writeback 0\npgpgin 0\npgpgout 0\npswpin 0\npswpout 0\n\
         pgfault 0\npgmajfault 0\noom_kill 0\n",
        (MEMORY_BYTES - FREE_BYTES) / PAGE_BYTES
    )
}

/// Files below `/sys/devices/system/cpu`.
pub(super) fn of_processors(parts: &[&str], cpus: u32) -> Option<String> {
    match parts {
        ["online" | "possible" | "present"] if cpus <= 1 => Some("0\n".to_owned()),
        ["online" | "possible" | "present"] => Some(format!("0-{}\n", cpus - 1)),
        [_, "cpufreq", name] if name.ends_with("_freq") => Some(format!("{KHZ}\n")),
        _ => None,
    }
}

/// Files of a control group whose content moves; limits stay as they are.
pub(super) fn of_group(groups: &[&str], name: &str, shown: &Shown) -> Option<String> {
    let is_first_version = groups.first().is_some_and(|group| group.starts_with("cpu"));
    let text = match name {
        "memory.current"
        | "memory.usage_in_bytes"
        | "memory.peak"
        | "memory.max_usage_in_bytes" => format!("{RESIDENT_BYTES}\n"),
        "memory.swap.current" => "0\n".to_owned(),
        "memory.stat" => format!("anon {RESIDENT_BYTES}\nfile 0\nkernel 0\nshmem 0\n"),
        "cpu.stat" if is_first_version => "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n".into(),
        "cpu.stat" => "usage_usec 0\nuser_usec 0\nsystem_usec 0\nnr_periods 0\nnr_throttled 0\n\
                       throttled_usec 0\nnr_bursts 0\nburst_usec 0\n"
            .into(),
        "cpuacct.usage" | "cpuacct.usage_user" | "cpuacct.usage_sys" => "0\n".to_owned(),
        "cpuacct.usage_percpu" => "0 ".repeat(shown.cpus.max(1) as usize) + "\n",
        "cpuacct.stat" => "user 0\nsystem 0\n".to_owned(),
        "pids.current" => "1\n".to_owned(),
        "cpu.pressure" | "memory.pressure" | "io.pressure" => PRESSURE.to_owned(),
        _ => return None,
    };
    Some(text)
}

/// Files below `/proc/self`, or below the directory of another process or thread.
pub(super) fn of_process(name: &str, id: i32, shown: &Shown) -> Option<String> {
    let resident = RESIDENT_BYTES / PAGE_BYTES;
    let size = VIRTUAL_BYTES / PAGE_BYTES;
    let text = match name {
        "stat" => one_line(id, shown),
        "status" => status(id, shown),
        "statm" => format!("{size} {resident} 500 100 0 {resident} 0\n"),
        "schedstat" => "0 0 1\n".to_owned(),
        "sched" => format!(
            "node ({id}, #threads: 1)\n{}\n\
             se.exec_start                                :             0.000000\n\
             se.vruntime                                  :             0.000000\n\
             se.sum_exec_runtime                          :             0.000000\n\
             nr_switches                                  :                    0\n\
             nr_voluntary_switches                        :                    0\n\
             nr_involuntary_switches                      :                    0\n",
            "-".repeat(67)
        ),
        "io" => "rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\n\
                 cancelled_write_bytes: 0\n"
            .to_owned(),
        _ => return None,
    };
    Some(text)
}

/// The fifty-two fields of `/proc/PID/stat`. Addresses are 0, as for readers without privilege.
fn one_line(id: i32, shown: &Shown) -> String {
    let parent = if id == shown.process || id == shown.thread {
        shown.parent
    } else {
        1
    };
    let session = shown.process;
    let started = MONOTONIC_NS / SECOND_NS * 100;
    let resident = RESIDENT_BYTES / PAGE_BYTES;
    format!(
        "{id} (node) R {parent} {session} {session} 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 \
         {started} {VIRTUAL_BYTES} {resident} 18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 \
         0 0 0 0 0 0 0 0 0 0 0 0\n"
    )
}

fn status(id: i32, shown: &Shown) -> String {
    let parent = if id == shown.process || id == shown.thread {
        shown.parent
    } else {
        1
    };
    let group = if id == shown.thread {
        shown.process
    } else {
        id
    };
    let (size, resident) = (VIRTUAL_BYTES / KIB, RESIDENT_BYTES / KIB);
    let cpus = shown.cpus.clamp(1, 64);
    let mask = u64::MAX >> (64 - cpus);
    let list = if cpus == 1 {
        "0".to_owned()
    } else {
        format!("0-{}", cpus - 1)
    };
    let none = "0".repeat(16);
    format!(
        "Name:\tnode\nUmask:\t0022\nState:\tR (running)\nTgid:\t{group}\nNgid:\t0\nPid:\t{id}\n\
         PPid:\t{parent}\nTracerPid:\t0\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t64\n\
         Groups:\t \nVmPeak:\t{size:>8} kB\nVmSize:\t{size:>8} kB\nVmLck:\t       0 kB\n\
         VmPin:\t       0 kB\nVmHWM:\t{resident:>8} kB\nVmRSS:\t{resident:>8} kB\n\
         RssAnon:\t{resident:>8} kB\nRssFile:\t       0 kB\nRssShmem:\t       0 kB\n\
         VmData:\t{resident:>8} kB\nVmStk:\t     132 kB\nVmExe:\t    2000 kB\nVmLib:\t    2000 kB\n\
         VmPTE:\t     100 kB\nVmSwap:\t       0 kB\nThreads:\t1\nSigQ:\t0/30000\n\
         SigPnd:\t{none}\nShdPnd:\t{none}\nSigBlk:\t{none}\nSigIgn:\t{none}\nSigCgt:\t{none}\n\
         NoNewPrivs:\t1\nSeccomp:\t0\nCpus_allowed:\t{mask:x}\nCpus_allowed_list:\t{list}\n\
         Mems_allowed:\t1\nMems_allowed_list:\t0\nvoluntary_ctxt_switches:\t0\n\
         nonvoluntary_ctxt_switches:\t0\n"
    )
}
