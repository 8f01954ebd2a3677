//! Tracing: stops, registers, memory and signals of other threads.
#![expect(
    unsafe_code,
    reason = "ptrace, waitpid and process_vm_* have no safe form that keeps real-time signals"
)]

use std::io;

use libc::{c_int, c_void, iovec, pid_t, user_regs_struct};

use crate::command::Exit;

/// A thread, by its real id.
pub(crate) type Tid = pid_t;

const GET_SIGNAL_MASK: u32 = 0x420a;
const NOTHING: usize = 0;
const OPTIONS: c_int = libc::PTRACE_O_TRACESYSGOOD
    | libc::PTRACE_O_TRACECLONE
    | libc::PTRACE_O_TRACEFORK
    | libc::PTRACE_O_TRACEVFORK
    | libc::PTRACE_O_TRACEVFORKDONE
    | libc::PTRACE_O_TRACEEXEC
    | libc::PTRACE_O_TRACESECCOMP
    | libc::PTRACE_O_EXITKILL;

/// Why a traced thread stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It is about to make a call that the filter traps.
    Call,
    /// It has made a call whose end was asked for.
    CallDone,
    /// It made a thread or a process; `Vfork` waits for its child.
    Born {
        /// The new thread.
        child: Tid,
        /// Whether it waits until the child has executed a program or ended.
        waits: bool,
    },
    /// It executed a program; all other threads of its process are gone.
    Exec,
    /// The child it waited for has executed a program or ended.
    ChildLeft,
    /// It is about to receive a signal.
    Signal(c_int),
    /// It is gone.
    Ended(Exit),
}

/// What waiting for a stop gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waited {
    /// It stopped.
    Stop(Stop),
    /// A signal arrived for the tracer.
    Interrupted,
    /// There is no such thread any more.
    Gone,
}

/// Registers of a stopped thread, with the names that system calls give them.
#[derive(Clone, Copy)]
pub(crate) struct Registers(user_regs_struct);

impl Registers {
    /// The number of the call it is about to make.
    pub(crate) fn call(&self) -> i64 {
        self.0.orig_rax.cast_signed()
    }

    pub(crate) fn arg(&self, index: usize) -> u64 {
        let r = &self.0;
        [r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9][index]
    }

    pub(crate) fn set_arg(&mut self, index: usize, value: u64) {
        let r = &mut self.0;
        *[
            &mut r.rdi, &mut r.rsi, &mut r.rdx, &mut r.r10, &mut r.r8, &mut r.r9,
        ][index] = value;
    }

    /// Makes another call of the one it is about to make.
    pub(crate) fn set_call(&mut self, number: i64) {
        self.0.orig_rax = number.cast_unsigned();
        self.0.rax = number.cast_unsigned();
    }

    pub(crate) fn result(&self) -> i64 {
        self.0.rax.cast_signed()
    }

    /// Skips the call and gives it this result.
    pub(crate) fn set_result(&mut self, value: i64) {
        self.0.orig_rax = u64::MAX;
        self.0.rax = value.cast_unsigned();
    }

    /// Goes back before the call, so that it will be made when the thread goes on.
    pub(crate) fn redo(&mut self, number: i64) {
        self.0.rip -= 2;
        self.0.orig_rax = u64::MAX;
        self.0.rax = number.cast_unsigned();
    }

    pub(crate) fn stack_pointer(&self) -> u64 {
        self.0.rsp
    }

    pub(crate) fn instruction(&self) -> u64 {
        self.0.rip
    }

    /// Continues at `at` instead, as if no call was being made.
    pub(crate) fn jump(&mut self, at: u64) {
        self.0.rip = at;
        self.0.orig_rax = u64::MAX;
    }

    /// `rax`, `rbx`, `rcx`, `rdx`.
    pub(crate) fn general(&self) -> [u64; 4] {
        [self.0.rax, self.0.rbx, self.0.rcx, self.0.rdx]
    }

    pub(crate) fn set_general(&mut self, [a, b, c, d]: [u64; 4]) {
        (self.0.rax, self.0.rbx, self.0.rcx, self.0.rdx) = (a, b, c, d);
    }

