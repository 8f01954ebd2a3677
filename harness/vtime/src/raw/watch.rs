//! A tick that interrupts waiting for a traced thread, and the processor time of a thread.
#![expect(
    unsafe_code,
    reason = "POSIX timers and signal handlers have no safe form in std"
)]

use std::fs;
use std::io;

/// How often.
pub(crate) const TICK_MS: u64 = 10;

/// While it lives, waits of this thread are interrupted every [`TICK_MS`].
pub(crate) struct Ticker(libc::timer_t);

impl Ticker {
    /// A ticker for the calling thread.
    pub(crate) fn start() -> io::Result<Self> {
        let signal = libc::SIGRTMAX() - 3;
        // SAFETY: zeroed structures are valid; the handler does nothing; pointers live long enough.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = nothing as *const () as usize;
            if libc::sigaction(signal, &raw const action, std::ptr::null_mut()) != 0 {
                return Err(io::Error::last_os_error());
            }
            let mut event: libc::sigevent = std::mem::zeroed();
            event.sigev_notify = libc::SIGEV_THREAD_ID;
            event.sigev_signo = signal;
            event.sigev_notify_thread_id = libc::syscall(libc::SYS_gettid) as i32;
            let mut timer: libc::timer_t = std::ptr::null_mut();
            if libc::timer_create(libc::CLOCK_MONOTONIC, &raw mut event, &raw mut timer) != 0 {
                return Err(io::Error::last_os_error());
            }
            let every = libc::timespec {
                tv_sec: 0,
                tv_nsec: (TICK_MS * 1_000_000).cast_signed(),
            };
            let spec = libc::itimerspec {
                it_interval: every,
                it_value: every,
            };
            libc::timer_settime(timer, 0, &raw const spec, std::ptr::null_mut());
            Ok(Self(timer))
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        // SAFETY: made by timer_create and deleted once.
        unsafe { libc::timer_delete(self.0) };
    }
}

extern "C" fn nothing(_signal: libc::c_int) {}

/// What a thread is doing, as /proc tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Doing {
    /// `R` running, `S` sleeping, `D` waiting for a disk, `t` stopped, `Z` gone.
    pub(crate) state: char,
    /// Processor time in ticks of 10 ms.
    pub(crate) cpu_ticks: u64,
}

/// What a thread is doing; `None` when it is gone.
pub(crate) fn doing(tid: i32) -> Option<Doing> {
    let stat = fs::read_to_string(format!("/proc/{tid}/stat")).ok()?;
    let mut fields = stat.rsplit(')').next()?.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    let times: Vec<u64> = fields
        .skip(10)
        .take(2)
        .filter_map(|f| f.parse().ok())
        .collect();
    Some(Doing {
        state,
        cpu_ticks: times.iter().sum(),
    })
}
