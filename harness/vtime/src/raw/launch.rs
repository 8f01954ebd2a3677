//! The birth of a traced program: fork, what must be set in the child, the filter, and execve.
#![expect(
    unsafe_code,
    reason = "between fork and execve only raw calls are allowed"
)]

use std::ffi::{CStr, CString, c_char};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use libc::{c_int, c_ulong, pid_t, sock_filter};

use super::trace::{self, Stop, Waited};

const NO_RANDOM_ADDRESSES: c_ulong = 0x0004_0000;
const TSC_SIGSEGV: c_ulong = 2;
/// Addresses depend on the limit of the stack.
const STACK_BYTES: u64 = 8 << 20;

/// What a child needs, all made before it is forked.
pub(crate) struct Launch<'a> {
    pub(crate) program: &'a CStr,
    pub(crate) args: &'a [CString],
    pub(crate) env: &'a [CString],
    pub(crate) directory: &'a CStr,
    pub(crate) stdin: &'a OwnedFd,
    pub(crate) stdout: &'a OwnedFd,
    pub(crate) stderr: &'a OwnedFd,
    pub(crate) filter: &'a [sock_filter],
}

/// A child that has executed its program and is stopped before its first instruction.
pub(crate) struct Launched {
    pub(crate) tid: pid_t,
    /// Whether its addresses are the same every time.
    pub(crate) fixed_addresses: bool,
    /// Whether reading the processor's time stamp is trapped.
    pub(crate) traps_tsc: bool,
}

/// Which step of a child failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Fork,
    Trace,
    Filter,
    Directory,
    Execute,
}

/// A step that failed, and the number of its error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failed {
    pub(crate) step: Step,
    pub(crate) errno: i32,
}

/// What the child tells before it executes its program, or why it does not: (step, errno, flags).
type Report = [i32; 3];

/// Starts a program; returns when it is stopped at the event of its execve.
pub(crate) fn launch(launch: &Launch<'_>) -> Result<Launched, Failed> {
    let failed = |step| {
        move |error: io::Error| Failed {
            step,
            errno: error.raw_os_error().unwrap_or(0),
        }
    };
    let (ours, theirs) = super::descriptors::pipe().map_err(failed(Step::Fork))?;
    let args = pointers(launch.args);
    let env = pointers(launch.env);
    // SAFETY: the child makes only async-signal-safe calls until it executes or exits.
    let tid = unsafe { libc::fork() };
    if tid < 0 {
        return Err(failed(Step::Fork)(io::Error::last_os_error()));
    }
    if tid == 0 {
        // SAFETY: this is the child; all memory it needs was made before.
        unsafe { be_born(launch, &args, &env, &theirs) };
    }
    drop(theirs);
    let stopped = follow(tid);
    let report = read_report(&ours);
    if stopped && report[0] == 0 {
        return Ok(Launched {
            tid,
            fixed_addresses: report[2] & 1 != 0,
            traps_tsc: report[2] & 2 != 0,
        });
    }
    trace::signal_process(tid, libc::SIGKILL);
    while !matches!(
        trace::wait(tid),
        Waited::Gone | Waited::Stop(Stop::Ended(_))
    ) {}
    let step = match report[0] {
        1 => Step::Filter,
        2 => Step::Directory,
        3 => Step::Execute,
        _ => Step::Trace,
    };
    Err(Failed {
        step,
        errno: report[1],
    })
}

/// From the child's first stop to the event of its execve.
fn follow(tid: pid_t) -> bool {
    let mut options_set = false;
    loop {
        match trace::wait(tid) {
            Waited::Interrupted => {}
            Waited::Stop(Stop::Exec) => return true,
            Waited::Gone | Waited::Stop(Stop::Ended(_)) => return false,
            Waited::Stop(_) => {
                if !options_set && trace::set_options(tid).is_err() {
                    return false;
                }
                options_set = true;
                trace::go_on(tid, 0);
            }
        }
    }
}