    pub(crate) fn skip_instruction(&mut self, length: u64) {
        self.0.rip += length;
    }
}

/// Sets what is traced of a stopped thread; its children inherit it.
pub(crate) fn set_options(tid: Tid) -> io::Result<()> {
    ask(libc::PTRACE_SETOPTIONS, tid, NOTHING, OPTIONS as usize)
}

/// Lets a stopped thread go on, with a signal or 0.
pub(crate) fn go_on(tid: Tid, signal: c_int) {
    let _gone = ask(libc::PTRACE_CONT, tid, NOTHING, signal as usize);
}

/// Lets a stopped thread go on until its call is done (or until it makes the next).
pub(crate) fn go_on_to_call_end(tid: Tid, signal: c_int) {
    let _gone = ask(libc::PTRACE_SYSCALL, tid, NOTHING, signal as usize);
}

/// The registers of a stopped thread; `None` when it was killed meanwhile.
pub(crate) fn registers(tid: Tid) -> Option<Registers> {
    // SAFETY: an all-zero register set is a valid value, and the kernel fills it.
    let mut regs: user_regs_struct = unsafe { std::mem::zeroed() };
    ask(libc::PTRACE_GETREGS, tid, NOTHING, (&raw mut regs) as usize).ok()?;
    Some(Registers(regs))
}

pub(crate) fn set_registers(tid: Tid, registers: &Registers) {
    let _gone = ask(
        libc::PTRACE_SETREGS,
        tid,
        NOTHING,
        (&raw const registers.0) as usize,
    );
}

/// The signals that a stopped thread blocks, bit 0 for signal 1.
pub(crate) fn signal_mask(tid: Tid) -> u64 {
    let mut mask = 0u64;
    let _gone = ask(GET_SIGNAL_MASK, tid, 8, (&raw mut mask) as usize);
    mask
}

/// The signals that are pending for a thread or its process.
pub(crate) fn pending(tid: Tid) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{tid}/status")).unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|value| u64::from_str_radix(value.trim(), 16).ok())
            .unwrap_or(0)
    };
    field("SigPnd:") | field("ShdPnd:")
}

/// What the kernel tells of a signal: a `siginfo`.
pub(crate) type SignalInfo = [u8; 128];

/// What is told of the signal that a thread has stopped for.
pub(crate) fn signal_info(tid: Tid) -> Option<SignalInfo> {
    let mut info: SignalInfo = [0; 128];
    let at = info.as_mut_ptr() as usize;
    ask(libc::PTRACE_GETSIGINFO, tid, NOTHING, at).ok()?;
    Some(info)
}

/// Tells something else of it.
pub(crate) fn set_signal_info(tid: Tid, info: &SignalInfo) {
    let at = info.as_ptr() as usize;
    let _gone = ask(libc::PTRACE_SETSIGINFO, tid, NOTHING, at);
}

/// Waits until this thread stops or ends.
pub(crate) fn wait(tid: Tid) -> Waited {
    let mut status = 0;
    // SAFETY: plain call with a valid pointer. __WNOTHREAD leaves other threads' children alone.
    let got = unsafe { libc::waitpid(tid, &raw mut status, libc::__WALL | libc::__WNOTHREAD) };
    if got == tid {
        Waited::Stop(decode(tid, status))
    } else if io::Error::last_os_error().raw_os_error() == Some(libc::EINTR) {
        Waited::Interrupted
    } else {
        Waited::Gone
    }
}

fn decode(tid: Tid, status: c_int) -> Stop {
    if libc::WIFEXITED(status) {
        return Stop::Ended(Exit::Code(libc::WEXITSTATUS(status)));
    }
    if libc::WIFSIGNALED(status) {
        return Stop::Ended(Exit::Signal(libc::WTERMSIG(status)));
    }
    let signal = libc::WSTOPSIG(status);
    match status >> 16 {
        libc::PTRACE_EVENT_SECCOMP => Stop::Call,
        libc::PTRACE_EVENT_CLONE | libc::PTRACE_EVENT_FORK => Stop::Born {
            child: message(tid),
            waits: false,
        },
        libc::PTRACE_EVENT_VFORK => Stop::Born {
            child: message(tid),
            waits: true,
        },
        libc::PTRACE_EVENT_VFORK_DONE => Stop::ChildLeft,
        libc::PTRACE_EVENT_EXEC => Stop::Exec,
        _ if signal == libc::SIGTRAP | 0x80 => Stop::CallDone,
        _ => Stop::Signal(signal),
    }
}

