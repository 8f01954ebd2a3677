//! Futexes: waits and wake-ups between threads, by man 2 futex.

use super::{Answer, Call, error};
use crate::model::futex::{Key, WakeOp};
use crate::world::World;
use crate::world::table::Wait;

const COMMAND: i32 = 127;

pub(super) fn answer(world: &mut World, call: &Call) -> Answer {
    let [address, _, value, _, second, _] = call.args;
    let value = value as u32;
    let bits = call.args[5] as u32;
    let limit = call.args[3] as u32;
    match call.int(1) & COMMAND {
        libc::FUTEX_WAIT_BITSET | libc::FUTEX_WAKE_BITSET if bits == 0 => error(libc::EINVAL),
        libc::FUTEX_WAIT => wait(world, call, u32::MAX),
        libc::FUTEX_WAIT_BITSET => wait(world, call, bits),
        libc::FUTEX_WAKE => wake(world, call, u32::MAX),
        libc::FUTEX_WAKE_BITSET => wake(world, call, bits),
        command @ (libc::FUTEX_REQUEUE | libc::FUTEX_CMP_REQUEUE) => {
            if command == libc::FUTEX_CMP_REQUEUE && call.memory.u32(address) != Some(bits) {
                return error(libc::EAGAIN);
            }
            if value.cast_signed() < 0 || limit.cast_signed() < 0 {
                return error(libc::EINVAL);
            }
            let (from, to) = (key(world, call, address), key(world, call, second));
            let requeued = world.futexes.requeue(from, to, value, limit);
            let woken = requeued.woken.len() as i64;
            requeued
                .woken
                .into_iter()
                .for_each(|id| world.end_wait(id, 0));
            // The manual says that FUTEX_REQUEUE counts only the woken; the kernel counts both.
            Answer::Return(woken + i64::from(requeued.moved))
        }
        libc::FUTEX_WAKE_OP => wake_op(world, call),
        command => {
            let node = world.node_of(call.thread);
            let what = format!("it used operation {command} of futex, which is not modelled");
            world.ledger.lowers(Some(node), what);
            error(libc::ENOSYS)
        }
    }
}

fn wait(world: &mut World, call: &Call, bits: u32) -> Answer {
    let [address, _, expected, timeout, ..] = call.args;
    match call.memory.u32(address) {
        None => return error(libc::EFAULT),
        Some(found) if found != expected as u32 => {
            // A loop around this must see time pass.
            world.spend(call.thread, crate::model::clock::READ_NS);
            return error(libc::EAGAIN);
        }
        Some(_) => {}
    }
    let until_ns = if timeout == 0 {
        None
    } else {
        let Some(ns) = call.memory.timespec_ns(timeout) else {
            return error(libc::EINVAL);
        };
        let is_wall = call.int(1) & libc::FUTEX_CLOCK_REALTIME != 0;
        let clock = if is_wall {
            libc::CLOCK_REALTIME
        } else {
            libc::CLOCK_MONOTONIC
        };
        Some(if call.int(1) & COMMAND == libc::FUTEX_WAIT {
            world.after_ns(call.thread, ns)
        } else {
            world.when_shown_ns(call.thread, clock, ns)
        })
    };
    if until_ns.is_some_and(|ns| ns <= world.process_of(call.thread).local_ns) {
        return error(libc::ETIMEDOUT);
    }
    let key = key(world, call, address);
    world.futexes.wait(key, call.thread, bits);
    Answer::Wait(Wait::Futex, until_ns)
}

fn wake(world: &mut World, call: &Call, bits: u32) -> Answer {
    let key = key(world, call, call.args[0]);
    Answer::Return(wake_key(world, key, call.args[2] as u32, bits))
}

/// Wakes at least one, as the kernel does, even where the number is 0 or negative.
fn wake_key(world: &mut World, key: Key, count: u32, bits: u32) -> i64 {
    let count = count.cast_signed().max(1).cast_unsigned();
    let woken = world.futexes.wake(key, count, bits);
    let count = woken.len() as i64;
    for id in woken {
        world.end_wait(id, 0);
    }
    count
}

fn wake_op(world: &mut World, call: &Call) -> Answer {
    let [address, _, value, limit, second, operation] = call.args;
    let Some(operation) = WakeOp::decode(operation as u32) else {
        return error(libc::ENOSYS);
    };
    let Some(old) = call.memory.u32(second) else {
        return error(libc::EFAULT);
    };
    if !call
        .memory
        .write(second, &operation.apply(old).to_le_bytes())
    {
        return error(libc::EFAULT);
    }
    let first_key = key(world, call, address);
    let mut woken = wake_key(world, first_key, value as u32, u32::MAX);
    if operation.wakes_second(old) {
        let second_key = key(world, call, second);
        woken += wake_key(world, second_key, limit as u32, u32::MAX);
    }
    Answer::Return(woken)
}

/// What a futex is known by: its address, unless processes share its memory.
fn key(world: &World, call: &Call, address: u64) -> Key {
    let process = world.thread(call.thread).process;
    let is_private = call.int(1) & libc::FUTEX_PRIVATE_FLAG != 0;
    if !is_private && has_relatives(world, call) {
        shared_key(call, address).unwrap_or(Key::Private { process, address })
    } else {
        Key::Private { process, address }
    }
}

fn has_relatives(world: &World, call: &Call) -> bool {
    let node = world.node_of(call.thread);
    world
        .processes
        .values()
        .filter(|p| p.node == node && p.ended.is_none())
        .count()
        > 1
}

/// The place in a file that is mapped there and shared.
fn shared_key(call: &Call, address: u64) -> Option<Key> {
    let maps = std::fs::read_to_string(format!("/proc/{}/maps", call.memory.0)).ok()?;
    maps.lines().find_map(|line| {
        let mut fields = line.split_ascii_whitespace();
        let (from, to) = fields.next()?.split_once('-')?;
        let hex = |text: &str| u64::from_str_radix(text, 16).ok();
        let (from, to) = (hex(from)?, hex(to)?);
        let shared = fields.next()?.ends_with('s');
        let start = hex(fields.next()?)?;
        let (major, minor) = fields.next()?.split_once(':')?;
        let inode = fields.next()?.parse().ok()?;
        ((from..to).contains(&address) && shared).then_some(Key::Shared {
            device: hex(major)? << 32 | hex(minor)?,
            inode,
            offset: start + (address - from),
        })
    })
}
