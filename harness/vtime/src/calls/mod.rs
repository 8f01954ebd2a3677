//! Answers to the system calls that are trapped; one file for each family.
//!
//! A call is answered at its beginning, while its thread is stopped: with a result of ours, by
//! letting the kernel make it, or by letting the thread wait. The kernel never decides who wakes.

pub(crate) mod attempts;
pub(crate) mod children;
mod clocks;
mod fifos;
mod files;
mod futexes;
mod identity;
pub(crate) mod inside;
pub(crate) mod look;
mod machine;
pub(crate) mod metadata;
pub(crate) mod ready;
mod shared;
mod signals;
mod sleeps;
mod timers;
mod transfer;
mod writes;

use crate::command::TimeNs;
use crate::memory::Memory;
use crate::world::World;
use crate::world::table::{Amend, ThreadId, Wait};

/// What becomes of a call.
#[derive(Debug)]
pub(crate) enum Answer {
    /// It has this result; negative ones are numbers of errors.
    Return(i64),
    /// The kernel makes it.
    Pass,
    /// The kernel makes it, and something is put right afterwards.
    PassAndAmend(Amend),
    /// Its thread waits, until this time at most.
    Wait(Wait, Option<TimeNs>),
    /// It has the result 0, and other threads come first.
    GiveWay,
    /// Its thread ends.
    End,
    /// Its process ends.
    EndProcess,
}

/// An error as a result.
pub(crate) fn error(number: i32) -> Answer {
    Answer::Return(-i64::from(number))
}

/// A call that is about to be made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    pub(crate) thread: ThreadId,
    pub(crate) number: i64,
    pub(crate) args: [u64; 6],
    pub(crate) memory: Memory,
    /// Whether the thread has waited in it already.
    pub(crate) again: bool,
}

impl Call {
    fn of(world: &World, id: ThreadId, again: bool) -> Self {
        let thread = world.thread(id);
        Self {
            thread: id,
            number: thread.registers.call(),
            args: std::array::from_fn(|index| thread.registers.arg(index)),
            memory: Memory(thread.tid),
            again,
        }
    }

    /// An argument that is an `int`.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the kernel takes the low half"
    )]
    pub(crate) fn int(&self, index: usize) -> i32 {
        self.args[index] as i32
    }
}

/// Answers the call that a thread is about to make.
pub(crate) fn answer(world: &mut World, id: ThreadId, again: bool) -> Answer {
    let call = Call::of(world, id, again);
    if let Some(moved) = shared::moved(world, &call) {
        return metadata::after(&call, moved);
    }
    match call.number {
        libc::SYS_clock_gettime
        | libc::SYS_gettimeofday
        | libc::SYS_time
        | libc::SYS_clock_getres
        | libc::SYS_times
        | libc::SYS_getrusage => clocks::answer(world, &call),
        libc::SYS_nanosleep | libc::SYS_clock_nanosleep | libc::SYS_sched_yield => {
            sleeps::answer(world, &call)
        }
        libc::SYS_futex => futexes::answer(world, &call),
        libc::SYS_poll
        | libc::SYS_ppoll
        | libc::SYS_select
        | libc::SYS_pselect6
        | libc::SYS_epoll_wait
        | libc::SYS_epoll_pwait
        | libc::SYS_epoll_pwait2 => ready::answer(world, &call),
        libc::SYS_read
        | libc::SYS_readv
        | libc::SYS_recvfrom
        | libc::SYS_recvmsg
        | libc::SYS_accept
        | libc::SYS_accept4 => transfer::answer(world, &call),
        libc::SYS_write => writes::answer(world, &call),
        libc::SYS_openat | libc::SYS_open | libc::SYS_readlink | libc::SYS_readlinkat => {
            files::answer(world, &call)
        }
        libc::SYS_exit => Answer::End,
        libc::SYS_exit_group => Answer::EndProcess,
        libc::SYS_wait4 | libc::SYS_waitid => children::answer(world, &call),
        libc::SYS_kill
        | libc::SYS_tkill
        | libc::SYS_tgkill
        | libc::SYS_rt_sigqueueinfo
        | libc::SYS_rt_tgsigqueueinfo
        | libc::SYS_pidfd_send_signal
        | libc::SYS_signalfd
        | libc::SYS_signalfd4
        | libc::SYS_rt_sigaction
        | libc::SYS_rt_sigsuspend
        | libc::SYS_rt_sigtimedwait
        | libc::SYS_pause => signals::answer(world, &call),
        libc::SYS_timerfd_create
        | libc::SYS_timerfd_settime
        | libc::SYS_timerfd_gettime
        | libc::SYS_timer_create
        | libc::SYS_timer_settime
        | libc::SYS_timer_gettime
        | libc::SYS_timer_getoverrun
        | libc::SYS_timer_delete
        | libc::SYS_setitimer
        | libc::SYS_getitimer
        | libc::SYS_alarm => timers::answer(world, &call),
        libc::SYS_getrandom
        | libc::SYS_sysinfo
        | libc::SYS_getcpu
        | libc::SYS_sched_getaffinity
        | libc::SYS_sched_setaffinity
        | libc::SYS_socket => machine::answer(world, &call),
        _ => other(world, &call),
    }
}

/// Calls about files, locks and ids.
fn other(world: &mut World, call: &Call) -> Answer {
    match call.number {
        libc::SYS_stat
        | libc::SYS_fstat
        | libc::SYS_lstat
        | libc::SYS_newfstatat
        | libc::SYS_statx
        | libc::SYS_statfs
        | libc::SYS_fstatfs => metadata::answer(world, call),
        libc::SYS_flock
        | libc::SYS_fcntl
        | libc::SYS_msgrcv
        | libc::SYS_msgsnd
        | libc::SYS_mq_timedsend
        | libc::SYS_mq_timedreceive
        | libc::SYS_semop
        | libc::SYS_semtimedop => attempts::answer(world, call),
        libc::SYS_access
        | libc::SYS_faccessat
        | libc::SYS_faccessat2
        | libc::SYS_link
        | libc::SYS_linkat
        | libc::SYS_unlink
        | libc::SYS_unlinkat
        | libc::SYS_rename
        | libc::SYS_renameat
        | libc::SYS_renameat2 => Answer::Pass,
        _ => identity::answer(world, call),
    }
}