/// What the kernel says about the event: the new thread.
fn message(tid: Tid) -> Tid {
    let mut value: libc::c_ulong = 0;
    let _gone = ask(
        libc::PTRACE_GETEVENTMSG,
        tid,
        NOTHING,
        (&raw mut value) as usize,
    );
    value as Tid
}

/// Reads memory of a thread's process; false when any of it cannot be read.
pub(crate) fn read_memory(tid: Tid, address: u64, buffer: &mut [u8]) -> bool {
    let local = iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: buffer.len(),
    };
    let remote = iovec {
        iov_base: address as *mut c_void,
        iov_len: buffer.len(),
    };
    // SAFETY: the local part is a valid buffer of that length; the kernel checks the remote one.
    let read = unsafe { libc::process_vm_readv(tid, &raw const local, 1, &raw const remote, 1, 0) };
    usize::try_from(read) == Ok(buffer.len())
}

/// Writes memory of a thread's process where it may write itself.
pub(crate) fn write_memory(tid: Tid, address: u64, bytes: &[u8]) -> bool {
    let local = iovec {
        iov_base: bytes.as_ptr().cast_mut().cast(),
        iov_len: bytes.len(),
    };
    let remote = iovec {
        iov_base: address as *mut c_void,
        iov_len: bytes.len(),
    };
    // SAFETY: the local part is a valid buffer that is only read; the kernel checks the remote one.
    let wrote =
        unsafe { libc::process_vm_writev(tid, &raw const local, 1, &raw const remote, 1, 0) };
    usize::try_from(wrote) == Ok(bytes.len())
}

/// Writes eight bytes even where the process itself may not write.
pub(crate) fn poke(tid: Tid, address: u64, word: [u8; 8]) -> bool {
    let value = usize::from_le_bytes(word);
    ask(libc::PTRACE_POKEDATA, tid, address as usize, value).is_ok()
}

/// Sends a signal to one thread.
pub(crate) fn signal_thread(process: Tid, thread: Tid, signal: c_int) {
    // SAFETY: plain numbers.
    unsafe { libc::syscall(libc::SYS_tgkill, process, thread, signal) };
}

/// Sends a signal to a process.
pub(crate) fn signal_process(process: Tid, signal: c_int) {
    // SAFETY: plain numbers.
    unsafe { libc::kill(process, signal) };
}

/// Sends a signal as a timer does: with the timer's value; to one thread, or to the process.
pub(crate) fn signal_from_timer(
    process: Tid,
    thread: Option<Tid>,
    signal: c_int,
    timer: i32,
    value: u64,
) {
    let mut info = [0u8; 128];
    info[0..4].copy_from_slice(&signal.to_le_bytes());
    info[8..12].copy_from_slice(&libc::SI_TIMER.to_le_bytes());
    info[16..20].copy_from_slice(&timer.to_le_bytes());
    info[24..32].copy_from_slice(&value.to_le_bytes());
    let info = info.as_ptr();
    // SAFETY: the buffer is as large as a siginfo and lives until the calls return.
    unsafe {
        match thread {
            Some(tid) => libc::syscall(libc::SYS_rt_tgsigqueueinfo, process, tid, signal, info),
            None => libc::syscall(libc::SYS_rt_sigqueueinfo, process, signal, info),
        };
    }
}

fn ask(request: libc::c_uint, tid: Tid, address: usize, data: usize) -> io::Result<()> {
    // SAFETY: callers pass addresses of live values of the right type where the request wants one.
    let got = unsafe { libc::ptrace(request, tid, address as *mut c_void, data as *mut c_void) };
    if got < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
