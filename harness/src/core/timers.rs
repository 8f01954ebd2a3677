//! What shall happen later, in order of time and then of asking.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::TimeNs;

/// Something to be looked at when its time has come. All timers are hints: whoever handles one
/// checks whether it still means anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// A client may begin its next operation.
    Client(usize),
    /// A client's request may have timed out.
    Timeout(usize),
    /// A link has a message to deliver.
    Link(usize),
    /// A node of this incarnation should be ready by now.
    Ready(usize, u32),
    /// The planned fault of this index begins.
    FaultBegins(usize),
    /// The planned fault of this index ends.
    FaultEnds(usize),
    /// The phase may be over.
    Phase,
}

/// A queue of timers.
#[derive(Debug, Default)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<(TimeNs, u64, Timer)>>,
    asked: u64,
}

impl Timers {
    /// Asks for a timer.
    pub(super) fn at(&mut self, time_ns: TimeNs, timer: Timer) {
        self.asked += 1;
        self.heap.push(Reverse((time_ns, self.asked, timer)));
    }

    /// The time of the next timer.
    pub(super) fn next_ns(&self) -> Option<TimeNs> {
        self.heap.peek().map(|Reverse((time_ns, ..))| *time_ns)
    }

    /// The next timer that is due.
    pub(super) fn pop_due(&mut self, now_ns: TimeNs) -> Option<Timer> {
        if self.next_ns()? > now_ns {
            return None;
        }
        self.heap.pop().map(|Reverse((_, _, timer))| timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_fire_in_order_of_time_then_of_asking() {
        let mut timers = Timers::default();
        timers.at(20, Timer::Client(2));
        timers.at(10, Timer::Client(1));
        timers.at(10, Timer::Client(0));
        assert_eq!(timers.next_ns(), Some(10));
        assert_eq!(timers.pop_due(15), Some(Timer::Client(1)));
        assert_eq!(timers.pop_due(15), Some(Timer::Client(0)));
        assert_eq!(timers.pop_due(15), None);
        assert_eq!(timers.pop_due(20), Some(Timer::Client(2)));
    }
}
