//! Process and thread ids: programs see small fixed numbers.

use super::{Answer, Call, error};
use crate::raw::trace::set_registers;
use crate::world::World;
use crate::world::table::{Amend, Process};

/// The parent of a node's first process.
const NOBODY: i32 = 1;

pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    let shown = |real| i64::from(world.ids.to_virtual(real).unwrap_or(real));
    let process = world.process_of(call.thread);
    match call.number {
        libc::SYS_getpid => Answer::Return(shown(process.tid)),
        libc::SYS_gettid => Answer::Return(shown(call.memory.0)),
        libc::SYS_getppid => Answer::Return(i64::from(parent(world, process))),
        libc::SYS_set_tid_address => {
            let result = Some(shown(call.memory.0));
            world.thread_mut(call.thread).clear_tid_at = call.args[0];
            Answer::PassAndAmend(Amend {
                result,
                ..Amend::default()
            })
        }
        libc::SYS_getpgrp | libc::SYS_getpgid | libc::SYS_getsid | libc::SYS_setsid => {
            // Groups and sessions are not followed: a node's first process leads all of them.
            let node = &world.nodes[process.node];
            let first = node.main.and_then(|id| world.processes.get(&id));
            let leader = first.map_or(process.tid, |p| p.tid);
            match call.number {
                libc::SYS_setsid if leader == process.tid => error(libc::EPERM),
                libc::SYS_setsid => Answer::Return(shown(process.tid)),
                _ => Answer::Return(shown(leader)),
            }
        }
        libc::SYS_setpgid => Answer::Return(0),
        libc::SYS_getpriority | libc::SYS_setpriority => translate(world, call, 1),
        _ => translate(world, call, 0),
    }
}

/// The parent's id, as programs see it.
pub(super) fn parent(world: &World, process: &Process) -> i32 {
    let parent = process.parent.and_then(|id| world.processes.get(&id));
    parent.map_or(NOBODY, |p| world.ids.to_virtual(p.tid).unwrap_or(p.tid))
}

/// Lets the kernel make the call with the real id in this argument.
fn translate(world: &World, call: &Call, index: usize) -> Answer {
    let given = call.int(index);
    if given <= 0 {
        return Answer::Pass;
    }
    let Some(real) = world.ids.to_real(given) else {
        return error(libc::ESRCH);
    };
    let mut registers = world.thread(call.thread).registers;
    registers.set_arg(index, real as u64);
    set_registers(call.memory.0, &registers);
    let mut amend = Amend::default();
    amend.args[index] = Some(call.args[index]);
    Answer::PassAndAmend(amend)
}