fn read_report(from: &OwnedFd) -> Report {
    let mut report: Report = [-1, 0, 0];
    let mut latest = report;
    loop {
        // SAFETY: a valid buffer of that length.
        let got = unsafe {
            libc::read(
                from.as_raw_fd(),
                report.as_mut_ptr().cast(),
                size_of::<Report>(),
            )
        };
        if got < 0 && io::Error::last_os_error().raw_os_error() == Some(libc::EINTR) {
            continue;
        }
        if usize::try_from(got) != Ok(size_of::<Report>()) {
            return latest;
        }
        latest = report;
    }
}

fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    let ends = std::iter::once(std::ptr::null());
    strings.iter().map(|s| s.as_ptr()).chain(ends).collect()
}

/// The child's way from fork to execve.
unsafe fn be_born(
    launch: &Launch<'_>,
    args: &[*const c_char],
    env: &[*const c_char],
    report_to: &OwnedFd,
) -> ! {
    // SAFETY: raw, async-signal-safe calls on memory made before the fork.
    unsafe {
        let report_fd = 1000;
        libc::dup2(report_to.as_raw_fd(), report_fd);
        libc::fcntl(report_fd, libc::F_SETFD, libc::FD_CLOEXEC);
        let say = |step: i32, flags: i32| {
            let report: Report = [step, *libc::__errno_location(), flags];
            libc::write(report_fd, report.as_ptr().cast(), size_of::<Report>());
        };
        // First to high numbers, so that none overwrites another.
        let ends = [launch.stdin, launch.stdout, launch.stderr];
        for (fd, end) in ends.iter().enumerate() {
            libc::dup2(end.as_raw_fd(), 1001 + fd as c_int);
        }
        for fd in 0..3 {
            libc::dup2(1001 + fd, fd);
        }
        libc::syscall(libc::SYS_close_range, 3, 999, 0);
        libc::syscall(libc::SYS_close_range, 1001, u32::MAX, 0);
        clean_signals();
        libc::setsid();
        libc::umask(0o022);
        limit_stack();
        let now = libc::personality(0xffff_ffff);
        let fixed = now >= 0 && libc::personality(now as c_ulong | NO_RANDOM_ADDRESSES) >= 0;
        let tsc = libc::prctl(libc::PR_SET_TSC, TSC_SIGSEGV, 0, 0, 0) == 0;
        if libc::chdir(launch.directory.as_ptr()) != 0 {
            say(2, 0);
            libc::_exit(126);
        }
        if libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) != 0 {
            say(4, 0);
            libc::_exit(126);
        }
        libc::raise(libc::SIGSTOP);
        if libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !filter(launch.filter) {
            say(1, 0);
            libc::_exit(126);
        }
        say(0, i32::from(fixed) | i32::from(tsc) << 1);
        libc::execve(launch.program.as_ptr(), args.as_ptr(), env.as_ptr());
        say(3, 0);
        libc::_exit(127)
    }
}

unsafe fn clean_signals() {
    // SAFETY: valid structures; called between fork and execve.
    unsafe {
        for signal in 1..=64 {
            libc::signal(signal, libc::SIG_DFL);
        }
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut());
    }
}

unsafe fn limit_stack() {
    // SAFETY: a valid structure.
    unsafe {
        let mut limit: libc::rlimit = std::mem::zeroed();
        libc::getrlimit(libc::RLIMIT_STACK, &raw mut limit);
        limit.rlim_cur = STACK_BYTES.min(limit.rlim_max);
        libc::setrlimit(libc::RLIMIT_STACK, &raw const limit);
    }
}

unsafe fn filter(program: &[sock_filter]) -> bool {
    let program = libc::sock_fprog {
        len: program.len() as u16,
        filter: program.as_ptr().cast_mut(),
    };
    // SAFETY: the program is valid memory of that length, and the kernel checks it.
    unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            0,
            &raw const program,
        ) == 0
    }
}
