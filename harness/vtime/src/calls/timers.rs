//! Timers that report by a descriptor or a signal.

use super::look::{self, Look};
use super::{Answer, Call, error, inside};
use crate::command::TimeNs;
use crate::model::timers::Timer;
use crate::raw::descriptors::tick;
use crate::raw::trace::set_registers;
use crate::world::World;
use crate::world::table::{PosixTimer, TimerFd, TimerKey};

/// `sigevent.sigev_notify`.
const NOTIFY_NONE: i32 = 1;
const NOTIFY_THREAD_ID: i32 = 4;

pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    match call.number {
        libc::SYS_timerfd_create => create_descriptor(world, call),
        libc::SYS_timerfd_settime => set_descriptor(world, call),
        libc::SYS_timerfd_gettime => {
            let key = TimerKey::Descriptor(world.thread(call.thread).process, call.int(0));
            tell(world, call, key, call.args[1], Unit::Ns)
        }
        libc::SYS_setitimer | libc::SYS_getitimer => interval_timer(world, call),
        libc::SYS_alarm => alarm(world, call),
        libc::SYS_timer_create => create(world, call),
        _ => posix(world, call),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Ns,
    Us,
}

/// An eventfd takes the place of a timerfd: both count, and are readable when the count is not 0.
fn create_descriptor(world: &World, call: &Call) -> Answer {
    let mut registers = world.thread(call.thread).registers;
    registers.set_call(libc::SYS_eventfd2);
    registers.set_arg(0, 0);
    set_registers(call.memory.0, &registers);
    let mut amend = crate::world::table::Amend::default();
    amend.args[0] = Some(call.args[0]);
    Answer::PassAndAmend(amend)
}

fn set_descriptor(world: &mut World, call: &Call) -> Answer {
    const ABSOLUTE: i32 = 1;
    let (fd, id) = (call.int(0), call.thread);
    let process = world.thread(id).process;
    let key = TimerKey::Descriptor(process, fd);
    if call.args[3] != 0 {
        tell(world, call, key, call.args[3], Unit::Ns);
    }
    let (Some(interval_ns), Some(value_ns)) = (
        call.memory.timespec_ns(call.args[2]),
        call.memory.timespec_ns(call.args[2] + 16),
    ) else {
        return error(libc::EINVAL);
    };
    let identity = look::identity(call.memory.0, fd);
    let descriptor = if world.looks_from_outside(call.thread) {
        let Some(descriptor) = Look::at(world, call, fd).into_descriptor() else {
            return error(libc::EBADF);
        };
        tick(&descriptor, 0, true);
        Some(descriptor)
    } else {
        inside::empty_counter(world, call, fd);
        None
    };
    let timer = TimerFd {
        descriptor,
        identity,
    };
    world.process_mut(process).timer_fds.insert(fd, timer);
    // Which clock it has is not kept: moments of the wall clock are far greater than others.
    let is_wall = value_ns > crate::model::clock::WALL_NS / 2;
    let clock = if is_wall {
        libc::CLOCK_REALTIME
    } else {
        libc::CLOCK_MONOTONIC
    };
    let absolute = (call.int(1) & ABSOLUTE != 0).then_some(clock);
    set(
        world,
        call,
        key,
        Setting {
            value_ns,
            interval_ns,
            absolute,
        },
    );
    Answer::Return(0)
}

/// What a timer is set to, by the node's clocks.
#[derive(Debug, Clone, Copy)]
struct Setting {
    /// How long, or when; 0 stops the timer.
    value_ns: u64,
    interval_ns: u64,
    /// The clock, when `value_ns` is a moment.
    absolute: Option<i32>,
}

fn set(world: &mut World, call: &Call, key: TimerKey, setting: Setting) {
    let id = call.thread;
    if setting.value_ns == 0 {
        world.timers.clear(key);
        return;
    }
    let next_ns: TimeNs = match setting.absolute {
        Some(clock) => world.when_shown_ns(id, clock, setting.value_ns),
        None => world.after_ns(id, setting.value_ns),
    };
    let interval_ns = world.clock_of(id).lasting_ns(setting.interval_ns);
    world.timers.set(
        key,
        Timer {
            next_ns,
            interval_ns,
        },
    );
}

