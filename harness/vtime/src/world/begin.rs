//! The beginning of a program: its process, and its memory before the first instruction.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;

use super::World;
use super::table::{Process, ProcessId, Resume, Sites, State, Thread, ThreadId};
use crate::command::{Command, Error};
use crate::filter;
use crate::image::{page, stack, vdso::Vdso};
use crate::memory::Memory;
use crate::model::entropy::Entropy;
use crate::model::signals::Actions;
use crate::raw::descriptors::{handle, pipe, without_waiting};
use crate::raw::launch::{Failed, Launch, Step, launch};
use crate::raw::trace::{self, Registers, Stop, Tid, Waited};

/// `arch_prctl`: make `cpuid` fault.
const SET_CPUID: u64 = 0x1012;

/// An auxiliary entry that is to be ignored.
const IGNORE: u64 = 1;

impl World {
    /// Starts the node's first process, up to its first instruction.
    pub(super) fn launch(&mut self, node: usize, command: &Command) -> Result<(), Error> {
        let cannot = |what: &str, error: &std::io::Error| Error::Start {
            errno: error.raw_os_error().unwrap_or(0),
            what: format!("{what}: {error}"),
        };
        let no_pipe = |error| cannot("making its pipes", &error);
        let (in_read, in_write) = pipe().map_err(no_pipe)?;
        let (out_read, out_write) = pipe().map_err(no_pipe)?;
        let (err_read, err_write) = pipe().map_err(no_pipe)?;
        let directory = CString::new(command.directory.as_os_str().as_bytes())
            .map_err(|error| cannot("its directory's name", &error.into()))?;
        let launched = launch(&Launch {
            program: &command.program,
            args: &command.args,
            env: &command.env,
            directory: &directory,
            stdin: &in_read,
            stdout: &out_write,
            stderr: &err_write,
            filter: &filter::program(),
        })
        .map_err(|failed| start_error(failed, command))?;
        let plain = command.directory.canonicalize();
        self.nodes[node].directory = plain.unwrap_or_else(|_| command.directory.clone());
        self.abilities.fixed_addresses &= launched.fixed_addresses;
        self.abilities.hides_time_stamp &= launched.traps_tsc;
        if !launched.fixed_addresses {
            self.ledger.lowers(
                None,
                "addresses of memory differ from run to run, because this machine does not allow \
                 to fix them (a container's seccomp profile forbids personality)",
            );
        }
        if !launched.traps_tsc {
            self.ledger
                .lowers(None, "the processor's time stamp cannot be hidden");
        }
        let ends = (in_write, out_read, err_read);
        self.admit(node, launched.tid, ends).map_err(no_pipe)
    }

    fn admit(
        &mut self,
        node: usize,
        tid: Tid,
        ends: (
            std::os::fd::OwnedFd,
            std::os::fd::OwnedFd,
            std::os::fd::OwnedFd,
        ),
    ) -> std::io::Result<()> {
        let place = &mut self.nodes[node];
        place.starts += 1;
        place.processes = 0;
        place.stdin = Some(without_waiting(ends.0)?);
        place.stdout = Some(without_waiting(ends.1)?);
        place.stderr = Some(without_waiting(ends.2)?);
        place.stdin_ends = false;
        place.ended = None;
        let process = self.add_process(node, tid, None);
        self.nodes[node].main = Some(process);
        if let Some(thread) = self.add_thread(tid, process) {
            self.prepare(thread);
            self.make_ready(thread, Resume::GoOn);
        }
        Ok(())
    }

    /// A process that has just been born; a copy of its parent's settings.
    pub(super) fn add_process(
        &mut self,
        node: usize,
        tid: Tid,
        parent: Option<ProcessId>,
    ) -> ProcessId {
        let place = &mut self.nodes[node];
        let entropy = Entropy::new(self.settings.seed, node, place.starts, place.processes);
        place.processes += 1;
        let id = self.new_id();
        let parents = parent.and_then(|p| self.processes.get(&p));
        let process = Process {
            node,
            tid,
            parent,
            threads: BTreeSet::new(),
            handle: handle(tid).ok(),
            looks_from_inside: parents.is_some_and(|p| p.looks_from_inside),
            local_ns: parents.map_or(self.now_ns, |p| p.local_ns),
            cpu_ns: 0,
            page: parents.and_then(|p| p.page),
            page_bases: parents.map_or([0; 12], |p| p.page_bases),
            sites: parents.map_or_else(Sites::default, |p| p.sites.clone()),
            entropy,
            actions: parents.map_or_else(Actions::default, |p| p.actions.clone()),
            idle_looks: 0,
            timer_fds: BTreeMap::new(),
            posix_timers: BTreeMap::new(),
            next_timer: 0,
            ended: None,
        };
        self.processes.insert(id, process);
        id
    }

    /// A thread that has just been born and is stopped.
    pub(super) fn add_thread(&mut self, tid: Tid, process: ProcessId) -> Option<ThreadId> {
        let registers: Registers = trace::registers(tid)?;
        let node = self.processes[&process].node;
        let shown = self.ids.next(node);
        self.ids.bind(shown, tid);
        self.figures.threads += 1;
        let id = self.new_id();
        self.threads.insert(
            id,
            Thread {
                tid,
                process,
                state: State::Running,
                resume: Resume::GoOn,
                registers,
                at_call: false,
                let_pass: false,
                written: 0,
                until_ns: None,
                watched: Vec::new(),
                opened: None,
                amend: super::table::Amend::default(),
                clear_tid_at: 0,
                signal: 0,
                sent_to_process: 0,
                own_stops: 0,
                forced: 0,
                tried_at_turn: None,
            },
        );
        self.process_mut(process).threads.insert(id);
        Some(id)
    }

