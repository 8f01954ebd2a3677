//! Who waits at which futex, and who is woken: man 2 futex without priorities.
//!
//! Each waiter holds a ticket, and the tickets of a queue rise: first in, first out, and whoever
//! leaves by a timeout is found at once, also where it was moved to.

use std::collections::BTreeMap;

/// What a futex is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// An address of one process.
    Private {
        /// Whose memory it is.
        process: u32,
        /// Where the word stands.
        address: u64,
    },
    /// A place in a file or in memory that processes share.
    Shared {
        /// The device that holds the file.
        device: u64,
        /// The file.
        inode: u64,
        /// Where the word stands in it.
        offset: u64,
    },
}

/// A waiter: the thread, and the bits by which it can be woken.
type Waiter<T> = (T, u32);

/// All queues of waiters.
#[derive(Debug)]
pub(crate) struct Futexes<T> {
    /// By ticket; no queue is empty.
    queues: BTreeMap<Key, BTreeMap<u64, Waiter<T>>>,
    /// Where each waiter stands.
    places: BTreeMap<T, (Key, u64)>,
    next_ticket: u64,
}

impl<T> Default for Futexes<T> {
    fn default() -> Self {
        Self {
            queues: BTreeMap::new(),
            places: BTreeMap::new(),
            next_ticket: 0,
        }
    }
}

/// What `FUTEX_REQUEUE` did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Requeued<T> {
    /// Who was woken, in order.
    pub(crate) woken: Vec<T>,
    /// How many were moved.
    pub(crate) moved: u32,
}

impl<T: Copy + Ord> Futexes<T> {
    /// The thread waits, last in its queue, for a wake-up with one of these bits.
    pub(crate) fn wait(&mut self, key: Key, thread: T, bits: u32) {
        self.cancel(thread);
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.places.insert(thread, (key, ticket));
        let queue = self.queues.entry(key).or_default();
        queue.insert(ticket, (thread, bits));
    }

    /// Wakes at most `count` of those who wait with one of these bits, the earliest first.
    pub(crate) fn wake(&mut self, key: Key, count: u32, bits: u32) -> Vec<T> {
        let woken: Vec<T> = self
            .queues
            .get(&key)
            .into_iter()
            .flat_map(BTreeMap::values)
            .filter(|(_, waits_for)| waits_for & bits != 0)
            .map(|(thread, _)| *thread)
            .take(count as usize)
            .collect();
        for thread in &woken {
            self.cancel(*thread);
        }
        woken
    }

    /// Wakes at most `wake`, then moves at most `shift` to the end of another queue. Bits count
    /// only there.
    pub(crate) fn requeue(&mut self, from: Key, to: Key, wake: u32, shift: u32) -> Requeued<T> {
        let woken = self.wake(from, wake, u32::MAX);
        let queue = self.queues.get(&from);
        let movers: Vec<Waiter<T>> = queue
            .into_iter()
            .flat_map(BTreeMap::values)
            .take(shift as usize)
            .copied()
            .collect();
        let moved = u32::try_from(movers.len()).unwrap_or(u32::MAX);
        // Who is moved to where it stands keeps its place, as in the kernel.
        if from != to {
            for (thread, bits) in movers {
                self.wait(to, thread, bits);
            }
        }
        Requeued { woken, moved }
    }

    /// The thread waits no longer. False when it did not wait.
    pub(crate) fn cancel(&mut self, thread: T) -> bool {
        let Some((key, ticket)) = self.places.remove(&thread) else {
            return false;
        };
        if let Some(queue) = self.queues.get_mut(&key) {
            queue.remove(&ticket);
            if queue.is_empty() {
                self.queues.remove(&key);
            }
        }
        true
    }

    /// The memory of a process is gone, and with it whoever waits there.
    pub(crate) fn forget_process(&mut self, process: u32) {
        let place = |address| Key::Private { process, address };
        let gone: Vec<T> = self
            .queues
            .range(place(0)..=place(u64::MAX))
            .flat_map(|(_, queue)| queue.values())
            .map(|(thread, _)| *thread)
            .collect();
        for thread in gone {
            self.cancel(thread);
        }
    }
}

/// The last argument of `FUTEX_WAKE_OP`: a change of the second futex, and a comparison with what
/// stood there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WakeOp {
    operation: u32,
    argument: u32,
    comparison: u32,
    compared: i32,
}

/// Instead of the argument, the bit with its number.
const SHIFT: u32 = libc::FUTEX_OP_OPARG_SHIFT.cast_unsigned();

impl WakeOp {
    /// `None` when there is no such operation or comparison.
    pub(crate) fn decode(encoded: u32) -> Option<Self> {
        let field = |at: u32, bits: u32| encoded >> at & ((1 << bits) - 1);
        let (operation, comparison) = (field(28, 4), field(24, 4));
        let argument = if operation & SHIFT != 0 {
            1 << (field(12, 12) & 31)
        } else {
            signed(field(12, 12)).cast_unsigned()
        };
        let operation = operation & !SHIFT;
        (operation <= libc::FUTEX_OP_XOR.cast_unsigned()
            && comparison <= libc::FUTEX_OP_CMP_GE.cast_unsigned())
        .then_some(Self {
            operation,
            argument,
            comparison,
            compared: signed(field(0, 12)),
        })
    }

    /// What stands in the second futex afterwards.
    pub(crate) fn apply(&self, old: u32) -> u32 {
        match self.operation.cast_signed() {
            libc::FUTEX_OP_SET => self.argument,
            libc::FUTEX_OP_ADD => old.wrapping_add(self.argument),
            libc::FUTEX_OP_OR => old | self.argument,
            libc::FUTEX_OP_ANDN => old & !self.argument,
            _ => old ^ self.argument,
        }
    }

    /// Whether waiters of the second futex are woken too.
    pub(crate) fn wakes_second(&self, old: u32) -> bool {
        let old = old.cast_signed();
        match self.comparison.cast_signed() {
            libc::FUTEX_OP_CMP_EQ => old == self.compared,
            libc::FUTEX_OP_CMP_NE => old != self.compared,
            libc::FUTEX_OP_CMP_LT => old < self.compared,
            libc::FUTEX_OP_CMP_LE => old <= self.compared,
            libc::FUTEX_OP_CMP_GT => old > self.compared,
            _ => old >= self.compared,
        }
    }
}

/// A number of twelve bits.
fn signed(field: u32) -> i32 {
    (field << 20).cast_signed() >> 20
}

#[cfg(test)]
mod tests;