/// Writes interval and time left.
fn tell(world: &World, call: &Call, key: TimerKey, at: u64, unit: Unit) -> Answer {
    let timer = world.timers.get(key);
    let now_ns = world.process_of(call.thread).local_ns;
    let interval_ns = timer.as_ref().map_or(0, |t| t.interval_ns);
    // A timer that is set never says that nothing is left.
    let left_ns = timer.map_or(0, |t| t.next_ns.saturating_sub(now_ns).max(1_000));
    let written = match unit {
        Unit::Ns => {
            call.memory.write_timespec(at, interval_ns)
                && call.memory.write_timespec(at + 16, left_ns)
        }
        Unit::Us => {
            call.memory.write_timeval(at, interval_ns)
                && call.memory.write_timeval(at + 16, left_ns)
        }
    };
    if written {
        Answer::Return(0)
    } else {
        error(libc::EFAULT)
    }
}

fn interval_timer(world: &mut World, call: &Call) -> Answer {
    if call.int(0) != libc::ITIMER_REAL {
        let node = world.node_of(call.thread);
        let what = "it set a timer on processor time, which virtual time does not model";
        world.ledger.note(Some(node), what);
        return Answer::Return(0);
    }
    let key = TimerKey::Alarm(world.thread(call.thread).process);
    if call.number == libc::SYS_getitimer {
        return tell(world, call, key, call.args[1], Unit::Us);
    }
    if call.args[2] != 0 {
        tell(world, call, key, call.args[2], Unit::Us);
    }
    let (Some(interval_ns), Some(value_ns)) = (
        call.memory.timeval_ns(call.args[1]),
        call.memory.timeval_ns(call.args[1] + 16),
    ) else {
        return error(libc::EINVAL);
    };
    set(
        world,
        call,
        key,
        Setting {
            value_ns,
            interval_ns,
            absolute: None,
        },
    );
    Answer::Return(0)
}

fn alarm(world: &mut World, call: &Call) -> Answer {
    const SECOND_NS: u64 = 1_000_000_000;
    let key = TimerKey::Alarm(world.thread(call.thread).process);
    let now_ns = world.process_of(call.thread).local_ns;
    let left = world
        .timers
        .get(key)
        .map_or(0, |t| t.next_ns.saturating_sub(now_ns));
    let seconds = u64::from(call.int(0).cast_unsigned());
    set(
        world,
        call,
        key,
        Setting {
            value_ns: seconds * SECOND_NS,
            interval_ns: 0,
            absolute: None,
        },
    );
    Answer::Return(left.div_ceil(SECOND_NS) as i64)
}

fn create(world: &mut World, call: &Call) -> Answer {
    let [_, event, id_at, ..] = call.args;
    let process = world.process_of_mut(call.thread);
    let timer = process.next_timer;
    process.next_timer += 1;
    let mut made = PosixTimer {
        clock: call.int(0),
        signal: libc::SIGALRM,
        value: u64::from(timer.cast_unsigned()),
        thread: None,
        overruns: 0,
    };
    if event != 0 {
        let Some(event) = call.memory.bytes::<20>(event) else {
            return error(libc::EFAULT);
        };
        let int = |at: usize| {
            i32::from_le_bytes([event[at], event[at + 1], event[at + 2], event[at + 3]])
        };
        made.value = u64::from_le_bytes(std::array::from_fn(|i| event[i]));
        made.signal = if int(12) == NOTIFY_NONE { 0 } else { int(8) };
        made.thread = (int(12) == NOTIFY_THREAD_ID).then_some(int(16));
    }
    process.posix_timers.insert(timer, made);
    if call.memory.write(id_at, &timer.to_le_bytes()) {
        Answer::Return(0)
    } else {
        error(libc::EFAULT)
    }
}

fn posix(world: &mut World, call: &Call) -> Answer {
    let timer = call.int(0);
    let process = world.thread(call.thread).process;
    let Some(known) = world.processes[&process].posix_timers.get(&timer).copied() else {
        return error(libc::EINVAL);
    };
    let key = TimerKey::Posix(process, timer);
    match call.number {
        libc::SYS_timer_gettime => tell(world, call, key, call.args[1], Unit::Ns),
        libc::SYS_timer_getoverrun => Answer::Return(i64::from(known.overruns)),
        libc::SYS_timer_delete => {
            world.timers.clear(key);
            world.process_mut(process).posix_timers.remove(&timer);
            Answer::Return(0)
        }
        _ => {
            if call.args[3] != 0 {
                tell(world, call, key, call.args[3], Unit::Ns);
            }
            let (Some(interval_ns), Some(value_ns)) = (
                call.memory.timespec_ns(call.args[2]),
                call.memory.timespec_ns(call.args[2] + 16),
            ) else {
                return error(libc::EINVAL);
            };
            let is_moment = call.int(1) & libc::TIMER_ABSTIME != 0;
            let absolute = is_moment.then_some(known.clock);
            set(
                world,
                call,
                key,
                Setting {
                    value_ns,
                    interval_ns,
                    absolute,
                },
            );
            Answer::Return(0)
        }
    }
}
