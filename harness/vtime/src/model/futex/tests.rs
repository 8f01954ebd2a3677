//! Queues are compared with one flat list; `FUTEX_WAKE_OP` with its macro's definition.

use proptest::prelude::*;

use super::*;

const ALL: u32 = u32::MAX;

fn at(process: u32, address: u64) -> Key {
    Key::Private { process, address }
}

#[test]
fn who_came_first_is_woken_first() {
    let mut futexes = Futexes::default();
    for thread in [5, 3, 9, 1] {
        futexes.wait(at(1, 8), thread, ALL);
    }
    assert_eq!(futexes.wake(at(1, 8), 2, ALL), [5, 3]);
    assert_eq!(futexes.wake(at(2, 8), 2, ALL), []);
    assert_eq!(futexes.wake(at(1, 8), ALL, ALL), [9, 1]);
    assert!(futexes.queues.is_empty() && futexes.places.is_empty());
}

#[test]
fn bits_choose_among_waiters_who_else_keeps_its_place() {
    let mut futexes = Futexes::default();
    for (thread, bits) in [(1, 0b01), (2, 0b10), (3, 0b11)] {
        futexes.wait(at(1, 8), thread, bits);
    }
    assert_eq!(futexes.wake(at(1, 8), ALL, 0b10), [2, 3]);
    assert_eq!(futexes.wake(at(1, 8), ALL, 0b01), [1]);
}

#[test]
fn who_was_moved_is_found_by_cancel() {
    let mut futexes = Futexes::default();
    (0..4).for_each(|thread| futexes.wait(at(1, 8), thread, ALL));
    futexes.wait(at(1, 16), 9, ALL);
    let requeued = futexes.requeue(at(1, 8), at(1, 16), 1, 2);
    assert_eq!((requeued.woken, requeued.moved), (vec![0], 2));
    assert!(futexes.cancel(1));
    assert!(!futexes.cancel(1));
    assert_eq!(futexes.wake(at(1, 16), ALL, ALL), [9, 2]);
    assert_eq!(futexes.wake(at(1, 8), ALL, ALL), [3]);
}

#[test]
fn moving_to_the_same_place_changes_no_order() {
    let mut futexes = Futexes::default();
    (0..3).for_each(|thread| futexes.wait(at(1, 8), thread, ALL));
    assert_eq!(futexes.requeue(at(1, 8), at(1, 8), 0, 2).moved, 2);
    assert_eq!(futexes.wake(at(1, 8), ALL, ALL), [0, 1, 2]);
}

#[test]
fn a_process_is_forgotten_where_it_is_alone() {
    let shared = Key::Shared {
        device: 1,
        inode: 2,
        offset: 3,
    };
    let mut futexes = Futexes::default();
    for (thread, key) in [
        (1, at(1, 0)),
        (2, at(1, u64::MAX)),
        (3, at(2, 0)),
        (4, shared),
    ] {
        futexes.wait(key, thread, ALL);
    }
    futexes.forget_process(1);
    assert!(!futexes.cancel(1) && !futexes.cancel(2));
    assert!(futexes.cancel(3) && futexes.cancel(4));
}

#[test]
fn a_hundred_thousand_waiters_leave_by_timeouts_and_wake_ups() {
    let mut futexes = Futexes::default();
    (0..100_000).for_each(|thread| futexes.wait(at(1, 8), thread, ALL));
    // The latest first: where a queue is searched, this takes minutes.
    assert!((50_000..100_000).rev().all(|thread| futexes.cancel(thread)));
    for thread in 0..50_000 {
        assert_eq!(futexes.wake(at(1, 8), 1, ALL), [thread]);
    }
}

/// `FUTEX_OP` of the kernel's header.
fn encode(operation: u32, argument: u32, comparison: u32, compared: u32) -> u32 {
    (operation & 15) << 28 | (comparison & 15) << 24 | (argument & 0xfff) << 12 | compared & 0xfff
}

fn wake_op(operation: u32, argument: u32) -> WakeOp {
    WakeOp::decode(encode(operation, argument, 0, 0)).expect("an operation")
}

#[test]
fn the_second_futex_is_changed() {
    assert_eq!(wake_op(0, 7).apply(100), 7);
    assert_eq!(wake_op(1, 7).apply(100), 107);
    assert_eq!(wake_op(1, 0xfff).apply(100), 99);
    assert_eq!(wake_op(1, 1).apply(u32::MAX), 0);
    assert_eq!(wake_op(2, 0b011).apply(0b110), 0b111);
    assert_eq!(wake_op(3, 0b011).apply(0b110), 0b100);
    assert_eq!(wake_op(4, 0b011).apply(0b110), 0b101);
    assert_eq!(wake_op(0, 0x800).apply(0), 0xffff_f800);
}

