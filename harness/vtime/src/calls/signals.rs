//! Sending signals, waiting for them, and saying what to do with them.

use super::{Answer, Call, error};
use crate::model::signals::Action;
use crate::world::World;
use crate::world::table::{ProcessId, Wait};

const DEFAULT: u64 = libc::SIG_DFL as u64;
const IGNORE: u64 = libc::SIG_IGN as u64;

pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    match call.number {
        libc::SYS_kill => kill(world, call),
        libc::SYS_tkill => one_thread(world, call.int(0), call.int(1)),
        libc::SYS_tgkill => one_thread(world, call.int(1), call.int(2)),
        libc::SYS_rt_sigaction => {
            note_action(world, call);
            Answer::Pass
        }
        libc::SYS_rt_sigtimedwait => timed_wait(world, call),
        // A signal that is pending ends these at once, and the kernel knows.
        _ => suspend(world, call),
    }
}

fn kill(world: &mut World, call: &Call) -> Answer {
    let (to, signal) = (call.int(0), call.int(1));
    let own = world.thread(call.thread).process;
    let targets: Vec<ProcessId> = if to > 0 {
        let real = world.ids.to_real(to);
        let alive = world.processes.iter().filter(|(_, p)| p.ended.is_none());
        alive
            .filter(|(_, p)| Some(p.tid) == real)
            .map(|(id, _)| *id)
            .collect()
    } else {
        // Groups are not followed: all processes of the node are one.
        let node = world.node_of(call.thread);
        let alive = world.processes.iter().filter(|(_, p)| p.ended.is_none());
        alive
            .filter(|(_, p)| p.node == node)
            .map(|(id, _)| *id)
            .collect()
    };
    if targets.is_empty() {
        return error(libc::ESRCH);
    }
    if signal != 0 {
        // The sender last: it may end itself.
        let (own, others): (Vec<_>, Vec<_>) = targets.into_iter().partition(|id| *id == own);
        for process in others.into_iter().chain(own) {
            world.send_to_process(process, signal);
        }
    }
    Answer::Return(0)
}

fn one_thread(world: &mut World, to: i32, signal: i32) -> Answer {
    let Some(thread) = world
        .ids
        .to_real(to)
        .and_then(|real| world.thread_with(real))
    else {
        return error(libc::ESRCH);
    };
    if signal != 0 {
        world.send_to_thread(thread, signal);
    }
    Answer::Return(0)
}

fn note_action(world: &mut World, call: &Call) {
    let [_, new, ..] = call.args;
    if new == 0 {
        return;
    }
    let (Some(handler), Some(flags)) = (call.memory.u64(new), call.memory.u64(new + 8)) else {
        return;
    };
    let action = match handler {
        DEFAULT => Action::Default,
        IGNORE => Action::Ignore,
        _ => Action::Handler {
            restart: flags & libc::SA_RESTART as u64 != 0,
        },
    };
    let signal = call.int(0);
    if (1..=64).contains(&signal) {
        world
            .process_of_mut(call.thread)
            .actions
            .set(signal, action);
    }
}

/// The signals that are pending for a thread or its process.
fn pending(call: &Call) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", call.memory.0));
    let status = status.unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|value| u64::from_str_radix(value.trim(), 16).ok())
            .unwrap_or(0)
    };
    field("SigPnd:") | field("ShdPnd:")
}

fn timed_wait(world: &World, call: &Call) -> Answer {
    let wanted = call.memory.u64(call.args[0]).unwrap_or(0);
    if pending(call) & wanted != 0 {
        return Answer::Pass;
    }
    if call.args[2] == 0 {
        return Answer::Wait(Wait::Signal, None);
    }
    match call.memory.timespec_ns(call.args[2]) {
        Some(0) => error(libc::EAGAIN),
        Some(ns) => Answer::Wait(Wait::Signal, Some(world.after_ns(call.thread, ns))),
        None => error(libc::EINVAL),
    }
}

fn suspend(_world: &World, call: &Call) -> Answer {
    let mask = if call.number == libc::SYS_rt_sigsuspend {
        call.memory.u64(call.args[0]).unwrap_or(0)
    } else {
        crate::raw::trace::signal_mask(call.memory.0)
    };
    if pending(call) & !mask != 0 {
        Answer::Pass
    } else {
        Answer::Wait(Wait::Signal, None)
    }
}
