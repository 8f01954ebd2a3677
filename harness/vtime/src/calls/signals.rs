//! Sending signals, waiting for them, and saying what to do with them.

use super::{Answer, Call, children, error};
use crate::model::signals::Action;
use crate::raw::trace::{pending, signal_mask};
use crate::world::World;
use crate::world::table::{Amend, ProcessId, Sender, Wait};

const DEFAULT: u64 = libc::SIG_DFL as u64;
const IGNORE: u64 = libc::SIG_IGN as u64;

pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    match call.number {
        libc::SYS_kill => kill(world, call),
        libc::SYS_tkill => one_thread(world, call, 0),
        libc::SYS_tgkill | libc::SYS_rt_tgsigqueueinfo => one_thread(world, call, 1),
        libc::SYS_rt_sigqueueinfo => match process(world, call.int(0)) {
            Some(to) => send(world, call, to),
            None => error(libc::ESRCH),
        },
        libc::SYS_pidfd_send_signal => by_descriptor(world, call),
        libc::SYS_rt_sigaction => {
            note_action(world, call);
            Answer::Pass
        }
        libc::SYS_rt_sigtimedwait => timed_wait(world, call),
        libc::SYS_signalfd | libc::SYS_signalfd4 => {
            // What is in it depends on who looks: from outside it seems to be empty.
            world.process_of_mut(call.thread).looks_from_inside = true;
            Answer::Pass
        }
        // A signal that is pending ends these at once, and the kernel knows.
        _ => suspend(world, call),
    }
}

fn kill(world: &mut World, call: &Call) -> Answer {
    let to = call.int(0);
    if to > 0 {
        return match process(world, to) {
            Some(to) => send(world, call, to),
            None => error(libc::ESRCH),
        };
    }
    // Groups are not followed: all processes of the node are one.
    let (node, own) = (
        world.node_of(call.thread),
        world.thread(call.thread).process,
    );
    let is_meant = |p: &&ProcessId| world.is_alive(**p) && world.processes[*p].node == node;
    let all: Vec<ProcessId> = world.processes.keys().filter(is_meant).copied().collect();
    // The sender last: it may end itself.
    let (own, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|id| *id == own);
    for to in others.into_iter().chain(own) {
        send(world, call, to);
    }
    Answer::Return(0)
}

/// The living process that a program means by this id.
fn process(world: &World, shown: i32) -> Option<ProcessId> {
    let real = world.ids.to_real(shown)?;
    let mut all = world.processes.iter();
    let found = all.find(|(_, p)| p.tid == real && p.ended.is_none());
    found.map(|(id, _)| *id)
}

/// Sends a signal to a process, by the thread itself: who gets it sees who sent it.
fn send(world: &mut World, call: &Call, to: ProcessId) -> Answer {
    let own = world.thread(call.thread).process;
    let signal = call.int(1);
    if signal == libc::SIGKILL && to == own {
        world.send_to_process(to, signal);
        return Answer::Return(0);
    }
    let receiver = world.receiver_of(to, signal);
    let real = world.processes[&to].tid as u64;
    let [_, number, info, ..] = call.args;
    let (tid, is_queued) = (
        receiver.map(|id| world.thread(id).tid as u64),
        call.number == libc::SYS_rt_sigqueueinfo,
    );
    let (sending, args) = match tid {
        Some(tid) if is_queued => (libc::SYS_rt_tgsigqueueinfo, [real, tid, number, info, 0, 0]),
        Some(tid) => (libc::SYS_tgkill, [real, tid, number, 0, 0, 0]),
        None => (call.number, [real, number, info, 0, 0, 0]),
    };
    let result = world.inject(call.thread, sending, args);
    if result == Some(0) && signal != 0 {
        world.signal_sent(to, receiver, signal);
    }
    Answer::Return(result.unwrap_or(0))
}

fn one_thread(world: &mut World, call: &Call, index: usize) -> Answer {
    let Some(to) = world
        .ids
        .to_real(call.int(index))
        .and_then(|real| world.thread_with(real))
    else {
        return error(libc::ESRCH);
    };
    let mut args = call.args;
    args[index] = world.thread(to).tid as u64;
    if index == 1 {
        args[0] = world.process_of(to).tid as u64;
    }
    let signal = call.int(index + 1);
    if signal == libc::SIGKILL {
        world.send_to_process(world.thread(to).process, signal);
        return Answer::Return(0);
    }
    let result = world.inject(call.thread, call.number, args);
    if result == Some(0) && signal != 0 {
        world.signal_disturbs(to, signal);
    }
    Answer::Return(result.unwrap_or(0))
}

/// The kernel knows which process stands behind the descriptor, and so do we.
fn by_descriptor(world: &mut World, call: &Call) -> Answer {
    let real = children::process_of_descriptor(call, call.int(0));
    let shown = real.and_then(|real| world.ids.to_virtual(real));
    let Some(to) = shown.and_then(|shown| process(world, shown)) else {
        return Answer::Pass;
    };
    let signal = call.int(1);
    if signal == libc::SIGKILL {
        world.send_to_process(to, signal);
        return Answer::Return(0);
    }
    let result = world.inject(call.thread, call.number, call.args);
    if result == Some(0) && signal != 0 {
        world.signal_arrived(to, signal);
    }
    Answer::Return(result.unwrap_or(0))
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

fn timed_wait(world: &World, call: &Call) -> Answer {
    let wanted = call.memory.u64(call.args[0]).unwrap_or(0);
    let blocked = signal_mask(call.memory.0);
    if pending(call.memory.0) & (wanted | !blocked) != 0 {
        let info = call.args[1];
        return Answer::PassAndAmend(Amend {
            sender: (info != 0).then_some(Sender::Info(info)),
            ..Amend::default()
        });
    }
    if call.again {
        return Answer::Wait(Wait::Signal, world.thread(call.thread).until_ns);
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

fn suspend(world: &World, call: &Call) -> Answer {
    let mask = world
        .own_mask(call.thread)
        .unwrap_or_else(|| signal_mask(call.memory.0));
    if pending(call.memory.0) & !mask != 0 {
        Answer::Pass
    } else {
        Answer::Wait(Wait::Signal, None)
    }
}