#[test]
fn a_shifted_argument_names_a_bit() {
    assert_eq!(wake_op(8, 31).apply(0), 1 << 31);
    assert_eq!(wake_op(8 | 2, 4).apply(1), 17);
    assert_eq!(wake_op(8, 33).apply(0), 2);
}

#[test]
fn comparisons_are_signed() {
    let holds = |comparison, compared: i32, old: i32| {
        let encoded = encode(0, 0, comparison, compared.cast_unsigned());
        let operation = WakeOp::decode(encoded).expect("an operation");
        operation.wakes_second(old.cast_unsigned())
    };
    for old in [-2, -1, 0, 1, i32::MIN, i32::MAX] {
        for compared in [-2048, -1, 0, 1, 2047] {
            let expected = [
                old == compared,
                old != compared,
                old < compared,
                old <= compared,
                old > compared,
                old >= compared,
            ];
            for (comparison, expected) in (0..).zip(expected) {
                let found = holds(comparison, compared, old);
                assert_eq!(found, expected, "{old} {comparison} {compared}");
            }
        }
    }
}

#[test]
fn unknown_operations_and_comparisons_are_refused() {
    assert!((5..8).all(|operation| WakeOp::decode(encode(operation, 0, 0, 0)).is_none()));
    assert!((13..16).all(|operation| WakeOp::decode(encode(operation, 0, 0, 0)).is_none()));
    assert!((6..16).all(|comparison| WakeOp::decode(encode(0, 0, comparison, 0)).is_none()));
}

/// One list of all waiters, in the order in which they came to where they are.
#[derive(Default)]
struct Naive(Vec<(Key, u8, u32)>);

impl Naive {
    fn take(&mut self, count: u32, fits: impl Fn(&(Key, u8, u32)) -> bool) -> Vec<(Key, u8, u32)> {
        let mut taken = Vec::new();
        let mut at = 0;
        while at < self.0.len() {
            if taken.len() < count as usize && fits(&self.0[at]) {
                taken.push(self.0.remove(at));
            } else {
                at += 1;
            }
        }
        taken
    }

    fn wake(&mut self, key: Key, count: u32, bits: u32) -> Vec<u8> {
        let taken = self.take(count, |w| w.0 == key && w.2 & bits != 0);
        taken.into_iter().map(|w| w.1).collect()
    }
}

#[derive(Debug, Clone)]
enum Act {
    Wait(Key, u8, u32),
    Wake(Key, u32, u32),
    Requeue(Key, Key, u32, u32),
    Cancel(u8),
    Forget(u32),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let key = || (0u32..2, 0u64..3).prop_map(|(process, address)| at(process, address));
    let act = prop_oneof![
        6 => (key(), 0u8..30, 1u32..8).prop_map(|(k, t, b)| Act::Wait(k, t, b)),
        2 => (key(), 0u32..5, 1u32..8).prop_map(|(k, n, b)| Act::Wake(k, n, b)),
        2 => (key(), key(), 0u32..3, 0u32..6).prop_map(|(f, t, w, n)| Act::Requeue(f, t, w, n)),
        2 => (0u8..30).prop_map(Act::Cancel),
        1 => (0u32..2).prop_map(Act::Forget),
    ];
    prop::collection::vec(act, 0..80)
}

proptest! {
    #[test]
    fn queues_do_what_one_list_does(acts in acts()) {
        let (mut futexes, mut naive) = (Futexes::default(), Naive::default());
        for act in acts {
            match act {
                Act::Wait(key, thread, bits) => {
                    naive.0.retain(|w| w.1 != thread);
                    naive.0.push((key, thread, bits));
                    futexes.wait(key, thread, bits);
                }
                Act::Wake(key, count, bits) => {
                    prop_assert_eq!(futexes.wake(key, count, bits), naive.wake(key, count, bits));
                }
                Act::Requeue(from, to, wake, shift) => {
                    let found = futexes.requeue(from, to, wake, shift);
                    prop_assert_eq!(found.woken, naive.wake(from, wake, ALL));
                    if from == to {
                        let there = naive.0.iter().filter(|w| w.0 == from).count();
                        prop_assert_eq!(found.moved as usize, there.min(shift as usize));
                        continue;
                    }
                    let moved = naive.take(shift, |w| w.0 == from);
                    prop_assert_eq!(found.moved as usize, moved.len());
                    naive.0.extend(moved.into_iter().map(|w| (to, w.1, w.2)));
                }
                Act::Cancel(thread) => {
                    let was_there = naive.0.iter().any(|w| w.1 == thread);
                    naive.0.retain(|w| w.1 != thread);
                    prop_assert_eq!(futexes.cancel(thread), was_there);
                }
                Act::Forget(process) => {
                    naive.0.retain(|w| match w.0 {
                        Key::Private { process: p, .. } => p != process,
                        _ => true,
                    });
                    futexes.forget_process(process);
                }
            }
            prop_assert_eq!(futexes.places.len(), naive.0.len());
        }
    }
}
