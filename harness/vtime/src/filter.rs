//! Which system calls are trapped, as a seccomp program.
//!
//! Everything else runs at full speed. The list is linear: forty entries cost twenty nanoseconds.

use libc::sock_filter;

use crate::image::page;

const LOAD: u16 = 0x20;
const JUMP_EQUAL: u16 = 0x15;
const JUMP_AT_LEAST: u16 = 0x35;
const RETURN: u16 = 0x06;

const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const WHERE_LOW: u32 = 8;
const WHERE_HIGH: u32 = 12;
const SECOND_ARG: u32 = 24;
const THIRD_ARG: u32 = 32;

const X86_64: u32 = 0xc000_003e;
/// Numbers from here on belong to the x32 interface.
const X32: u32 = 0x4000_0000;

/// A write of so much may find less room in a pipe than it needs. Shorter ones are rarely so many
/// that they fill it; libraries write this much when they have collected enough.
const LONG_WRITE: u32 = 4096;

const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
const TRAP: u32 = libc::SECCOMP_RET_TRACE;
const NOT_THERE: u32 = libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32;
/// The result is 0, and nothing is done.
const DONE: u32 = libc::SECCOMP_RET_ERRNO;
const DIE: u32 = libc::SECCOMP_RET_KILL_PROCESS;

/// Calls that look as if this kernel did not have them; programs have another way for each.
const ABSENT: &[i64] = &[
    // Its arguments stand in memory that can change; clone has them in registers.
    libc::SYS_clone3,
    // Work is done by kernel threads that nobody schedules.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    // Shows the processor's number in memory.
    libc::SYS_rseq,
    libc::SYS_futex_waitv,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
];

/// Calls that bring data from the kernel to the disk. A killed program leaves the kernel its data,
/// so nobody sees whether that was done; and how long a disk takes differs from run to run.
const UNNEEDED: &[i64] = &[
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_sync_file_range,
    libc::SYS_msync,
    libc::SYS_sync,
    libc::SYS_syncfs,
];

/// Calls that are looked at before they are made, the most frequent ones first.
const TRAPPED: &[i64] = &[
    libc::SYS_futex,
    libc::SYS_read,
    libc::SYS_epoll_wait,
    libc::SYS_epoll_pwait,
    libc::SYS_poll,
    libc::SYS_clock_gettime,
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    libc::SYS_sched_yield,
    libc::SYS_openat,
    libc::SYS_open,
    libc::SYS_readlink,
    libc::SYS_readlinkat,
    libc::SYS_ppoll,
    libc::SYS_select,
    libc::SYS_pselect6,
    libc::SYS_epoll_pwait2,
    libc::SYS_readv,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_gettimeofday,
    libc::SYS_time,
    libc::SYS_clock_getres,
    libc::SYS_getrandom,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_gettid,
    libc::SYS_set_tid_address,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_tgkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_pidfd_send_signal,
    libc::SYS_signalfd,
    libc::SYS_signalfd4,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigsuspend,
    libc::SYS_rt_sigtimedwait,
    libc::SYS_pause,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_wait4,
    libc::SYS_waitid,
    libc::SYS_timerfd_create,
    libc::SYS_timerfd_settime,
    libc::SYS_timerfd_gettime,
    libc::SYS_timer_create,
    libc::SYS_timer_settime,
    libc::SYS_timer_gettime,
    libc::SYS_timer_getoverrun,
    libc::SYS_timer_delete,
    libc::SYS_setitimer,
    libc::SYS_getitimer,
    libc::SYS_alarm,
    libc::SYS_getrusage,
    libc::SYS_times,
    libc::SYS_sysinfo,
    libc::SYS_getcpu,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_setaffinity,
    libc::SYS_sched_getscheduler,
    libc::SYS_sched_setscheduler,
    libc::SYS_sched_getparam,
    libc::SYS_sched_setparam,
    libc::SYS_sched_getattr,
    libc::SYS_sched_setattr,
    libc::SYS_sched_rr_get_interval,
    libc::SYS_prlimit64,
    libc::SYS_getpriority,
    libc::SYS_setpriority,
    libc::SYS_getpgid,
    libc::SYS_getpgrp,
    libc::SYS_getsid,
    libc::SYS_setpgid,
    libc::SYS_setsid,
    libc::SYS_pidfd_open,
    libc::SYS_socket,
    libc::SYS_newfstatat,
    libc::SYS_fstat,
    libc::SYS_statx,
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_statfs,
    libc::SYS_fstatfs,
    libc::SYS_access,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_link,
    libc::SYS_linkat,
    libc::SYS_unlink,
    libc::SYS_unlinkat,
    libc::SYS_rename,
    libc::SYS_renameat,
    libc::SYS_renameat2,
    libc::SYS_flock,
    libc::SYS_msgrcv,
    libc::SYS_msgsnd,
    libc::SYS_mq_timedsend,
    libc::SYS_mq_timedreceive,
    libc::SYS_semop,
    libc::SYS_semtimedop,
];

/// Whether a call is trapped, whatever its arguments.
pub(crate) fn traps(call: i64) -> bool {
    TRAPPED.contains(&call)
}

