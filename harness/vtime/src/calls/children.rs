//! Waiting for the end of children.

use super::{Answer, Call, clocks, error};
use crate::world::World;
use crate::world::table::{Amend, ProcessId, ThreadId, Wait};

/// Where a `siginfo` holds the process.
const SI_PID: u64 = 16;

pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    let Some(wanted) = Wanted::of(world, call) else {
        return Answer::Pass;
    };
    let own = world.thread(call.thread).process;
    if let Some(child) = ended_child(world, own, wanted) {
        return collect(world, call, child);
    }
    let is_hopeless = !world.processes.values().any(|p| p.parent == Some(own));
    let options = if call.number == libc::SYS_wait4 {
        call.int(2)
    } else {
        call.int(3)
    };
    if is_hopeless {
        error(libc::ECHILD)
    } else if options & libc::WNOHANG != 0 {
        world.spend_on_idle_look(call.thread);
        if call.number == libc::SYS_waitid && call.args[2] != 0 {
            call.memory.write(call.args[2], &[0; 24]);
        }
        Answer::Return(0)
    } else {
        Answer::Wait(Wait::Child, None)
    }
}

/// Which children a call asks for.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    Any,
    /// By virtual id.
    One(i32),
}

impl Wanted {
    fn of(world: &World, call: &Call) -> Option<Self> {
        if call.number == libc::SYS_wait4 {
            return Some(match call.int(0) {
                id if id > 0 => Self::One(id),
                _ => Self::Any,
            });
        }
        match call.int(0).cast_unsigned() {
            libc::P_ALL | libc::P_PGID => Some(Self::Any),
            libc::P_PID => Some(Self::One(call.int(1))),
            libc::P_PIDFD => {
                let real = process_of_descriptor(call, call.int(1))?;
                Some(Self::One(world.ids.to_virtual(real)?))
            }
            _ => None,
        }
    }
}

/// The real id of the process that a descriptor stands for.
pub(super) fn process_of_descriptor(call: &Call, fd: i32) -> Option<i32> {
    let info = std::fs::read_to_string(format!("/proc/{}/fdinfo/{fd}", call.memory.0)).ok()?;
    let id = info.lines().find_map(|line| line.strip_prefix("Pid:"))?;
    id.trim().parse().ok().filter(|id| *id > 0)
}

/// Whether the thread's wait for a child can end.
pub(crate) fn is_ready(world: &World, id: ThreadId) -> bool {
    let call = Call::of(world, id, true);
    let own = world.thread(id).process;
    let has_children = world.processes.values().any(|p| p.parent == Some(own));
    !has_children || Wanted::of(world, &call).is_none_or(|w| ended_child(world, own, w).is_some())
}

fn ended_child(world: &World, own: ProcessId, wanted: Wanted) -> Option<ProcessId> {
    let fits = |shown: Option<i32>| match wanted {
        Wanted::Any => true,
        Wanted::One(id) => shown == Some(id),
    };
    world
        .processes
        .iter()
        .filter(|(_, p)| p.parent == Some(own) && p.ended.is_some())
        .find(|(_, p)| fits(world.ids.to_virtual(p.tid)))
        .map(|(id, _)| *id)
}

/// Lets the kernel tell about this child, by its real id.
fn collect(world: &mut World, call: &Call, child: ProcessId) -> Answer {
    let real = world.processes[&child].tid;
    let shown = world.ids.to_virtual(real).unwrap_or(real);
    let mut registers = world.thread(call.thread).registers;
    let mut amend = Amend::default();
    let at = usize::from(call.number == libc::SYS_waitid);
    amend.args[at] = Some(call.args[at]);
    registers.set_arg(at, real as u64);
    if call.number == libc::SYS_waitid {
        amend.args[0] = Some(call.args[0]);
        registers.set_arg(0, u64::from(libc::P_PID));
        let info = call.args[2];
        amend.memory = (info != 0).then_some((info + SI_PID, shown));
    } else {
        amend.result = Some(i64::from(shown));
    }
    // What the child took of the real processor differs from run to run.
    let usage = if at == 0 { 3 } else { 4 };
    amend.args[usage] = Some(call.args[usage]);
    registers.set_arg(usage, 0);
    let cpu_ns = world.processes[&child].cpu_ns;
    if call.args[usage] != 0 {
        clocks::write_usage(call, call.args[usage], cpu_ns);
    }
    crate::raw::trace::set_registers(call.memory.0, &registers);
    let keeps = call.number == libc::SYS_waitid && call.int(3) & libc::WNOWAIT != 0;
    if !keeps {
        world.forget_process(child);
    }
    Answer::PassAndAmend(amend)
}
