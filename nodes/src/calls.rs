//! Calls that wait for an answer, and are made again until they get one.

use std::collections::BTreeMap;

/// The calls of one node that nobody has answered yet.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    waiting: BTreeMap<u64, Call>,
}

#[derive(Debug)]
struct Call {
    dest: String,
    line: Vec<u8>,
    retry_ns: u64,
    due_ns: u64,
}

impl Calls {
    /// Remembers a call whose line was just sent.
    pub(crate) fn add(&mut self, id: u64, dest: &str, line: Vec<u8>, now_ns: u64, retry_ns: u64) {
        let call = Call {
            dest: dest.to_owned(),
            line,
            retry_ns,
            due_ns: now_ns + retry_ns,
        };
        self.waiting.insert(id, call);
    }

    /// Takes the call that a message answers, if it answers one. A second answer, or one from
    /// somebody who was not asked, answers nothing.
    pub(crate) fn answer(&mut self, id: u64, src: &str) -> bool {
        let asked = self.waiting.get(&id).is_some_and(|call| call.dest == src);
        asked && self.waiting.remove(&id).is_some()
    }

    /// Gives a call up.
    pub(crate) fn cancel(&mut self, id: u64) {
        self.waiting.remove(&id);
    }

    /// When the next call is to be repeated.
    pub(crate) fn next_due_ns(&self) -> Option<u64> {
        self.waiting.values().map(|call| call.due_ns).min()
    }

    /// Writes the lines of all calls that are due, and makes them due again later.
    pub(crate) fn repeat(&mut self, now_ns: u64, out: &mut Vec<u8>) {
        for call in self.waiting.values_mut().filter(|c| c.due_ns <= now_ns) {
            out.extend_from_slice(&call.line);
            call.due_ns = now_ns + call.retry_ns;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_repeated_until_the_one_who_was_asked_answers() {
        let (mut calls, mut out) = (Calls::default(), Vec::new());
        calls.add(7, "n1", b"hello\n".to_vec(), 100, 50);
        calls.repeat(149, &mut out);
        assert!(out.is_empty());
        calls.repeat(150, &mut out);
        calls.repeat(151, &mut out);
        assert_eq!(out, b"hello\n");
        assert_eq!(calls.next_due_ns(), Some(200));

        assert!(!calls.answer(7, "n2"));
        assert!(calls.answer(7, "n1"));
        assert!(!calls.answer(7, "n1"));
        assert_eq!(calls.next_due_ns(), None);
    }
}