/// The program for all nodes.
pub(crate) fn program() -> Vec<sock_filter> {
    let mut code = vec![
        step(LOAD, ARCHITECTURE),
        jump(JUMP_EQUAL, X86_64, 1, 0),
        step(RETURN, DIE),
        step(LOAD, NUMBER),
        jump(JUMP_AT_LEAST, X32, 0, 1),
        step(RETURN, NOT_THERE),
    ];
    // Calls of ours, made by the program itself.
    code.extend([
        step(LOAD, WHERE_LOW),
        jump(JUMP_EQUAL, page::AFTER_FREE_CALL, 0, 3),
        step(LOAD, WHERE_HIGH),
        jump(JUMP_EQUAL, 0, 0, 1),
        step(RETURN, ALLOW),
        step(LOAD, NUMBER),
    ]);
    for (calls, answer) in [(TRAPPED, TRAP), (ABSENT, NOT_THERE), (UNNEEDED, DONE)] {
        for &call in calls {
            code.push(jump(JUMP_EQUAL, call as u32, 0, 1));
            code.push(step(RETURN, answer));
        }
    }
    // Waiting for a lock of a file.
    code.extend([
        jump(JUMP_EQUAL, libc::SYS_fcntl as u32, 0, 4),
        step(LOAD, SECOND_ARG),
        jump(JUMP_EQUAL, libc::F_SETLKW as u32, 1, 0),
        jump(JUMP_EQUAL, libc::F_OFD_SETLKW as u32, 0, 1),
        step(RETURN, TRAP),
        step(LOAD, NUMBER),
    ]);
    code.extend([
        jump(JUMP_EQUAL, libc::SYS_write as u32, 0, 3),
        step(LOAD, THIRD_ARG),
        jump(JUMP_AT_LEAST, LONG_WRITE, 0, 1),
        step(RETURN, TRAP),
        step(RETURN, ALLOW),
    ]);
    code
}

fn step(code: u16, k: u32) -> sock_filter {
    jump(code, k, 0, 0)
}

fn jump(code: u16, k: u32, jt: u8, jf: u8) -> sock_filter {
    sock_filter { code, jt, jf, k }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the kernel would do with the program.
    fn decide(architecture: u32, call: i64, args: [u64; 6]) -> u32 {
        decide_at(0x7fff_f7d0_0000, architecture, call, args)
    }

    fn decide_at(place: u64, architecture: u32, call: i64, args: [u64; 6]) -> u32 {
        let mut data = [0u8; 64];
        data[8..16].copy_from_slice(&place.to_le_bytes());
        data[0..4].copy_from_slice(&(call as u32).to_le_bytes());
        data[4..8].copy_from_slice(&architecture.to_le_bytes());
        for (i, arg) in args.iter().enumerate() {
            data[16 + 8 * i..24 + 8 * i].copy_from_slice(&arg.to_le_bytes());
        }
        let (code, mut at, mut value) = (program(), 0, 0u32);
        loop {
            let sock_filter {
                code: op,
                jt,
                jf,
                k,
            } = code[at];
            at += 1;
            let holds = match op {
                LOAD => {
                    let k = k as usize;
                    value = u32::from_le_bytes(data[k..k + 4].try_into().expect("four bytes"));
                    continue;
                }
                RETURN => return k,
                JUMP_EQUAL => value == k,
                JUMP_AT_LEAST => value >= k,
                _ => panic!("an instruction that is not used here"),
            };
            at += usize::from(if holds { jt } else { jf });
        }
    }

    #[test]
    fn calls_are_trapped_allowed_or_absent() {
        let none = [0; 6];
        assert_eq!(decide(X86_64, libc::SYS_futex, none), TRAP);
        assert_eq!(decide(X86_64, libc::SYS_socket, none), TRAP);
        assert_eq!(decide(X86_64, libc::SYS_mmap, none), ALLOW);
        assert_eq!(decide(X86_64, libc::SYS_clone3, none), NOT_THERE);
        assert_eq!(decide(X86_64, libc::SYS_fsync, none), DONE);
    }

    #[test]
    fn calls_from_one_place_of_the_page_are_free() {
        let free = u64::from(page::AFTER_FREE_CALL);
        let decide = |place, call| decide_at(place, X86_64, call, [0; 6]);
        for call in [libc::SYS_epoll_wait, libc::SYS_poll, libc::SYS_read] {
            assert_eq!(decide(free, call), ALLOW);
            assert_eq!(decide(free + 2, call), TRAP);
            assert_eq!(decide(free | 1 << 32, call), TRAP);
        }
    }

    #[test]
    fn only_long_writes_are_trapped() {
        let write = |fd, bytes| decide(X86_64, libc::SYS_write, [fd, 0, bytes, 0, 0, 0]);
        assert_eq!(write(5, 8), ALLOW);
        assert_eq!(write(1, 4095), ALLOW);
        assert_eq!(write(5, 4096), TRAP);
        assert_eq!(write(1, 1 << 20), TRAP);
    }

    #[test]
    fn only_waiting_for_locks_is_trapped_of_fcntl() {
        let fcntl = |command: i32| decide(X86_64, libc::SYS_fcntl, [3, command as u64, 0, 0, 0, 0]);
        assert_eq!(fcntl(libc::F_SETLKW), TRAP);
        assert_eq!(fcntl(libc::F_OFD_SETLKW), TRAP);
        assert_eq!(fcntl(libc::F_SETLK), ALLOW);
        assert_eq!(fcntl(libc::F_GETFL), ALLOW);
    }

    #[test]
    fn other_interfaces_to_the_kernel_are_closed() {
        assert_eq!(decide(0x4000_0003, libc::SYS_read, [0; 6]), DIE);
        assert_eq!(decide(X86_64, i64::from(X32), [0; 6]), NOT_THERE);
    }
}