    /// Prepares the memory of a thread that is stopped at the event of its execve: seeded bytes
    /// where libraries take chance from, clocks in a page of ours, no `cpuid` past us.
    pub(super) fn prepare(&mut self, id: ThreadId) {
        let tid = self.thread(id).tid;
        let process = self.process_of_mut(id);
        (process.page, process.sites) = (None, Sites::default());
        // Only after the end of execve can the program be made to call something.
        if !step(tid) {
            return;
        }
        let Some(registers) = trace::registers(tid) else {
            return;
        };
        self.thread_mut(id).registers = registers;
        let memory = Memory(tid);
        let Some(auxv) = stack::read(registers.stack_pointer(), |at| memory.u64(at)) else {
            self.ledger
                .lowers(Some(self.node_of(id)), "its first stack could not be read");
            return;
        };
        if let Some(at) = auxv.random_at {
            let mut bytes = [0; 16];
            self.process_of_mut(id).entropy.fill(&mut bytes);
            memory.write(at, &bytes);
        }
        let image = auxv
            .vdso_at
            .and_then(|at| Some((at, read_vdso(memory, at)?)));
        if let Some((at, vdso)) = &image
            && let Some(syscall) = vdso.syscall_offset()
        {
            let caller = Caller {
                tid,
                registers,
                syscall_at: at + syscall,
            };
            self.hide_processor(id, &caller);
            if self.install_page(id, &caller, *at, vdso) {
                return;
            }
        }
        // Without a page, clocks must not be read past us.
        if let Some(at) = auxv.vdso_entry_at {
            memory.write(at, &IGNORE.to_le_bytes());
        }
    }

    fn hide_processor(&mut self, id: ThreadId, caller: &Caller) {
        if caller.call(libc::SYS_arch_prctl, [SET_CPUID, 0, 0, 0, 0, 0]) != Some(0) {
            self.abilities.hides_random_numbers = false;
            self.ledger.note(
                None,
                "this processor cannot hide its random numbers (RDRAND) from programs; those that \
                 use them do not repeat",
            );
            let tid = self.thread(id).tid;
            if self.images.asks_processor(tid) {
                let node = self.node_of(id);
                let what = "it uses std::random_device, which takes random numbers (RDRAND) of \
                            this processor that cannot be hidden";
                self.ledger.lowers(Some(node), what);
            }
        }
    }

    fn install_page(&mut self, id: ThreadId, caller: &Caller, vdso_at: u64, vdso: &Vdso) -> bool {
        const READ_WRITE_EXECUTE: u64 = 7;
        const PRIVATE_FIXED_ANONYMOUS: u64 = 0x32;
        let args = [
            page::ADDRESS,
            4096,
            READ_WRITE_EXECUTE,
            PRIVATE_FIXED_ANONYMOUS,
            u64::MAX,
            0,
        ];
        if caller.call(libc::SYS_mmap, args) != Some(page::ADDRESS.cast_signed()) {
            return false;
        }
        let bases = self.page_bases(id);
        let moment = self.moment(id);
        let page = page::build(moment, &bases);
        if !Memory(caller.tid).write(page::ADDRESS, &page[..]) {
            return false;
        }
        for (function, offset) in vdso.functions() {
            trace::poke(caller.tid, vdso_at + offset, page::redirect(function));
        }
        let process = self.process_of_mut(id);
        process.page = Some(moment);
        process.page_bases = bases;
        true
    }
}

/// Makes a thread, stopped outside of any call, make calls for us.
struct Caller {
    tid: Tid,
    registers: Registers,
    /// Where an instruction `syscall` stands.
    syscall_at: u64,
}

impl Caller {
    fn call(&self, number: i64, args: [u64; 6]) -> Option<i64> {
        let mut registers = self.registers;
        registers.jump(self.syscall_at);
        let mut general = registers.general();
        general[0] = number.cast_unsigned();
        registers.set_general(general);
        for (index, value) in args.into_iter().enumerate() {
            registers.set_arg(index, value);
        }
        trace::set_registers(self.tid, &registers);
        let result = (step(self.tid) && step(self.tid))
            .then(|| trace::registers(self.tid))
            .flatten()
            .map(|r| r.result());
        trace::set_registers(self.tid, &self.registers);
        result
    }
}

/// To the next beginning or end of a call.
fn step(tid: Tid) -> bool {
    trace::go_on_to_call_end(tid, 0);
    loop {
        match trace::wait(tid) {
            Waited::Interrupted => {}
            Waited::Stop(stop) => return stop == Stop::CallDone,
            Waited::Gone => return false,
        }
    }
}

fn read_vdso(memory: Memory, at: u64) -> Option<Vdso> {
    let bytes = memory.block(at, 8192).or_else(|| memory.block(at, 4096))?;
    Vdso::parse(&bytes)
}

fn start_error(failed: Failed, command: &Command) -> Error {
    let error = std::io::Error::from_raw_os_error(failed.errno);
    let what = match failed.step {
        Step::Execute => format!("{}: {error}", command.program.to_string_lossy()),
        Step::Directory => format!("{}: {error}", command.directory.display()),
        Step::Fork => format!("fork: {error}"),
        Step::Trace | Step::Filter => {
            return Error::Unavailable {
                what: format!("tracing programs is not allowed here ({error})"),
                hint: "use --time real; in Docker add --security-opt seccomp=unconfined; on a \
                       machine see /proc/sys/kernel/yama/ptrace_scope, which must be 0 or 1"
                    .to_owned(),
            };
        }
    };
    Error::Start {
        errno: failed.errno,
        what,
    }
}
