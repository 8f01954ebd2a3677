//! Calls that a waiting thread makes for us, where its descriptors cannot be looked at from
//! outside.
//!
//! Containers forbid `pidfd_getfd` by default. A thread that is stopped in a call can make another
//! one first: its registers are changed, it runs to the end of that call, and goes back to before
//! its own.

use super::World;
use super::table::ThreadId;
use crate::filter;
use crate::raw::trace::{self, Stop, Tid, Waited};

impl World {
    /// Lets a thread that is stopped in a call make another one, which must not wait. Its own call
    /// is made again when it goes on. `None` when the thread is gone.
    pub(crate) fn inject(&mut self, id: ThreadId, number: i64, args: [u64; 6]) -> Option<i64> {
        let thread = self.thread(id);
        let (tid, own, at_call) = (thread.tid, thread.registers, thread.at_call);
        let mut registers = own;
        if at_call {
            registers.set_call(number);
        } else {
            registers.redo(number);
        }
        for (index, value) in args.into_iter().enumerate() {
            registers.set_arg(index, value);
        }
        trace::set_registers(tid, &registers);
        if !at_call {
            self.rewind_to(id, number)?;
        }
        trace::go_on_to_call_end(tid, 0);
        self.expect(id, Stop::CallDone, trace::go_on_to_call_end)?;
        let result = trace::registers(tid)?.result();
        let mut back = own;
        back.redo(own.call());
        trace::set_registers(tid, &back);
        self.thread_mut(id).at_call = false;
        Some(result)
    }

    /// From before a call to its beginning.
    fn rewind_to(&mut self, id: ThreadId, number: i64) -> Option<()> {
        let tid = self.thread(id).tid;
        if filter::traps(number) {
            trace::go_on(tid, 0);
            self.expect(id, Stop::Call, trace::go_on)
        } else {
            trace::go_on_to_call_end(tid, 0);
            self.expect(id, Stop::CallDone, trace::go_on_to_call_end)
        }
    }

    /// Waits for this stop; a signal on the way is kept for later.
    fn expect(&mut self, id: ThreadId, wanted: Stop, go: fn(Tid, i32)) -> Option<()> {
        let tid = self.thread(id).tid;
        loop {
            match trace::wait(tid) {
                Waited::Interrupted => {}
                Waited::Stop(stop) if stop == wanted => return Some(()),
                Waited::Stop(Stop::Signal(signal)) => {
                    self.thread_mut(id).signal = signal;
                    go(tid, 0);
                }
                Waited::Stop(_) | Waited::Gone => return None,
            }
        }
    }
}
